package sheet

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// Why a file cannot be read at all. Errors of Read wrap these and add the
// file's name and what to do.
var (
	ErrEncrypted = errors.New("the workbook is protected by a password")
	ErrPassword  = errors.New("the password does not open the workbook")
	ErrFormat    = errors.New("this is not a task sheet")
	ErrEmpty     = errors.New("the sheet is empty")
	ErrTooLarge  = errors.New("the file is too large for a task sheet")
	ErrNoSheet   = errors.New("there is no such worksheet")
	ErrSheets    = errors.New("several worksheets look like tasks")
	ErrOthers    = errors.New("other worksheets") // with ErrEmpty, if there are any
)

// printedFaults limits the faults that Error spells out and the notices that
// Read returns. If there are more, most have one cause.
const printedFaults = 50

// Fault is one thing that is wrong with a sheet. It never quotes a cell that
// could hold a password.
type Fault struct {
	Cell string // "Sheet1!C7", or "Sheet1!C7:C19, C23" for the same in many cells; empty if it concerns the file
	What string // what is wrong and how to type it
}

// Faults are all faults of a sheet, in the order of its cells.
type Faults struct {
	File string
	List []Fault
}

// Error returns one line per fault: `tasks.xlsx Sheet1!C7: password is empty`.
// After the first 50 it says how many more there are.
func (f *Faults) Error() string {
	var b strings.Builder
	for i, fault := range f.List {
		if i > 0 {
			b.WriteByte('\n')
		}
		if i == printedFaults {
			fmt.Fprintf(&b, "%s  and %d more", f.File, len(f.List)-i)
			break
		}
		b.WriteString(f.File)
		if fault.Cell != "" {
			b.WriteString("  " + fault.Cell)
		}
		b.WriteString(": " + fault.What)
	}
	return b.String()
}

// remark is a message about a cell; row 0 means the whole file.
type remark struct {
	row, column int
	what        string
}

// report collects faults and notices while a table is read.
type report struct {
	faults  []remark
	notices []remark
}

func (r *report) fault(row, column int, format string, args ...any) {
	r.faults = append(r.faults, remark{row, column, fmt.Sprintf(format, args...)})
}

func (r *report) notice(row, column int, format string, args ...any) {
	r.notices = append(r.notices, remark{row, column, fmt.Sprintf(format, args...)})
}

// told returns the remarks with their cells. It combines the same remark about
// several cells of a column.
func (t *table) told(list []remark) []Fault {
	type same struct {
		column int
		what   string
	}
	rows, order := map[same][]int{}, []same(nil)
	for _, r := range list {
		s := same{r.column, r.what}
		if rows[s] == nil {
			order = append(order, s)
		}
		rows[s] = append(rows[s], r.row)
	}
	told := make([]Fault, len(order))
	for i, s := range order {
		told[i] = Fault{t.cellsOf(rows[s], s.column), s.what}
	}
	return told
}

// maxSpans limits the ranges of cells in one remark.
const maxSpans = 8

// cellsOf names the cells of a column in some rows: "Sheet1!C7:C19, C23". Blank
// rows do not break a range.
func (t *table) cellsOf(rows []int, column int) string {
	if rows[0] == 0 {
		return ""
	}
	slices.Sort(rows)
	rows = slices.Compact(rows)
	at := func(row int) int {
		i, _ := t.lineAt(row)
		return i
	}
	var spans []string
	for i := 0; i < len(rows); {
		j := i
		for j+1 < len(rows) && at(rows[j+1]) == at(rows[j])+1 {
			j++
		}
		span := cellName(rows[i], column)
		if j > i {
			span += ":" + cellName(rows[j], column)
		}
		if spans = append(spans, span); len(spans) > maxSpans {
			spans[maxSpans] = fmt.Sprintf("and %d more", len(rows)-i)
			break
		}
		i = j + 1
	}
	spans[0] = t.prefix() + spans[0]
	return strings.Join(spans, ", ")
}

// worthReading returns the notices, or beyond the limit the number of the rest.
func (r *reader) worthReading() []string {
	list := slices.Clone(r.secrets)
	most := len(list) + printedFaults
	for _, n := range r.table.told(r.notices) {
		if n.Cell != "" {
			n.Cell += ": "
		}
		list = append(list, n.Cell+n.What)
	}
	if len(list) <= most {
		return list
	}
	return append(list[:most:most], fmt.Sprintf("and %d more like these", len(list)-most))
}

// failure returns the faults in the order of their cells, or nil.
func (r *reader) failure() error {
	if len(r.faults) == 0 {
		return nil
	}
	slices.SortStableFunc(r.faults, func(a, b remark) int {
		return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.column, b.column))
	})
	return &Faults{File: r.table.file, List: r.table.told(r.faults)}
}

// fileError names the file in an error that concerns all of it. It drops the
// path from a system error: the cleaned name is already there.
func fileError(name string, err error) error { return fmt.Errorf("%s: %w", name, withoutPath(err)) }

func withoutPath(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

func formatError(what string) error { return fmt.Errorf("%w: %s", ErrFormat, what) }
