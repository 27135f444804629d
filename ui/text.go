package ui

import (
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// maxMarks limits the combining marks on one character: real text needs no
// more, and a pile of them overwrites the line above.
const maxMarks = 2

// clean returns s without anything that could control the terminal or break the
// columns: escape sequences, control characters, bidi and other format marks,
// variation selectors, invalid UTF-8, piles of combining marks. All text from a
// sheet or a recorder passes through it before it is drawn.
func clean(s string) string {
	if isPlain(s) {
		return s
	}
	s = strings.ToValidUTF8(ansi.Strip(strings.ToValidUTF8(s, "?")), "?")
	var b strings.Builder
	b.Grow(len(s))
	marks := maxMarks // drops a mark without a base character
	for _, r := range s {
		switch {
		case r == '\t' || r == '\n' || r == '\r' || unicode.Is(unicode.Zs, r):
			r, marks = ' ', maxMarks
		case unicode.Is(unicode.M, r):
			// A variation selector only changes the look of the character before it, and
			// terminals disagree about the resulting width.
			if marks++; marks > maxMarks || r >= 0xFE00 && r <= 0xFE0F || r >= 0xE0100 && r <= 0xE01EF {
				continue
			}
		case !unicode.IsPrint(r):
			continue
		default:
			marks = 0
		}
		b.WriteRune(r)
	}
	return b.String()
}

// isPlain reports whether s is printable ASCII, so that its width is its
// length.
func isPlain(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// width returns the number of cells s takes.
func width(s string) int {
	if isPlain(s) {
		return len(s)
	}
	return ansi.StringWidth(s)
}

// cut shortens s to at most w cells and ends it in an ellipsis if needed.
func (g *glyphs) cut(s string, w int) string {
	switch {
	case w <= 0:
		return ""
	case width(s) <= w:
		return s
	case w <= width(g.ellipsis):
		return ansi.Truncate(s, w, "")
	}
	return ansi.Truncate(s, w, g.ellipsis)
}

// left pads or cuts s to exactly w cells, left-aligned.
func (g *glyphs) left(s string, w int) string {
	s = g.cut(s, w)
	return s + spaces(w-width(s))
}

// right pads or cuts s to exactly w cells, right-aligned.
func (g *glyphs) right(s string, w int) string {
	s = g.cut(s, w)
	return spaces(w-width(s)) + s
}

// between puts left and right at the ends of a line of w cells. If both do not
// fit, it drops right.
func (g *glyphs) between(left, right string, w int) string {
	if gap := w - width(left) - width(right); right != "" && gap > 0 {
		return left + spaces(gap) + right
	}
	return g.left(left, w)
}

// wrap breaks s into lines of at most w cells.
func wrap(s string, w int) []string {
	if w < 1 {
		return nil
	}
	return strings.Split(ansi.Wrap(s, w, ""), "\n")
}

// spaces returns n spaces; none if n is negative.
func spaces(n int) string { return repeat(" ", n) }

// repeat is strings.Repeat, but a negative n gives "".
func repeat(s string, n int) string { return strings.Repeat(s, max(0, n)) }

// join joins the non-empty parts with sep.
func join(sep string, parts ...string) string {
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), sep)
}

// itoa is strconv.Itoa.
func itoa(n int) string { return strconv.Itoa(n) }
