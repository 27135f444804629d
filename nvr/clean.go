package nvr

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// maxRawText bounds how much of a text is processed, in bytes, before it is cut
// to cells.
const maxRawText = 16 << 10

// CleanText makes a text of unknown origin safe for a terminal, a log and a
// spreadsheet: one line of valid UTF-8 without control characters, escape
// sequences or marks that change the writing direction, with white space
// collapsed, at most maxCells terminal cells wide (an ellipsis marks the cut).
// If maxCells is 0 or less, only the first 16 KiB limit it.
func CleanText(s string, maxCells int) string {
	if len(s) > maxRawText {
		s = s[:maxRawText]
	}
	s = ansi.Strip(strings.ToValidUTF8(s, ""))
	s = strings.Join(strings.Fields(strings.Map(visible, s)), " ")
	if maxCells > 0 {
		s = ansi.Truncate(s, maxCells, "…")
	}
	return s
}

// visible keeps readable characters, turns every kind of break into a space,
// and drops the rest.
func visible(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case Unfit(r):
		return -1
	}
	return r
}

// Unfit reports whether a character has no place in a line of text: it may act
// on a terminal or a table, or reverse the writing direction. Format characters
// (class Cf) include the bidi marks, the zero-width joiners and the tag
// characters. A camera name needs none of them, and each can make two different
// names look alike.
func Unfit(r rune) bool {
	return r == unicode.ReplacementChar || unicode.In(r, unicode.Cc, unicode.Cf, unicode.Cs, unicode.Co, unicode.Zl, unicode.Zp)
}

// Count returns n with a noun that takes an s: "1 recording", "3 recordings".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
