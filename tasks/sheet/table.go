package sheet

import (
	"fmt"
	"strings"
	"unicode"

	"github.com/xuri/excelize/v2"
)

// The limits of a table. A sheet beyond them is not a task sheet, and a hostile
// one is not read into memory first.
const (
	maxRows    = 100_000 // rows with something in them
	maxColumns = 64      // columns that are looked at
)

// table is a worksheet or a CSV file as cells, without its blank rows.
type table struct {
	file     string // for messages, cleaned
	dir      string // of the file
	sheet    string // empty for CSV
	lines    []line
	date1904 bool // dates count from 1904, as in old Excel for Mac
	csv      bool
	hidden   int    // rows with something in them that Excel does not show
	merged   []area // merged cells
	strays   bool   // something is to the right of maxColumns
	lastRow  int    // including empty ones; only of a workbook
	volume   *volume
	notice   string // why this worksheet was chosen
}

// line is one row that is not blank.
type line struct {
	row   int // 1-based, as the spreadsheet program shows it
	cells []cell
}

// cell returns the cell of a column, counted from 0.
func (l line) cell(column int) cell {
	if column < 0 || column >= len(l.cells) {
		return cell{}
	}
	return l.cells[column]
}

// put sets the cell of a column.
func (l *line) put(column int, c cell) {
	if more := column + 1 - len(l.cells); more > 0 {
		l.cells = append(l.cells, make([]cell, more)...)
	}
	l.cells[column] = c
}

// width returns the number of columns up to the last one used.
func (t *table) width() int {
	w := 0
	for _, l := range t.lines {
		w = max(w, len(l.cells))
	}
	return w
}

// ref names a cell as the spreadsheet program does: "Sheet1!C7".
func (t *table) ref(row, column int) string { return t.prefix() + cellName(row, column) }

// prefix returns the part of a reference before the cell's name.
func (t *table) prefix() string {
	if t.sheet == "" {
		return ""
	}
	return quotedSheet(t.sheet) + "!"
}

// cellName names a cell within its worksheet: "C7".
func cellName(row, column int) string {
	name, err := excelize.CoordinatesToCellName(column+1, row)
	if err != nil {
		return fmt.Sprintf("row %d", row)
	}
	return name
}

// columnName names a column, counted from 0: "C".
func columnName(column int) string { return strings.TrimRight(cellName(1, column), "1") }

// quotedSheet quotes a sheet's name where a formula would need it.
func quotedSheet(name string) string {
	name = clean(name)
	plain := !strings.ContainsFunc(name, func(r rune) bool {
		return !unicode.IsLetter(r) && !unicode.IsDigit(r) && r != '_' && r != '.'
	})
	if plain {
		return name
	}
	return "'" + strings.ReplaceAll(name, "'", "''") + "'"
}
