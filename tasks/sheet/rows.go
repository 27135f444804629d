package sheet

import (
	"regexp"
	"slices"
	"strings"
	"unicode"

	"example.com/hikgrab/nvr"
)

// spread copies the content of vertically merged cells to every row they cover.
// Rows with nothing else in them stay blank.
func (r *reader) spread() {
	t, l, copied := r.table, r.layout, 0
	for _, a := range t.merged {
		_, read := l.reads(a.column)
		first, found := t.lineAt(a.row)
		if !read || a.row == a.lastRow || !found || first <= l.header || t.lines[first].cell(a.column).empty() {
			continue
		}
		for i := first + 1; i < len(t.lines) && t.lines[i].row <= a.lastRow; i++ {
			if copied++; copied > maxCells {
				r.fault(l.row, a.column, "too many cells are merged")
				return
			}
			t.lines[i].put(a.column, t.lines[first].cell(a.column))
		}
	}
}

// lineAt returns the line of a row, or the next one.
func (t *table) lineAt(row int) (i int, found bool) {
	return slices.BinarySearchFunc(t.lines, row, func(l line, row int) int { return l.row - row })
}

var (
	totals = regexp.MustCompile(`(?i)^\s*(?:итого|всего|total|subtotal|sum)(?:\PL|$)`)
	// someAddress matches what makes a text more than a heading.
	someAddress = regexp.MustCompile(`\d+[.,]\d+[.,]\d+|://|:\d`)
)

// isNoTask reports whether a row is a heading, a total, a note or the header
// again: text in one column only, without an address or a login.
func (r *reader) isNoTask(row line) bool {
	l := &r.layout
	at, texts, numbers := -1, 0, 0
	for column, c := range row.cells {
		switch {
		case c.empty():
		case c.kind == text:
			at = column
			texts++
		default:
			numbers++
		}
	}
	if l.named && r.again(row) {
		return true
	}
	said := row.cell(at).words()
	total := totals.MatchString(said)
	if texts != 1 || numbers > 0 && !total || looksLikeHost(said) || someAddress.MatchString(said) {
		return false
	}
	for _, f := range []field{recorder, user, password} {
		if slices.ContainsFunc(l.columns[f], func(column int) bool { return column != at && !row.cell(column).empty() }) {
			return false
		}
	}
	f, read := l.reads(at)
	wide := slices.ContainsFunc(r.table.merged, func(a area) bool { return a.row == row.row && a.column == at && a.lastColumn > at })
	switch {
	case !read, f == name, f == network, total, wide:
		return true
	case f == recorder:
		_, err := nvr.ParseAddress(said)
		return err != nil && strings.ContainsFunc(said, unicode.IsLetter)
	}
	return false
}

// again reports whether a row repeats the header, as at the top of each page.
func (r *reader) again(row line) bool {
	same := 0
	for _, columns := range r.layout.columns {
		for _, column := range columns {
			if c := row.cell(column); c.kind == text && c.text == r.table.title(r.layout, column) {
				same++
			}
		}
	}
	return same > 2
}
