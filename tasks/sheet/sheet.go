package sheet

import (
	"fmt"
	"path/filepath"

	"example.com/hikgrab/tasks"
)

// Options say how to read a sheet.
type Options struct {
	Sheet    string                 // worksheet; empty means the only one that looks like tasks; a CSV file has none
	Password func() (string, error) // asked once, when the workbook is encrypted; nil refuses
	Networks bool                   // rows of different networks are different recorders, as several machines have it
}

// Sheet is a task sheet that was read without a fault.
type Sheet struct {
	Tasks   []tasks.Task
	Notices []string // ignored columns, merged rows, …: each a sentence that names its cells; those about passwords from elsewhere first, then 50 at most and how many more
}

// Read reads a task sheet. What kind of file it is shows in its first bytes,
// not in its name. What is wrong with cells comes all at once, as *Faults; a
// file that cannot be read at all gives an error that wraps ErrEncrypted,
// ErrPassword, ErrFormat, ErrEmpty, ErrTooLarge, ErrNoSheet, ErrSheets, or what
// the system said. Nothing is contacted.
func Read(path string, o Options) (Sheet, error) {
	name := clean(filepath.Base(path))
	data, err := load(path)
	if err != nil {
		return Sheet{}, fileError(name, err)
	}
	t, err := parse(data, o)
	if err != nil {
		return Sheet{}, fileError(name, err)
	}
	t.file, t.dir = name, filepath.Dir(path)
	r := reader{table: t, options: o}
	list := r.read()
	if err := r.failure(); err != nil {
		return Sheet{}, err
	}
	return Sheet{Tasks: list, Notices: r.worthReading()}, nil
}

// parse turns the bytes of a file into a table of cells.
func parse(data []byte, o Options) (*table, error) {
	switch sniff(data) {
	case zipFile:
		return readWorkbook(data, o)
	case encryptedFile:
		plain, err := decrypt(data, o)
		if err != nil {
			return nil, err
		}
		return readWorkbook(plain, o)
	case textFile:
		if o.Sheet != "" {
			// Reading it all the same might ask other recorders than were meant.
			return nil, fmt.Errorf("%w as %q: a CSV file has none; leave --sheet out, or name the workbook that it was saved from", ErrNoSheet, clean(o.Sheet))
		}
		return readCSV(data)
	case emptyFile:
		return nil, ErrEmpty
	case oldExcelFile:
		return nil, formatError("it is an old .xls workbook; open it and save it as .xlsx")
	case webPage:
		return nil, formatError("it is a web page or XML with another name; open it in Excel and save it as .xlsx")
	case otherOffice:
		return nil, formatError("it is another kind of Office document")
	case otherFile:
	}
	return nil, formatError("save the sheet as .xlsx or .csv")
}
