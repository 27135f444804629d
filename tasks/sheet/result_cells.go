package sheet

import (
	"cmp"
	"errors"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"

	"example.com/hikgrab/tasks"
)

// makeStyles makes the styles of times, numbers and states.
func (r *result) makeStyles() (err error) {
	for format, style := range map[string]*int{"yyyy-mm-dd hh:mm:ss": &r.date, "#,##0": &r.count, "[h]:mm:ss": &r.span} {
		if *style, err = r.NewStyle(&excelize.Style{CustomNumFmt: &format}); err != nil {
			return err
		}
	}
	r.states = map[tasks.State]int{}
	for state, color := range stateColors {
		fill := excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
		if r.states[state], err = r.NewStyle(&excelize.Style{Fill: fill}); err != nil {
			return err
		}
	}
	return nil
}

// shown returns a value as a cell takes it, and the style for it; 0 when it
// needs none. What is unknown is nil.
func (r *result) shown(value any) (any, int) {
	switch v := value.(type) {
	case string:
		if v == "" {
			return nil, 0
		}
		return printed(v), 0
	case time.Time:
		if v.IsZero() {
			return nil, 0
		}
		return v, r.date
	case time.Duration:
		return v.Round(time.Second).Hours() / 24, r.span
	case int64:
		return v, r.count
	case tasks.State:
		return r.say(v.String()), r.states[v]
	}
	return value, 0
}

// row writes values from a column on.
func (r *result) row(sheet string, column, row, style int, values ...any) error {
	for i, v := range values {
		if err := r.put(sheet, column+i, row, v, style); err != nil {
			return err
		}
	}
	return nil
}

// put writes one value. A text stays a text, whatever it begins with.
func (r *result) put(sheet string, column, row int, value any, style int) (err error) {
	cell, err := excelize.CoordinatesToCellName(column, row)
	if err != nil {
		return err
	}
	value, own := r.shown(value)
	style = cmp.Or(own, style)
	switch v := value.(type) {
	case nil:
		return nil
	case string:
		err = r.SetCellStr(sheet, cell, escaped(v))
	default:
		err = r.SetCellValue(sheet, cell, v)
	}
	if err == nil && style != 0 {
		err = r.SetCellStyle(sheet, cell, cell, style)
	}
	return err
}

// printed returns text without what a worksheet cannot hold or what would
// deceive who reads it, bounded to what a cell takes.
func printed(s string) string {
	const most = 32_000
	s = strings.Map(func(c rune) rune {
		if c != ' ' && unseen(c) {
			return -1
		}
		return c
	}, strings.ToValidUTF8(s, "\uFFFD"))
	if runes := []rune(s); len(runes) > most {
		s = string(runes[:most])
	}
	return s
}

// dress gives a worksheet filters, a header that stays in sight, as do the first
// columns if there are any to keep, and widths for the columns from ours on.
func (r *result) dress(sheet string, titles, keep, last, rows, ours int) error {
	from, err := excelize.CoordinatesToCellName(1, titles)
	if err != nil {
		return err
	}
	to, err := excelize.CoordinatesToCellName(last, max(rows, titles))
	if err != nil {
		return err
	}
	top, err := excelize.CoordinatesToCellName(keep+1, titles+1)
	if err != nil {
		return err
	}
	begin, err := excelize.ColumnNumberToName(ours)
	if err != nil {
		return err
	}
	end, err := excelize.ColumnNumberToName(last)
	if err != nil {
		return err
	}
	pane := "bottomLeft"
	if keep > 0 {
		pane = "bottomRight"
	}
	return errors.Join(
		r.SetColWidth(sheet, begin, end, 20),
		r.AutoFilter(sheet, from+":"+to, nil),
		r.SetPanes(sheet, &excelize.Panes{
			Freeze: true, XSplit: keep, YSplit: titles, TopLeftCell: top, ActivePane: pane,
			Selection: []excelize.Selection{{SQRef: top, ActiveCell: top, Pane: pane}},
		}),
		// Readers that trust it would see a worksheet of one cell otherwise.
		r.SetSheetDimension(sheet, "A1:"+to),
	)
}
