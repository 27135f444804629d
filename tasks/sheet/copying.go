package sheet

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"
)

// copying takes the operator's worksheet over into a result: values, styles,
// widths, heights and merged cells, but no password, formula, comment or link.
type copying struct {
	*result
	sheet  string // in the result
	layout layout
	down   int // rows that everything moves down

	from    *excelize.File // nil for CSV
	styles  map[int]int    // of the result, by those of from
	secrets []string
}

func (c *copying) run(data []byte) (err error) {
	c.findSecrets()
	if !c.table.csv {
		if c.from, err = open(data); err != nil {
			return openError(err)
		}
		defer func() { err = errors.Join(err, c.from.Close()) }()
		c.styles = map[int]int{}
	}
	for i, l := range c.table.lines {
		for column, v := range l.cells {
			if err := c.cell(i, l, column, v); err != nil {
				return err
			}
		}
	}
	if c.from == nil {
		return c.SetColWidth(c.sheet, "A", "H", 20)
	}
	return c.looks()
}

// findSecrets learns the passwords, so that one which stands in a note as well
// is found there.
func (c *copying) findSecrets() {
	for _, l := range c.table.lines[c.layout.header+1:] {
		secret := l.cell(c.layout.columns[password]).text
		if len(secret) >= 4 && !slices.Contains(c.secrets, secret) {
			c.secrets = append(c.secrets, secret)
		}
	}
}

// hidden reports whether a cell must not be shown: everything in the column of
// the passwords but its title, and every note with a password in it.
func (c *copying) hidden(line, column int, v cell) bool {
	if column == c.layout.columns[password] {
		_, title := byHeader[headerWords(v.text)]
		return line > c.layout.header || !title
	}
	if v.kind != text || line <= c.layout.header || slices.Contains(c.layout.columns[:], column) && column != c.layout.columns[name] {
		return false
	}
	return slices.ContainsFunc(c.secrets, func(secret string) bool { return strings.Contains(v.text, secret) })
}

func (c *copying) cell(line int, l line, column int, v cell) error {
	style, err := c.style(column, l.row)
	if err != nil {
		return err
	}
	if c.hidden(line, column, v) {
		v = cell{}
	}
	if n, ok := v.value(); ok {
		return c.put(c.sheet, column+1, l.row+c.down, n, style)
	}
	if err := c.put(c.sheet, column+1, l.row+c.down, v.text, style); err != nil || v.text != "" || style == 0 {
		return err
	}
	name, err := excelize.CoordinatesToCellName(column+1, l.row+c.down)
	if err != nil {
		return err
	}
	return c.SetCellStyle(c.sheet, name, name, style)
}

// style returns the result's style for that of a cell.
func (c *copying) style(column, row int) (int, error) {
	if c.from == nil {
		return 0, nil
	}
	name, err := excelize.CoordinatesToCellName(column+1, row)
	if err != nil {
		return 0, err
	}
	old, err := c.from.GetCellStyle(c.table.sheet, name)
	if err != nil || old == 0 {
		return 0, err
	}
	if made, ok := c.styles[old]; ok {
		return made, nil
	}
	made := 0
	if s, err := c.from.GetStyle(old); err == nil { // a style that cannot be read is none
		if made, err = c.NewStyle(s); err != nil {
			made = 0
		}
	}
	c.styles[old] = made
	return made, nil
}

// looks copies what belongs to no single cell.
func (c *copying) looks() error {
	own := c.table.sheet
	for column := range c.table.width() {
		name, err := excelize.ColumnNumberToName(column + 1)
		if err != nil {
			return err
		}
		if width, err := c.from.GetColWidth(own, name); err == nil && width > 0 {
			if err := c.SetColWidth(c.sheet, name, name, min(width, 255)); err != nil {
				return err
			}
		}
	}
	for _, l := range c.table.lines {
		if height, err := c.from.GetRowHeight(own, l.row); err == nil && height > 0 && height != 15 {
			if err := c.SetRowHeight(c.sheet, l.row+c.down, min(height, 409)); err != nil {
				return err
			}
		}
	}
	merged, err := c.from.GetMergeCells(own, true)
	if err != nil || c.down != 0 {
		return nil // merged cells are looks only
	}
	for _, m := range merged {
		_, row, err := excelize.CellNameToCoordinates(m.GetStartAxis())
		if err != nil || row > c.layout.row {
			continue // below the header they would hide outcomes from the filter
		}
		if err := c.MergeCell(c.sheet, m.GetStartAxis(), m.GetEndAxis()); err != nil {
			return errors.Join(errors.New("merge "+strconv.Quote(clean(m.GetStartAxis()))), err)
		}
	}
	return nil
}
