package sheet

import (
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// The limits of a table, beside those on rows and columns.
const (
	maxCells = 1_000_000 // including empty ones between others
	maxText  = 32 << 20  // bytes
	maxCell  = 128 << 10 // bytes of one cell; Excel allows 32,767 characters
)

var errManyCells = fmt.Errorf("%w: too many cells are filled; keep the tasks in a workbook of their own", ErrTooLarge)

// volume is the size of a file's content, all worksheets together.
type volume struct {
	cells int
	text  int // bytes
}

// area is a block of merged cells; columns count from 0, rows from 1.
type area struct{ row, column, lastRow, lastColumn int }

func (w *workbook) table(p page) (*table, error) {
	r := worksheetReader{workbook: w, table: &table{sheet: p.name, date1904: w.date1904, volume: &w.volume}, at: area{column: -1}}
	err := w.parts.each(p.part, r.read)
	if err == nil {
		err = r.endRow()
	}
	if err == nil && r.elements == 0 {
		err = errDamaged
	}
	return r.table, err
}

// worksheetReader fills a table with the cells of a worksheet.
type worksheetReader struct {
	*workbook
	table    *table
	line     line
	hidden   bool // the row is not shown
	at       area // the cell
	elements int
}

func (r *worksheetReader) read(d *xml.Decoder, e xml.StartElement) error {
	r.elements++
	switch e.Name.Local {
	case "row":
		return r.beginRow(e)
	case "c":
		return r.cell(d, e)
	case "mergeCell":
		return r.merge(attribute(e, "ref"))
	}
	return nil
}

func (r *worksheetReader) beginRow(e xml.StartElement) error {
	if err := r.endRow(); err != nil {
		return err
	}
	next := r.at.row + 1
	if n, err := strconv.Atoi(attribute(e, "r")); err == nil && n > 0 {
		next = n
	}
	if next <= r.at.row {
		return errDamaged
	}
	r.at, r.table.lastRow = area{row: next, column: -1}, next
	r.line, r.hidden = line{row: next}, truth(attribute(e, "hidden"))
	return nil
}

func (r *worksheetReader) endRow() error {
	if r.hidden && r.line.filled() {
		r.table.hidden++
	}
	return r.table.add(r.line)
}

// cell reads one cell to its end. It drops the columns after maxColumns.
func (r *worksheetReader) cell(d *xml.Decoder, e xml.StartElement) error {
	r.at.column++
	if ref := attribute(e, "r"); ref != "" {
		column, row, err := excelize.CellNameToCoordinates(ref)
		if err != nil || row != r.at.row || column <= r.at.column {
			return errDamaged
		}
		r.at.column = column - 1
	}
	formula, value, err := cellContent(d)
	if err != nil {
		return err
	}
	c, err := r.made(e, formula, value)
	switch {
	case err != nil:
		return err
	case c.kind == blank:
		return nil
	case r.at.column >= maxColumns:
		r.table.strays = r.table.strays || !c.empty()
		return nil
	}
	r.line.put(r.at.column, c)
	return nil
}

// cellContent reads to the end of a cell and returns its value, and whether it
// has a formula.
func cellContent(d *xml.Decoder) (formula bool, value string, err error) {
	for {
		token, err := d.RawToken()
		if err != nil {
			return false, "", err
		}
		switch e := token.(type) {
		case xml.StartElement:
			text, err := elementText(d, e.Name.Local)
			if err != nil {
				return false, "", err
			}
			switch e.Name.Local {
			case "f":
				formula = true
			case "v", "is":
				value = text
			}
		case xml.EndElement:
			return formula, value, nil
		}
	}
}

// made follows the type attribute of ECMA-376 part 1, 18.18.11. A formula
// without a value was never computed, unless its result is an empty text.
func (r *worksheetReader) made(e xml.StartElement, formula bool, value string) (cell, error) {
	t := attribute(e, "t")
	if r.volume.text += len(value); r.volume.text > maxText || len(value) > maxCell {
		return cell{}, errManyCells
	}
	switch {
	case formula && value == "" && t != "str":
		return cell{kind: uncomputed}, nil
	case t == "e":
		return cell{kind: errored, text: value}, nil
	case value == "":
		return cell{}, nil
	case t == "b":
		return cell{kind: boolean, text: value}, nil
	case t == "" || t == "n":
		c := cell{kind: number, text: strings.TrimSpace(value)}
		if style, err := strconv.Atoi(attribute(e, "s")); err == nil && style >= 0 && style < len(r.formats) {
			c.format = r.formats[style]
		}
		return c, nil
	case t == "s":
		i, err := strconv.Atoi(strings.TrimSpace(value))
		if err != nil || i < 0 || i >= len(r.texts) {
			return cell{}, errDamaged
		}
		value = r.texts[i]
	default: // str, inlineStr; d holds a date as ISO text
		value = unescaped(value)
	}
	if value == "" {
		return cell{}, nil
	}
	return cell{kind: text, text: value}, nil
}

func (r *worksheetReader) merge(ref string) error {
	from, to, ok := strings.Cut(ref, ":")
	if !ok {
		return nil
	}
	column, row, err := excelize.CellNameToCoordinates(from)
	lastColumn, lastRow, err2 := excelize.CellNameToCoordinates(to)
	if errors.Join(err, err2) != nil || lastRow < row || lastColumn < column {
		return errDamaged
	}
	if len(r.table.merged) == maxRows {
		return errManyCells
	}
	r.table.merged = append(r.table.merged, area{row, column - 1, lastRow, lastColumn - 1})
	return nil
}

// add adds a row to the table, unless it is blank.
func (t *table) add(l line) error {
	if !l.filled() {
		return nil
	}
	if t.volume.cells += len(l.cells); t.volume.cells > maxCells {
		return errManyCells
	}
	if len(t.lines) == maxRows {
		return fmt.Errorf("%w: more than %d rows", ErrTooLarge, maxRows)
	}
	t.lines = append(t.lines, l)
	return nil
}

// filled reports whether anything is visible in a row.
func (l line) filled() bool {
	return slices.ContainsFunc(l.cells, func(c cell) bool { return !c.empty() })
}
