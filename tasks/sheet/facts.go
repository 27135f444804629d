package sheet

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// facts are what a worksheet's XML says of its cells beyond their values:
// whether "007" is a text or the number 7 shown with zeros, whether 46329.5 is
// a date, whether nothing is nothing or a formula that was never computed.
// excelize tells these only after building the whole sheet as a grid, which a
// single styled cell far to the right blows up to gigabytes; reading the XML
// once as a stream costs no more than it weighs.
type facts struct {
	cells   map[position]fact // cells that are not plain text
	formats map[int]format    // by style
	strays  int               // values to the right of maxColumns
}

type position struct{ row, column int }

type fact struct {
	kind  kind
	style int
}

const (
	maxFacts  = 1_000_000 // cells that are remembered
	maxStrays = 10_000    // values to the right of maxColumns
)

// cell joins a value with what is known of its cell.
func (f *facts) cell(row, column int, value string) cell {
	known, ok := f.cells[position{row, column}]
	switch {
	case ok && known.kind == number:
		return cell{kind: number, text: value, format: f.formats[known.style]}
	case ok:
		return cell{kind: known.kind, text: value}
	case value == "":
		return cell{}
	}
	return cell{kind: text, text: value}
}

// readFacts reads the facts of a worksheet.
func readFacts(f *excelize.File, sheet string) (*facts, error) {
	part, ok := worksheetPart(f, sheet)
	if !ok {
		return nil, errDamaged
	}
	found := &facts{cells: map[position]fact{}, formats: map[int]format{}}
	d := xml.NewDecoder(bytes.NewReader(part))
	d.CharsetReader = f.CharsetReader
	if err := found.readAll(d); err != nil {
		return nil, err
	}
	for _, c := range found.cells {
		if _, ok := found.formats[c.style]; !ok {
			found.formats[c.style] = styleFormat(f, c.style)
		}
	}
	return found, nil
}

// readAll reads a worksheet to its end. It takes raw tokens, which cost half:
// nothing here needs name spaces, and that elements end in order is seen by
// excelize.
func (f *facts) readAll(d *xml.Decoder) error {
	at, whole := position{}, false
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) && whole {
			return nil
		}
		if err != nil {
			return errDamaged
		}
		if end, ok := token.(xml.EndElement); ok {
			whole = end.Name.Local == "worksheet"
		}
		start, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		switch start.Name.Local {
		case "row":
			next := rowNumber(start, at.row+1)
			if next <= at.row {
				return errDamaged
			}
			at = position{row: next, column: -1}
		case "c":
			if err := f.read(d, start, &at); err != nil {
				return err
			}
		}
	}
}

func rowNumber(start xml.StartElement, next int) int {
	if n, err := strconv.Atoi(attribute(start, "r")); err == nil && n > 0 {
		return n
	}
	return next
}

