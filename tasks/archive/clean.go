package archive

import (
	"strings"
	"unicode/utf8"

	"example.com/hikgrab/nvr"
)

// textLimit limits, in runes, what a recorder or a sheet can put into one field
// of the manifest or the journal.
const textLimit = 200

// printable removes from text everything that could act on a terminal or a
// table: control characters, line breaks, bidi marks and other format
// characters become spaces, and invalid UTF-8 becomes U+FFFD.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if r != utf8.RuneError && nvr.Unfit(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, "\uFFFD"))
}

// field returns text printable, trimmed and limited.
func field(text string) string {
	if len(text) > 8*textLimit { // a rune has at most 4 bytes: what lies beyond never counts
		text = text[:8*textLimit]
	}
	text = strings.TrimSpace(printable(text))
	if utf8.RuneCountInString(text) > textLimit {
		text = strings.TrimSpace(string([]rune(text)[:textLimit-1])) + "…"
	}
	return text
}

// uncell reverses cell, as far as the text was kept. Somebody may have edited
// the table.
func uncell(text string) string {
	text = strings.TrimSpace(text)
	if rest, ok := strings.CutPrefix(text, "'"); ok && cell(rest) == "'"+field(rest) {
		return field(rest)
	}
	return field(text)
}

// cell returns text for a cell of a table that people open in a spreadsheet
// program: an apostrophe goes in front of what would be taken for a formula.
func cell(text string) string {
	text = field(text)
	if text != "" && strings.Contains("=+-@", text[:1]) {
		return "'" + text
	}
	return text
}
