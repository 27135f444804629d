package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

var utf8Mark = []byte("\xEF\xBB\xBF")

func hasUTF16Mark(data []byte) bool {
	return bytes.HasPrefix(data, []byte("\xFF\xFE")) || bytes.HasPrefix(data, []byte("\xFE\xFF"))
}

// readCSV reads a CSV file as spreadsheet programs save it: UTF-8 with or
// without a byte order mark, UTF-16 ("Unicode text") or Windows-1251 (Russian
// Excel), with commas, semicolons, tabs or bars between the cells.
func readCSV(data []byte) (*table, error) {
	plain, err := decode(data)
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(plain) {
		if len(line) > maxRun {
			return nil, fmt.Errorf("%w: a line of it is longer than %d MiB", ErrTooLarge, maxRun>>20)
		}
	}
	comma, skip, plain := separator(plain)
	r := splitter(plain, comma)
	t := &table{csv: true, volume: &volume{}}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, formatError("a line of it cannot be split into cells")
		}
		row, _ := r.FieldPos(0)
		l := line{row: row + skip}
		for _, field := range record[:min(len(record), maxColumns)] {
			// People write ="007" to keep a spreadsheet program from dropping the zeros;
			// it means the text in it.
			if inner, ok := strings.CutPrefix(field, `="`); ok && strings.HasSuffix(inner, `"`) {
				field = strings.TrimSuffix(inner, `"`)
			}
			c := cell{kind: text, text: field}
			if field == "" {
				c.kind = blank
			}
			l.cells = append(l.cells, c)
		}
		if err := t.add(l); err != nil {
			return nil, err
		}
	}
	if len(t.lines) == 0 {
		return nil, ErrEmpty
	}
	return t, nil
}

// splitter reads rows of any length, as people make them.
func splitter(plain string, comma rune) *csv.Reader {
	r := csv.NewReader(strings.NewReader(plain))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = comma, -1, true
	return r
}

// decode converts a text file to UTF-8. What is not UTF-8 and has no byte order
// mark is Windows-1251: the only single-byte encoding that the programs of
// hikgrab's operators write.
func decode(data []byte) (string, error) {
	switch {
	case hasUTF16Mark(data):
		plain, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder().Bytes(data)
		if err != nil {
			return "", formatError("its UTF-16 text is damaged")
		}
		return string(plain), nil
	case utf8.Valid(data):
		return string(bytes.TrimPrefix(data, utf8Mark)), nil
	}
	plain, err := charmap.Windows1251.NewDecoder().Bytes(data)
	if err != nil {
		return "", formatError("its text is in an encoding that is neither UTF-8 nor Windows-1251; save it as CSV UTF-8")
	}
	return string(plain), nil
}

// separator finds the character between the cells. It returns the text after
// Excel's own "sep=;" line, with the number of lines skipped.
//
// Without that line it is the character that sets a recorder apart in most
// lines, then the one that gives the most cells: a camera list with commas must
// not win over the real separator.
func separator(plain string) (comma rune, skip int, rest string) {
	first, after, _ := strings.Cut(plain, "\n")
	if sep, ok := strings.CutPrefix(strings.ToLower(strings.TrimRight(first, "\r")), "sep="); ok {
		if len(sep) == 1 && strings.Contains(",;|\t", sep) {
			return rune(sep[0]), 1, after
		}
	}
	comma, bestHosts, bestCells := ',', 0, 0
	for _, candidate := range []rune{';', '\t', '|', ','} {
		hosts, cells, lines, split := splitBy(plain, candidate)
		if candidate == '|' && 2*split <= lines {
			continue // a bar is more likely part of a password
		}
		if hosts > bestHosts || hosts == bestHosts && cells > bestCells {
			comma, bestHosts, bestCells = candidate, hosts, cells
		}
	}
	return comma, 0, plain
}

// splitBy splits the first lines at comma. It returns how many of them have a
// cell that looks like a recorder, how many cells they have in all, the number
// of lines, and how many of those have more than one cell.
func splitBy(plain string, comma rune) (hosts, cells, lines, split int) {
	r := splitter(plain, comma)
	for range 50 {
		record, err := r.Read()
		if err != nil {
			break
		}
		lines++
		cells += len(record)
		if len(record) > 1 {
			split++
		}
		if slices.ContainsFunc(record, looksLikeHost) {
			hosts++
		}
	}
	return hosts, cells, lines, split
}
