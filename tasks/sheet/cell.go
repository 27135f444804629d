package sheet

import (
	"math"
	"strconv"
	"strings"
	"unicode"

	"example.com/hikgrab/nvr"
)

// cellType is what a cell holds.
type cellType uint8

const (
	blank      cellType = iota
	text                // as typed
	number              // a number, or a date: a number that is shown as one
	boolean             // TRUE or FALSE
	errored             // #N/A and its like
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

// words makes single spaces of all white space in a text, and nothing of what
// else cannot be seen.
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

// empty reports whether there is nothing to be seen in the cell.
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

// whole returns the number in the cell as digits, when it is one that can be
// taken as typed: whole, not negative, within the 15 digits that Excel keeps,
// and not shown as something else. Zeros in front come from the format.
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

// trouble says what keeps a cell from being read at all, or "".
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

// unseen reports whether a person cannot see a character: spaces of every
// kind, and what copying from web pages and chats leaves behind.
func unseen(r rune) bool {
	switch r {
	case '\u00ad', '\u200b', '\u200c', '\u200d', '\u200e', '\u200f', '\u2060', '\ufeff':
		return true
	}
	return unicode.IsSpace(r) || unicode.IsControl(r)
}

// clean makes a text from a file safe to print and short enough for a line.
func clean(s string) string { return nvr.CleanText(s, 120) }
