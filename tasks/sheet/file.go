package sheet

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf16"
)

// maxFile is the largest file that is opened. Ten thousand rows take less than 1 MiB.
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

// content is what the first bytes of a file say it is.
type content int

const (
	otherFile     content = iota
	emptyFile             // nothing in it
	zipFile               // .xlsx and .xlsm, and whatever else is a zip
	encryptedFile         // .xlsx behind a password
	oldExcelFile          // .xls
	otherOffice           // .doc and such
	webPage               // HTML or XML
	textFile              // .csv in any encoding
)

// compoundFile starts an OLE compound file: what Office wrote until 2003, and
// what it wraps encrypted workbooks in until today.
var compoundFile = []byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}

func sniff(data []byte) content {
	switch {
	case len(bytes.TrimSpace(data)) == 0:
		return emptyFile
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return zipFile
	case bytes.HasPrefix(data, compoundFile):
		return sniffCompound(data)
	case hasUTF16Mark(data):
		return textFile
	}
	head := bytes.ToLower(bytes.TrimSpace(bytes.TrimPrefix(data[:min(len(data), 1024)], utf8Mark)))
	if bytes.HasPrefix(head, []byte("<!doctype")) || bytes.HasPrefix(head, []byte("<html")) || bytes.HasPrefix(head, []byte("<?xml")) {
		return webPage
	}
	if bytes.ContainsFunc(data, func(r rune) bool { return r < ' ' && !strings.ContainsRune("\t\n\r\f\v", r) }) {
		return otherFile // no text has such bytes
	}
	return textFile
}

// sniffCompound looks for the names of the streams that a compound file holds.
// They stand in its directory as UTF-16.
func sniffCompound(data []byte) content {
	switch {
	case bytes.Contains(data, wide("EncryptedPackage")):
		return encryptedFile
	case bytes.Contains(data, wide("Workbook")), bytes.Contains(data, wide("Book")):
		return oldExcelFile
	}
	return otherOffice
}

func wide(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = append(b, byte(u), byte(u>>8))
	}
	return b
}

// caught turns a panic of the workbook library into an error: a damaged file
// must not take the program down.
func caught(err *error) {
	if p := recover(); p != nil {
		*err = errDamaged
	}
}

var errDamaged = formatError("the workbook is damaged; open it in Excel and save it again")
