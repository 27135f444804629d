package sheet

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"unicode"

	"example.com/hikgrab/nvr"
)

// cellType is the type of a cell's content.
type cellType uint8

const (
	blank      cellType = iota
	text                // as typed
	number              // a number, or a date, which is a number shown as one
	boolean             // TRUE or FALSE
	errored             // #N/A and the like
	uncomputed          // a formula that no program has computed yet
)

// cell is one cell of a table.
type cell struct {
	text   string // as stored: the text, or a number's digits
	kind   cellType
	format format // how a number is shown
}

// words returns the cell's text without stray spaces around and inside it.
func (c cell) words() string { return words(c.text) }

// words reduces all white space in a text to single spaces and drops other
// invisible characters.
func words(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unseen(r):
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// empty reports whether nothing is visible in the cell.
func (c cell) empty() bool {
	return c.kind == blank || c.kind == text && !strings.ContainsFunc(c.text, func(r rune) bool { return !unseen(r) })
}

func (c cell) value() (float64, bool) {
	if c.kind != number {
		return 0, false
	}
	v, err := strconv.ParseFloat(c.text, 64)
	return v, err == nil && !math.IsNaN(v) && !math.IsInf(v, 0)
}

// whole returns the number in the cell as digits if it can be taken as typed:
// whole, not negative, within the 15 digits that Excel keeps, and not shown as
// something else. Leading zeros come from the format.
func (c cell) whole() (string, bool) {
	v, ok := c.value()
	if !ok || v < 0 || v != math.Trunc(v) || v >= 1e15 || c.format.date || c.format.clock || c.format.changed {
		return "", false
	}
	digits := strconv.FormatFloat(v, 'f', -1, 64)
	if missing := int(c.format.zeros) - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	return digits, true
}

// trouble says why a cell cannot be read at all, or returns "".
func (c cell) trouble() string {
	switch c.kind {
	case errored:
		return "holds an error of the spreadsheet"
	case uncomputed:
		return "holds a formula without a result; open the sheet in Excel and save it, or type the value"
	case blank, text, number, boolean:
	}
	return ""
}

// unseen reports whether a character is invisible: spaces of every kind, and
// what copying from web pages and chats leaves behind.
func unseen(r rune) bool {
	switch r {
	case '\u00ad', '\u200b', '\u200c', '\u200d', '\u200e', '\u200f', '\u2060', '\ufeff':
		return true
	}
	return unicode.IsSpace(r) || unicode.IsControl(r)
}

// clean makes a text from a file safe to print and short enough for a line.
func clean(s string) string { return nvr.CleanText(s, 120) }

// format is what a number format tells about the number that was typed.
type format struct {
	date    bool  // shows a day
	clock   bool  // shows a time of day
	grouped bool  // shows thousands separators
	zeros   uint8 // minimum digits shown: 5 for 00000
	changed bool  // percent, scientific, fraction or currency: what was typed is lost
}

// builtin returns the number formats that workbooks refer to by number alone,
// if they say more than "a number" (ECMA-376 part 1, 18.8.30; 27 to 58 are
// dates in East Asian editions).
func builtin(id int) string {
	switch {
	case id == 3 || id == 4 || id >= 37 && id <= 44:
		return "#,##0"
	case id == 9 || id == 10:
		return "0%"
	case id == 11 || id == 48:
		return "0.00E+00"
	case id == 12 || id == 13:
		return "# ?/?"
	case id >= 14 && id <= 17, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 54, id == 57, id == 58:
		return "yyyy-mm-dd"
	case id >= 18 && id <= 21, id >= 32 && id <= 35, id >= 45 && id <= 47, id == 55, id == 56:
		return "hh:mm:ss"
	case id == 22:
		return "yyyy-mm-dd hh:mm"
	}
	return ""
}

var (
	literals = regexp.MustCompile(`"[^"]*"|\\.|_.|\*.`)
	brackets = regexp.MustCompile(`\[[^\]]*\]`)
	elapsed  = regexp.MustCompile(`(?i)\[(h+|m+|s+)\]`)
	locale   = regexp.MustCompile(`\[\$-[^\]]*\]`)
	currency = regexp.MustCompile(`\p{Sc}`)
)

// parseFormat reads the first section of a number format, the one for positive
// numbers.
func parseFormat(code string) format {
	var f format
	f.changed = currency.MatchString(locale.ReplaceAllString(code, ""))
	code = literals.ReplaceAllString(code, "")
	f.clock = elapsed.MatchString(code)
	code = strings.ToLower(brackets.ReplaceAllString(code, ""))
	code, _, _ = strings.Cut(code, ";")
	if code == "general" || code == "@" || code == "" {
		return f
	}
	f.clock = f.clock || strings.ContainsAny(code, "hs")
	f.date = strings.ContainsAny(code, "yd") || strings.Contains(code, "m") && !f.clock
	if f.date || f.clock {
		return f
	}
	f.grouped = strings.Contains(code, ",")
	f.changed = f.changed || strings.ContainsAny(code, "%/e")
	if strings.Trim(code, "0") == "" {
		f.zeros = uint8(min(len(code), 255))
	}
	return f
}
