package sheet

import (
	"regexp"
	"strings"
)

// headers returns what a field's column may be called, in every language.
func (f field) headers() (all []string) {
	for _, w := range columns[f].in {
		all = append(all, w.headers...)
	}
	return all
}

var byHeader = func() map[string]field {
	m := map[string]field{}
	for f := range field(fields) {
		for _, n := range f.headers() {
			m[headerWords(n)] = f
		}
	}
	return m
}()

var inParentheses = regexp.MustCompile(`\([^)]*\)`)

// headerWords reduces a header to what names it: "  IP-Address (LAN):" becomes
// "ip address".
func headerWords(s string) string {
	s = inParentheses.ReplaceAllString(strings.ToLower(s), " ")
	s = strings.NewReplacer("-", " ", "_", " ", "‑", " ", "ё", "е", ":", " ", "*", " ", ".", " ").Replace(s)
	return words(s)
}

// layout says which column holds which field, and where the tasks begin.
type layout struct {
	columns [fields]int // -1 when there is none
	named   bool        // there is a header
	header  int         // index of the (last) header line; -1 without
	row     int         // its row, for messages
}

func (l layout) has(f field) bool { return l.columns[f] >= 0 }

// known returns the fields that a line's cells name, each with its columns.
func (l line) known() (found map[field][]int) {
	found = map[field][]int{}
	for column, c := range l.cells {
		if f, ok := byHeader[headerWords(c.text)]; ok && c.kind == text {
			found[f] = append(found[f], column)
		}
	}
	return found
}

// isHeader reports whether a line names columns instead of filling them.
// "user" and "password" may well be a login, so a line with a recorder's
// address in it never is a header.
func (l line) isHeader() bool {
	for _, c := range l.cells {
		if c.kind == text && looksLikeHost(c.text) {
			return false
		}
	}
	known := l.known()
	return len(known) >= 2 || len(known[recorder]) > 0
}

// headerDepth is how many lines may stand above the header: titles, dates,
// notes.
const headerDepth = 20

// layout finds the header and the columns.
func (r *reader) layout() layout {
	t := r.table
	for i, l := range t.lines[:min(len(t.lines), headerDepth)] {
		if l.isHeader() {
			return r.named(i)
		}
	}
	return r.unnamed()
}

// named reads the layout from the header at line i, which may go on in the
// next line: "period" above "from" and "to".
func (r *reader) named(i int) layout {
	t := r.table
	l := layout{named: true, header: i, row: t.lines[i].row}
	headers := map[field][]int{}
	merge := func(found map[field][]int) {
		for f, columns := range found {
			headers[f] = append(headers[f], columns...)
		}
	}
	merge(t.lines[i].known())
	if i+1 < len(t.lines) && t.lines[i+1].continues(t.lines[i]) {
		merge(t.lines[i+1].known())
		l.header++
	}
	for f := range field(fields) {
		l.columns[f] = -1
		if columns := headers[f]; len(columns) > 0 {
			l.columns[f] = columns[0]
		}
		if columns := headers[f]; len(columns) > 1 {
			r.fault(t, l.row, columns[1], "there is a second column for %s; the first is %s", f, t.ref(l.row, columns[0]))
		}
	}
	if len(headers[recorder]) == 0 {
		r.guessRecorder(&l)
	}
	r.noticeAbove(i)
	r.noticeIgnored(l)
	return l
}

// guessRecorder finds the recorders when no header names them.
func (r *reader) guessRecorder(l *layout) {
	taken := map[int]bool{}
	for _, column := range l.columns {
		taken[column] = true
	}
	l.columns[recorder] = hostColumn(r.table.lines[l.header+1:], taken)
	if l.has(recorder) {
		r.notice(r.table, l.row, l.columns[recorder], "this column is taken for the recorders; call it recorder")
	}
}

// continues reports whether a line is the second half of a header: nothing
// but names of columns that the first half left open.
func (l line) continues(above line) bool {
	found := 0
	for column, c := range l.cells {
		if c.empty() {
			continue
		}
		_, ok := byHeader[headerWords(c.text)]
		_, taken := byHeader[headerWords(above.cell(column).text)]
		if !ok || taken {
			return false
		}
		found++
	}
	return found > 0
}

// noticeAbove tells of lines above the header that look like tasks.
func (r *reader) noticeAbove(header int) {
	for _, l := range r.table.lines[:header] {
		for column, c := range l.cells {
			if c.kind == text && looksLikeHost(c.text) {
				r.notice(r.table, l.row, column, "stands above the header and is ignored")
			}
		}
	}
}

// noticeIgnored tells of columns with something in them that are not read.
// Their headers are not repeated: a row of data taken for a header must not
// put a password on the screen.
func (r *reader) noticeIgnored(l layout) {
	read := map[int]bool{}
	for _, column := range l.columns {
		read[column] = true
	}
	t := r.table
	why := "this column is ignored; hikgrab does not know its header"
	row := l.row
	if !l.named {
		why = "this column is ignored; without a header there are only user, password, server and cameras"
		row = t.lines[0].row
	}
	for column := range t.width() {
		if read[column] {
			continue
		}
		for _, line := range t.lines[l.header+1:] {
			if !line.cell(column).empty() {
				r.notice(t, row, column, "%s", why)
				break
			}
		}
	}
}