func attribute(start xml.StartElement, name string) string {
	for _, a := range start.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// read reads one cell element to its end and notes what it is.
func (f *facts) read(d *xml.Decoder, start xml.StartElement, at *position) error {
	at.column++
	if ref := attribute(start, "r"); ref != "" {
		column, row, err := excelize.CellNameToCoordinates(ref)
		if err != nil || row != at.row || column <= at.column {
			return errDamaged
		}
		at.column = column - 1
	}
	formula, value, err := cellContent(d)
	if err != nil {
		return errDamaged
	}
	if at.column >= maxColumns {
		return f.far(value)
	}
	k := cellKind(attribute(start, "t"), formula, value)
	if k == text || k == blank {
		return nil
	}
	if len(f.cells) == maxFacts {
		return fmt.Errorf("%w: more than %d cells hold numbers", ErrTooLarge, maxFacts)
	}
	style, _ := strconv.Atoi(attribute(start, "s"))
	f.cells[*at] = fact{kind: k, style: style}
	return nil
}

// far counts values far to the right. Each costs excelize a row of empty
// cells, so that a few hundred kilobytes of them would keep it busy for minutes.
func (f *facts) far(value bool) error {
	if value {
		f.strays++
	}
	if f.strays > maxStrays {
		return fmt.Errorf("%w: many cells to the right of the first %d columns are filled", ErrTooLarge, maxColumns)
	}
	return nil
}

// cellContent reads to the end of a cell and reports whether it has a formula
// and a value.
func cellContent(d *xml.Decoder) (formula, value bool, err error) {
	inValue := false
	for depth := 1; depth > 0; {
		token, err := d.RawToken()
		if err != nil {
			return false, false, err
		}
		switch e := token.(type) {
		case xml.StartElement:
			depth++
			formula = formula || e.Name.Local == "f"
			inValue = e.Name.Local == "v"
		case xml.EndElement:
			depth--
			inValue = false
		case xml.CharData:
			value = value || inValue && len(e) > 0
		}
	}
	return formula, value, nil
}

// cellKind follows the type attribute of ECMA-376 part 1, 18.18.11. A formula
// without a value was never computed, unless its result is an empty text.
func cellKind(t string, formula, value bool) kind {
	switch {
	case formula && !value && t != "str":
		return uncomputed
	case t == "e":
		return errored
	case !value:
		return blank
	case t == "b":
		return boolean
	case t == "" || t == "n":
		return number
	}
	return text // s, str, inlineStr; d holds a date as ISO text
}

// styleFormat returns how a style shows numbers.
func styleFormat(f *excelize.File, style int) format {
	s, err := f.GetStyle(style)
	switch {
	case err != nil:
		return format{}
	case s.CustomNumFmt != nil:
		return parseFormat(*s.CustomNumFmt)
	}
	return parseFormat(builtin(s.NumFmt))
}

// worksheetPart returns the XML of a worksheet, found by the workbook's
// relationships as the format has it.
func worksheetPart(f *excelize.File, sheet string) ([]byte, bool) {
	_, part, ok := worksheetNamed(f, sheet)
	return part, ok
}

// worksheetNamed returns that XML with the name of its part.
func worksheetNamed(f *excelize.File, sheet string) (name string, content []byte, ok bool) {
	var id string
	for _, s := range f.WorkBook.Sheets.Sheet {
		if s.Name == sheet {
			id = s.ID
		}
	}
	var list struct {
		Relationship []struct {
			ID     string `xml:"Id,attr"`
			Target string `xml:",attr"`
		}
	}
	rels, dir := workbookRelations(f)
	if xml.Unmarshal(rels, &list) != nil {
		return "", nil, false
	}
	for _, r := range list.Relationship {
		if r.ID != id {
			continue
		}
		name := path.Join(dir, r.Target)
		if strings.HasPrefix(r.Target, "/") {
			name = strings.TrimPrefix(path.Clean(r.Target), "/")
		}
		return part(f, name)
	}
	return "", nil, false
}

var workbookRels = regexp.MustCompile(`(?i)^(.*/)?_rels/workbook\d*\.xml\.rels$`)

// workbookRelations returns the workbook's relationships and the directory
// that their targets are relative to.
func workbookRelations(f *excelize.File) (rels []byte, dir string) {
	f.Pkg.Range(func(name, data any) bool {
		n, _ := name.(string)
		if workbookRels.MatchString(n) {
			rels, _ = data.([]byte)
			dir = path.Dir(path.Dir(n))
		}
		return rels == nil
	})
	return rels, dir
}

// part finds a part by its name in any case, and returns it with the name it
// has.
func part(f *excelize.File, wanted string) (name string, content []byte, ok bool) {
	f.Pkg.Range(func(key, data any) bool {
		if n, _ := key.(string); strings.EqualFold(n, wanted) {
			name = n
			content, _ = data.([]byte)
		}
		return content == nil
	})
	return name, content, content != nil
}

var spins = regexp.MustCompile(`spinCount="(\d+)"`)

// tooManySpins reports whether an encrypted workbook wants its password hashed
// so often that checking it would not end. Excel hashes 100,000 times.
func tooManySpins(data []byte) bool {
	for _, m := range spins.FindAllSubmatch(data, -1) {
		if n, err := strconv.Atoi(string(m[1])); err != nil || n > 2_000_000 {
			return true
		}
	}
	return false
}
