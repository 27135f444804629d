package sheet

import (
	"errors"
	"maps"
	"slices"
	"strconv"

	"github.com/xuri/excelize/v2"
)

// copying copies the operator's worksheet into a result: values, styles,
// widths, heights and merged cells, but no password, formula, comment or link.
type copying struct {
	*result
	*worksheet
	layout layout
	down   int           // how many rows everything moves down
	beside map[int][]any // our cells to the right, by row
	widths widths        // of beside
}

// run writes the worksheet; its titles and last row are known.
func (c *copying) run(own string, titles, last int) (err error) {
	first := c.table.width() + 1
	to := cellName(max(last, titles), first+len(c.widths)-2)
	from := cellName(titles, 0)
	if err := c.page(own); err != nil {
		return err
	}
	if c.worksheet, err = c.result.worksheet(own, first+len(c.widths)-1, max(last, titles)+1); err != nil {
		return err
	}
	if err := errors.Join(c.columns(), c.widths.apply(c.StreamWriter, first), c.SetPanes(frozen(c.kept(), titles))); err != nil {
		return err
	}
	lines := map[int]int{}
	for i, l := range c.table.lines {
		lines[l.row+c.down] = i
	}
	rows := slices.AppendSeq(slices.Collect(maps.Keys(lines)), maps.Keys(c.beside))
	slices.Sort(rows)
	for _, row := range slices.Compact(rows) {
		if err := c.write(row, titles, last, lines); err != nil {
			return err
		}
	}
	return errors.Join(c.looks(), c.end(from+":"+to, titles))
}

// write writes one row: the operator's own cells, and ours beside them.
func (c *copying) write(row, titles, last int, lines map[int]int) error {
	width := c.table.width()
	cells := make([]any, width, width+len(c.widths))
	var options []excelize.RowOpts
	if i, ok := lines[row]; ok {
		l := c.table.lines[i]
		for column := range width {
			cell, err := c.cell(i, l, column)
			if err != nil {
				return err
			}
			cells[column] = cell
		}
		if c.from != nil {
			if height, err := c.from.GetRowHeight(c.table.sheet, l.row); err == nil && height > 0 && height != 15 {
				options = append(options, excelize.RowOpts{Height: min(height, 409)})
			}
		}
	} else if row == titles {
		for f, held := range c.layout.columns {
			for _, column := range held {
				if column >= width { // no row goes so far: cameras, where all are wanted
					continue
				}
				cells[column] = c.cellOf(columns[f].in[c.in].headers[0], titleLook)
			}
		}
	}
	as := look{total: row > last}
	if row == titles {
		as = titleLook
	}
	for _, value := range c.beside[row] {
		cells = append(cells, c.cellOf(value, as))
	}
	return c.row(row, look{}, cells, options...)
}

// cell copies one cell. An empty one is copied for its style.
func (c *copying) cell(line int, l line, column int) (excelize.Cell, error) {
	style, err := c.style(column, l.row)
	if err != nil {
		return excelize.Cell{}, err
	}
	v, to := l.cell(column), excelize.Cell{StyleID: style}
	switch n, ok := v.value(); {
	case c.hides(c.layout, line, column, v):
	case ok:
		to.Value = n
	case v.text != "":
		to.Value = printed(v.text)
	}
	return to, nil
}

// style returns the style of a cell. The result has all styles of the
// operator's workbook, under the same numbers.
func (c *copying) style(column, row int) (int, error) {
	if c.from == nil {
		return 0, nil
	}
	style, err := c.from.GetCellStyle(c.table.sheet, cellName(row, column))
	return c.known(style), err
}

// known returns a style of the operator's workbook, or none if it has no such
// style.
func (c *copying) known(style int) int {
	if style < 0 || style >= c.styles {
		return 0
	}
	return style
}

// columns copies how the columns look. It comes before the cells, whose own
// styles take precedence.
func (c *copying) columns() error {
	if c.from == nil {
		return c.SetColWidth(1, max(c.table.width(), 1), 20)
	}
	own := c.table.sheet
	var errs []error
	for i := range c.table.width() {
		column, name := i+1, columnName(i)
		if style, err := c.from.GetColStyle(own, name); err == nil && c.known(style) > 0 {
			errs = append(errs, c.SetColStyle(column, column, style))
		}
		if width, err := c.from.GetColWidth(own, name); err == nil && width > 0 {
			errs = append(errs, c.SetColWidth(column, column, min(width, 255)))
		}
		if visible, err := c.from.GetColVisible(own, name); err == nil && !visible {
			errs = append(errs, c.SetColVisible(column, column, false))
		}
	}
	return errors.Join(errs...)
}

// looks copies what does not belong to a single cell.
func (c *copying) looks() error {
	if c.from == nil || c.down != 0 {
		return nil // it names rows, and is only looks
	}
	if err := c.conditions(); err != nil {
		return err
	}
	merged, err := c.from.GetMergeCells(c.table.sheet, true)
	if err != nil {
		return nil
	}
	for _, m := range merged {
		_, row, err := excelize.CellNameToCoordinates(m.GetStartAxis())
		if err != nil || row > c.layout.row {
			continue // below the header they would hide outcomes from the filter
		}
		if err := c.MergeCell(m.GetStartAxis(), m.GetEndAxis()); err != nil {
			return errors.Join(errors.New("merge "+strconv.Quote(clean(m.GetStartAxis()))), err)
		}
	}
	return nil
}
