package sheet

import (
	"fmt"
	"slices"
	"strings"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

// reader turns a table into tasks and collects its faults.
type reader struct {
	report
	table    *table
	options  Options
	layout   layout
	rows     []tasks.Task
	defaults *line          // the row whose recorder is *
	sources  map[int]string // where passwords of rows come from, if not from the sheet
	secrets  []string       // the notices about them
}

// everyRecorder as the recorder makes a row the defaults of all others.
const everyRecorder = "*"

// read reads every row. Its result is valid only if there is no failure.
func (r *reader) read() []tasks.Task {
	r.sources = map[int]string{}
	r.layout = r.findLayout()
	if len(r.faults) > 0 || !r.complete() {
		return nil
	}
	if r.table.notice != "" {
		r.notice(0, 0, "%s", r.table.notice)
	}
	if r.table.hidden > 0 {
		r.notice(0, 0, "%s", plural(r.table.hidden, "a row is hidden and is read as well", "%d rows are hidden and are read as well"))
	}
	r.spread()
	lines := r.withoutDefaults(r.table.lines[r.layout.header+1:])
	var skipped []int
	r.rows = make([]tasks.Task, 0, min(len(lines), 1<<14)) // more may be blank
	for _, line := range lines {
		switch {
		case r.blank(line):
		case r.isNoTask(line):
			skipped = append(skipped, line.row)
		default:
			r.rows = append(r.rows, r.task(line))
		}
	}
	if len(skipped) > 0 {
		r.notice(0, 0, "%s: headings, totals and notes", skippedRows(skipped))
	}
	if len(r.rows) == 0 {
		r.fault(r.layout.row, 0, "there is a header and nothing below it; each row names one recorder")
	}
	r.samePasswords()
	r.secretNames()
	r.share()
	r.tellSecrets()
	return r.merged()
}

// complete reports whether the required columns are there.
func (r *reader) complete() bool {
	ok := true
	for _, f := range []field{recorder, user, password} {
		if !r.layout.has(f) {
			r.fault(r.layout.row, 0, "there is no column for %s; name one of the headers %s", f, strings.Join(f.headers(), ", "))
			ok = false
		}
	}
	return ok
}

// blank reports whether a row has nothing in the columns that are read. A row
// with only a note somewhere else is not a task.
func (r *reader) blank(line line) bool {
	for _, columns := range r.layout.columns {
		if slices.ContainsFunc(columns, func(column int) bool { return !line.cell(column).empty() }) {
			return false
		}
	}
	return true
}

func (r *reader) withoutDefaults(lines []line) []line {
	is := func(row line) bool { return row.cell(r.layout.first(recorder)).words() == everyRecorder }
	i := slices.IndexFunc(lines, is)
	if i < 0 {
		return lines
	}
	r.defaults = &lines[i]
	rest := slices.DeleteFunc(slices.Clone(lines), is)
	for _, row := range lines[i+1:] {
		if is(row) {
			r.fault(row.row, r.layout.first(recorder), "row %d has the defaults (*) already", lines[i].row)
		}
	}
	return rest
}

func (r *reader) task(line line) tasks.Task {
	at := rowReader{r, line}
	t := tasks.Task{
		Source: r.table.file + "  " + r.table.ref(line.row, 0),
		Row:    line.row,
	}
	for f := range field(fields) {
		if at.readable(f) {
			f.read(at, &t)
		}
	}
	return t
}

// rowReader reads the fields of one row.
type rowReader struct {
	*reader
	line line
}

// place is where a field is read from.
type place struct {
	cell
	row, column int
}

// places returns the nonempty cells of a field in the row, or in the defaults.
func (r rowReader) places(f field) (list []place) {
	for _, column := range r.layout.columns[f] {
		if c := r.line.cell(column); !c.empty() {
			list = append(list, place{c, r.line.row, column})
		}
	}
	if len(list) > 0 || r.defaults == nil || r.line.row == r.defaults.row || f == recorder || f == name {
		return list
	}
	return rowReader{r.reader, *r.defaults}.places(f)
}

// place returns the cell of a field; with cameras by number and by name, the
// one with numbers. If all are empty, it is the row's.
func (r rowReader) place(f field) place {
	list := r.places(f)
	if len(list) == 0 {
		return place{row: r.line.row, column: r.layout.first(f)}
	}
	if f == cameras && len(list) > 1 {
		return list[max(0, slices.IndexFunc(list, place.isNumbers))]
	}
	return list[0]
}

// isNumbers reports whether a cell lists cameras by number.
func (p place) isNumbers() bool {
	picks, err := readCameras(p.cell)
	return err == nil && !slices.ContainsFunc(picks, isNamed)
}

func isNamed(p tasks.Pick) bool { return p.Name != "" }

// readable refuses a cell that cannot be read, and two columns of one field
// with different values in a row. A camera's number and name may be side by
// side, and so may a day and a time: times are judged cell by cell as they are
// read.
func (r rowReader) readable(f field) bool {
	list := r.places(f)
	if len(list) == 0 || f == from || f == to {
		return true
	}
	first := list[0]
	if len(list) > 1 {
		first = r.place(f)
	}
	for _, other := range list {
		if other.column == first.column || other.words() == first.words() || f == cameras && first.isNumbers() && !other.isNumbers() {
			continue
		}
		r.reader.fault(other.row, other.column, "this differs from column %s for %s; keep one of the two columns, or put # before the header of the other",
			columnName(first.column), f)
	}
	what := first.trouble()
	if what == "" || f == date {
		return true
	}
	r.fault(f, "%s %s", f, what)
	return false
}

func (r rowReader) cell(f field) cell { return r.place(f).cell }

func (r rowReader) fault(f field, format string, args ...any) {
	at := r.place(f)
	r.reader.fault(at.row, at.column, format, args...)
}

func (r rowReader) notice(f field, format string, args ...any) {
	at := r.place(f)
	r.reader.notice(at.row, at.column, format, args...)
}

// words returns the text of a field without stray spaces.
func (r rowReader) words(f field) string {
	c := r.cell(f)
	if digits, ok := c.whole(); ok {
		return digits
	}
	return c.words()
}

func (r rowReader) user() string {
	c := r.cell(user)
	typed := r.words(user)
	switch {
	case typed == "":
		r.fault(user, "user is empty")
	case c.kind != text:
		if _, ok := c.whole(); !ok {
			r.fault(user, "the spreadsheet program changed the user; format the column as text and type it again")
		}
	}
	return typed
}

func (r rowReader) cameras() []tasks.Pick {
	picks, err := readCameras(r.cell(cameras))
	switch {
	case err != nil:
		r.fault(cameras, "%s", err)
	case !r.layout.named && slices.ContainsFunc(picks, isNamed):
		r.fault(cameras, "cameras can be named only below a header, because without one this may be a password; put recorder, user, password, cameras above")
	}
	return picks
}

var streamNames = map[string]nvr.Stream{
	"main": nvr.Main, "sub": nvr.Sub, "photo": nvr.Photo,
	"основной": nvr.Main, "дополнительный": nvr.Sub, "фото": nvr.Photo,
}

// stream returns 0 for an empty cell: the run's default.
func (r rowReader) stream() nvr.Stream {
	typed := strings.ToLower(r.words(stream))
	s, ok := streamNames[typed]
	if !ok && typed != "" {
		r.fault(stream, "stream must be main, sub or photo")
	}
	return s
}

func (r rowReader) kinds() tasks.Kinds {
	k, err := tasks.ParseKinds(r.words(kind))
	if err != nil {
		r.fault(kind, "%s", err)
	}
	return k
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

// skippedRows names rows that are skipped: "rows 2, 9 and 17 are skipped".
func skippedRows(rows []int) string {
	if len(rows) == 1 {
		return fmt.Sprintf("row %d is skipped", rows[0])
	}
	const most = 10
	var names []string
	for i, row := range rows {
		if i == most {
			return fmt.Sprintf("rows %s and %d more are skipped", strings.Join(names, ", "), len(rows)-most)
		}
		names = append(names, fmt.Sprint(row))
	}
	last := len(names) - 1
	return fmt.Sprintf("rows %s and %s are skipped", strings.Join(names[:last], ", "), names[last])
}
