package sheet

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"unicode/utf16"

	"example.com/hikgrab/tasks"
)

// Options say how to read a sheet.
type Options struct {
	Sheet    string                 // worksheet; empty means the only one that looks like tasks; a CSV file has none
	Password func() (string, error) // asked once, if the workbook is encrypted; nil refuses
	Networks bool                   // rows of different networks are different recorders, as for several machines
}

// Sheet is a task sheet that was read without a fault.
type Sheet struct {
	Tasks   []tasks.Task
	Notices []string // ignored columns, merged rows, …: each a sentence that names its cells; those about passwords from elsewhere first, then 50 at most and how many more
}

// Read reads a task sheet. The first bytes decide the kind of file, not its
// name. All faults of cells come at once, as *Faults. A file that cannot be
// read at all gives an error that wraps ErrEncrypted, ErrPassword, ErrFormat,
// ErrEmpty, ErrOthers, ErrTooLarge, ErrNoSheet, ErrSheets, or the system's
// error. Read contacts nobody.
func Read(path string, o Options) (Sheet, error) {
	t, _, err := open(path, o)
	if err != nil {
		return Sheet{}, err
	}
	r := reader{table: t, options: o}
	list := r.read()
	if err := r.failure(); err != nil {
		return Sheet{}, err
	}
	return Sheet{Tasks: list, Notices: r.worthReading()}, nil
}

// open reads the file at path. It returns its table, and its bytes without the
// encryption of a protected workbook.
func open(path string, o Options) (*table, []byte, error) {
	name := clean(filepath.Base(path))
	data, err := load(path)
	if is, _ := sniff(data); err == nil && is == encryptedFile {
		data, err = decrypt(data, o)
	}
	if err != nil {
		return nil, nil, fileError(name, err)
	}
	t, err := parse(data, o)
	if err != nil {
		return nil, nil, fileError(name, err)
	}
	t.file, t.dir = name, filepath.Dir(path)
	return t, data, nil
}

// parse turns the bytes of a file into a table of cells.
func parse(data []byte, o Options) (*table, error) {
	switch is, advice := sniff(data); is {
	case zipFile:
		return readWorkbook(data, o)
	case textFile:
		if o.Sheet != "" {
			// Reading it anyway might ask the wrong recorders.
			return nil, fmt.Errorf("%w as %q: a CSV file has none; leave the name of the worksheet out, or name the workbook that it was saved from", ErrNoSheet, clean(o.Sheet))
		}
		return readCSV(data)
	case emptyFile:
		return nil, ErrEmpty
	default:
		return nil, formatError(advice)
	}
}

// maxFile is the largest file that is opened. Ten thousand rows take less than
// 1 MiB.
const maxFile = 32 << 20

// load reads a file that is small enough to be a task sheet.
func load(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return nil, err
	case info.IsDir():
		return nil, formatError("it is a directory; name the file in it")
	}
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	switch {
	case err != nil:
		return nil, err
	case len(data) > maxFile:
		return nil, fmt.Errorf("%w: more than %d MiB; keep the tasks in a workbook of their own", ErrTooLarge, maxFile>>20)
	}
	return data, nil
}

// content is the kind of a file according to its first bytes.
type content int

const (
	otherFile     content = iota
	emptyFile             // nothing in it
	zipFile               // .xlsx and .xlsm, and any other zip
	encryptedFile         // .xlsx behind a password
	textFile              // .csv in any encoding
)

// compoundFile starts an OLE compound file: what Office wrote until 2003, and
// what it still wraps encrypted workbooks in.
var compoundFile = []byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}

// sniff returns what a file is, and for others what to do about it.
func sniff(data []byte) (is content, advice string) {
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return emptyFile, ""
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return zipFile, ""
	case bytes.HasPrefix(data, compoundFile):
		// Its directory holds the names of its streams as UTF-16.
		switch {
		case bytes.Contains(data, wide("EncryptedPackage")):
			return encryptedFile, ""
		case bytes.Contains(data, wide("Workbook")), bytes.Contains(data, wide("Book")):
			return otherFile, "it is an old .xls workbook; open it and save it as .xlsx"
		}
		return otherFile, "it is another kind of Office document"
	case hasUTF16Mark(data):
		return textFile, ""
	}
	head := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(data[:min(len(data), 1024)], utf8Mark)))
	if bytes.HasPrefix(head, []byte("<!doctype")) || bytes.HasPrefix(head, []byte("<html")) || bytes.HasPrefix(head, []byte("<?xml")) {
		return otherFile, "it is a web page or XML with another name; open it in Excel and save it as .xlsx"
	}
	if bytes.ContainsFunc(data, func(r rune) bool { return r < ' ' && !strings.ContainsRune("\t\n\r\f\v", r) }) {
		return otherFile, "save the sheet as .xlsx or .csv" // no text has such bytes
	}
	return textFile, ""
}

func wide(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}

// caught turns a panic of the workbook library into an error: a damaged file
// must not crash the program.
func caught(err *error) {
	if p := recover(); p != nil {
		*err = errDamaged
	}
}

var errDamaged = formatError("the workbook is damaged; open it in Excel and save it again")
