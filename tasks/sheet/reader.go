package sheet

import (
	"regexp"
	"strings"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

// reader turns a table into tasks and collects what is wrong with it.
type reader struct {
	report
	table *table
	rows  []row
}

// row is a task with the cells that it came from.
type row struct {
	task  tasks.Task
	cells [fields]int // the column of each field, -1 when there is none
}

// read reads every row. Its result is only good when there is no failure.
func (r *reader) read() []tasks.Task {
	l := r.layout()
	if len(r.faults) > 0 || !r.complete(l) {
		return nil
	}
	if r.table.hidden > 0 {
		r.notices = append(r.notices, plural(r.table.hidden, "a row is hidden and is read as well", "%d rows are hidden and are read as well"))
	}
	for _, line := range r.table.lines[l.header+1:] {
		if r.blank(l, line) {
			continue
		}
		r.rows = append(r.rows, row{task: r.task(l, line), cells: l.columns})
	}
	if len(r.rows) == 0 {
		r.fault(r.table, l.row, 0, "there is a header and nothing below it; every row names a recorder")
	}
	r.samePasswords()
	r.sameClocks()
	return r.merged()
}

// failure returns the faults, or nil.
func (r *reader) failure() error {
	if len(r.faults) == 0 {
		return nil
	}
	return &Faults{File: r.table.file, List: r.inOrder()}
}

// complete reports whether the columns are there without which no row can be
// read.
func (r *reader) complete(l layout) bool {
	ok := true
	for _, f := range []field{recorder, user, password} {
		if !l.has(f) {
			r.fault(r.table, l.row, 0, "there is no column for %s; name one of the headers %s", f, strings.Join(f.headers(), ", "))
			ok = false
		}
	}
	return ok
}

// blank reports whether a row has nothing in the columns that are read. A row
// that only has a note somewhere else is no task.
func (r *reader) blank(l layout, line line) bool {
	for _, column := range l.columns {
		if !line.cell(column).empty() {
			return false
		}
	}
	return true
}

// task reads one row.
func (r *reader) task(l layout, line line) tasks.Task {
	at := rowReader{reader: r, layout: l, line: line}
	t := tasks.Task{
		Source: r.table.file + "  " + r.table.ref(line.row, 0),
		Row:    line.row,
	}
	for f := range field(fields) {
		f.read(at, &t)
	}
	return t
}

// rowReader reads the fields of one row.
type rowReader struct {
	*reader
	layout layout
	line   line
}

func (r rowReader) cell(f field) cell { return r.line.cell(r.layout.columns[f]) }

func (r rowReader) fault(f field, format string, args ...any) {
	r.reader.fault(r.table, r.line.row, r.layout.columns[f], format, args...)
}

func (r rowReader) noticePassword(what string) {
	r.reader.notice(r.table, r.line.row, r.layout.columns[password], "%s", what)
}

// words returns the text of a field without stray spaces; "" after a fault.
func (r rowReader) words(f field) string {
	c := r.cell(f)
	if what := c.trouble(); what != "" {
		r.fault(f, "%s %s", f, what)
		return ""
	}
	if digits, ok := c.whole(); ok {
		return digits
	}
	return c.words()
}

func (r rowReader) address() nvr.Address {
	c := r.cell(recorder)
	typed := r.words(recorder)
	switch {
	case c.trouble() != "":
		return nvr.Address{}
	case typed == "":
		r.fault(recorder, "recorder is empty")
		return nvr.Address{}
	case c.kind != text:
		r.fault(recorder, "recorder is a number or a date; type the address as text")
		return nvr.Address{}
	}
	a, err := nvr.ParseAddress(typed)
	switch {
	case err != nil:
		r.fault(recorder, "%s", addressFault(typed, err))
	case isExample(a):
		r.fault(recorder, "this is still the example row; type your recorder's address, or delete the row")
	}
	return a
}

// dottedNumbers is an IP address, be it a valid one or not.
var dottedNumbers = regexp.MustCompile(`^\d+(?:\.\d+){3,}(?::\d+)?$`)

// addressFault says what is wrong with an address. What was typed is repeated
// only when it looks like an address: in a sheet with mixed up columns it could
// be a password.
func addressFault(text string, err error) string {
	if surelyHost(text) || dottedNumbers.MatchString(text) {
		return clean(err.Error())
	}
	if strings.Contains(text, "@") {
		return "recorder holds a login; user and password have columns of their own"
	}
	return "recorder is not an address; type 10.0.0.5, nvr.site.local:8080 or https://10.0.0.5"
}

func (r rowReader) user() string {
	c := r.cell(user)
	typed := r.words(user)
	switch {
	case c.trouble() != "":
	case typed == "":
		r.fault(user, "user is empty")
	case c.kind != text:
		if _, ok := c.whole(); !ok {
			r.fault(user, "user is not a text, and the spreadsheet program has changed it; format the column as text and type it again")
		}
	}
	return typed
}

func (r rowReader) cameras() []tasks.Pick {
	c := r.cell(cameras)
	if what := c.trouble(); what != "" {
		r.fault(cameras, "cameras %s", what)
		return nil
	}
	picks, err := readCameras(c)
	if err != nil {
		r.fault(cameras, "%s", err)
	}
	return picks
}

var streamNames = map[string]nvr.Stream{
	"": 0, "main": nvr.Main, "sub": nvr.Sub, "photo": nvr.Photo,
	"основной": nvr.Main, "дополнительный": nvr.Sub, "фото": nvr.Photo,
}

// stream returns 0 for an empty cell: the run's default.
func (r rowReader) stream() nvr.Stream {
	s, ok := streamNames[strings.ToLower(r.words(stream))]
	if !ok {
		r.fault(stream, "stream must be main, sub or photo")
	}
	return s
}

var clockNames = map[string]nvr.Clock{
	"": nvr.ClockAuto, "auto": nvr.ClockAuto, "local": nvr.ClockLocal, "utc": nvr.ClockUTC,
	"местное": nvr.ClockLocal,
}

func (r rowReader) clock() nvr.Clock {
	c, ok := clockNames[strings.ToLower(r.words(clock))]
	if !ok {
		r.fault(clock, "clock must be local or utc; times of recordings go into the columns from and to")
	}
	return c
}
