package sheet

import (
	"errors"
	"strconv"

	"github.com/xuri/excelize/v2"
)

// copying takes the operator's worksheet over into a result: values, styles,
// widths, heights and merged cells, but no password, formula, comment or link.
type copying struct {
	*result
	sheet  string // in the result
	layout layout
	down   int // rows that everything moves down
}

func (c *copying) run() error {
	if c.from != nil {
		if err := c.columns(); err != nil {
			return err
		}
	}
	width := c.table.width()
	for i, l := range c.table.lines {
		for column := range width {
			if err := c.cell(i, l, column); err != nil {
				return err
			}
		}
	}
	if c.from == nil {
		return c.SetColWidth(c.sheet, "A", "H", 20)
	}
	return c.looks()
}

// cell copies one cell. An empty one is copied for its style.
func (c *copying) cell(line int, l line, column int) error {
	style, err := c.style(column, l.row)
	if err != nil {
		return err
	}
	v := l.cell(column)
	if c.hides(c.layout, line, column, v) {
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

// style returns the style of a cell. The result has all those of the operator's
// workbook, under the same numbers.
func (c *copying) style(column, row int) (int, error) {
	if c.from == nil {
		return 0, nil
	}
	name, err := excelize.CoordinatesToCellName(column+1, row)
	if err != nil {
		return 0, err
	}
	style, err := c.from.GetCellStyle(c.table.sheet, name)
	if err != nil {
		return 0, err
	}
	return c.known(style), nil
}

// known returns a style of the operator's workbook, or none when it has no such
// style.
func (c *copying) known(style int) int {
	if style < 0 || style >= c.styles {
		return 0
	}
	return style
}

// columns copies how the columns look. It comes before the cells, whose own
// styles count more.
func (c *copying) columns() error {
	own := c.table.sheet
	for column := range c.table.width() {
		name, err := excelize.ColumnNumberToName(column + 1)
		if err != nil {
			return err
		}
		if style, err := c.from.GetColStyle(own, name); err == nil && c.known(style) > 0 {
			if err := c.SetColStyle(c.sheet, name, style); err != nil {
				return err
			}
		}
		if width, err := c.from.GetColWidth(own, name); err == nil && width > 0 {
			if err := c.SetColWidth(c.sheet, name, name, min(width, 255)); err != nil {
				return err
			}
		}
		if visible, err := c.from.GetColVisible(own, name); err == nil && !visible {
			if err := c.SetColVisible(c.sheet, name, false); err != nil {
				return err
			}
		}
	}
	return nil
}

// looks copies what belongs to no single cell. Rows that are hidden are shown:
// they were read, and something became of them.
func (c *copying) looks() error {
	own := c.table.sheet
	for _, l := range c.table.lines {
		if height, err := c.from.GetRowHeight(own, l.row); err == nil && height > 0 && height != 15 {
			if err := c.SetRowHeight(c.sheet, l.row+c.down, min(height, 409)); err != nil {
				return err
			}
		}
	}
	if c.down != 0 {
		return nil // what follows names rows, and is looks only
	}
	if err := c.conditions(); err != nil {
		return err
	}
	merged, err := c.from.GetMergeCells(own, true)
	if err != nil {
		return nil
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
