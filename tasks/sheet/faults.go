package sheet

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// The reasons why a file cannot be read at all. Errors of Read wrap them and
// add the file's name and what to do.
var (
	ErrEncrypted = errors.New("the workbook is protected by a password")
	ErrPassword  = errors.New("the password does not open the workbook")
	ErrFormat    = errors.New("this is not a task sheet")
	ErrEmpty     = errors.New("the sheet is empty")
	ErrTooLarge  = errors.New("the file is too large for a task sheet")
	ErrNoSheet   = errors.New("there is no such worksheet")
)

// printedFaults is how many faults Error spells out, and how many notices Read
// returns. Who has more of them has one cause behind most.
const printedFaults = 50

// Fault is one thing that is wrong with a sheet. It never quotes a cell that
// could hold a password.
type Fault struct {
	Cell string // "Sheet1!C7"; empty when it concerns the file
	What string // what is wrong and how to type it

	row, column int // for the order
}

// Faults is every fault of a sheet, in the order of its cells.
type Faults struct {
	File string
	List []Fault
}

// Error returns one line per fault: `tasks.xlsx  Sheet1!C7: password is
// empty`. After the first 50 it says how many more there are.
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

// report collects what is wrong and what is worth knowing while a table is read.
type report struct {
	faults  []Fault
	notices []string
}

func (r *report) fault(t *table, row, column int, format string, args ...any) {
	r.faults = append(r.faults, Fault{
		Cell: t.ref(row, column), What: fmt.Sprintf(format, args...), row: row, column: column,
	})
}

func (r *report) notice(t *table, row, column int, format string, args ...any) {
	r.notices = append(r.notices, t.ref(row, column)+": "+fmt.Sprintf(format, args...))
}

// worthReading returns the notices, and in place of too many of them their number.
func (r *report) worthReading() []string {
	if len(r.notices) <= printedFaults {
		return r.notices
	}
	return append(r.notices[:printedFaults:printedFaults], fmt.Sprintf("and %d more like these", len(r.notices)-printedFaults))
}

// inOrder returns the faults in the order of their cells.
func (r *report) inOrder() []Fault {
	slices.SortStableFunc(r.faults, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.row, b.row), cmp.Compare(a.column, b.column))
	})
	return r.faults
}

// fileError names the file in an error that concerns all of it. The path in a
// system's own error is dropped: the name is there already, cleaned.
func fileError(name string, err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	return fmt.Errorf("%s: %w", name, err)
}

func formatError(what string) error { return fmt.Errorf("%w: %s", ErrFormat, what) }
