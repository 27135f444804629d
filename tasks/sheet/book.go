package sheet

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"

	"github.com/xuri/excelize/v2"
)

// book is a workbook that is being written.
type book struct {
	*excelize.File
	in    Language
	tasks string // the worksheet with the tasks
}

// textFormat is Excel's number format 49, "@": what is typed stays as typed.
const textFormat = 49

// addTasks fills the first worksheet: header, rows, formats, drop-downs.
func (b *book) addTasks(rows [][]string) error {
	if err := b.SetSheetName(b.GetSheetName(0), b.tasks); err != nil {
		return err
	}
	if err := b.formatColumns(); err != nil {
		return err
	}
	header := make([]string, fields)
	for f := range field(fields) {
		header[f] = columns[f].in[b.in].headers[0]
	}
	for i, row := range append([][]string{header}, rows...) {
		for column, value := range row {
			if value == "" {
				continue
			}
			cell, err := excelize.CoordinatesToCellName(column+1, i+1)
			if err != nil {
				return err
			}
			if err := b.SetCellStr(b.tasks, cell, escaped(value)); err != nil {
				return err
			}
		}
	}
	return errors.Join(b.formatHeader(), b.dropDowns())
}

// escapable is what a workbook takes for a character by its number (ECMA-376
// part 1, 22.9.2.19, ST_Xstring), after an underscore.
var escapable = regexp.MustCompile(`^x[0-9A-Fa-f]{4}_`)

// escaped returns a text as a workbook has to hold it, so that "_x0041_" in a
// password does not become "A". excelize decodes these, but does not encode them.
func escaped(s string) string {
	var b strings.Builder
	for i, r := range s {
		if r == '_' && escapable.MatchString(s[i+1:]) {
			b.WriteString("_x005F")
		}
		b.WriteRune(r)
	}
	return b.String()
}

// formatColumns makes every cell a text, so that no spreadsheet program turns
// 1-4 into a date or drops the zeros of a password.
func (b *book) formatColumns() error {
	style, err := b.NewStyle(&excelize.Style{NumFmt: textFormat})
	if err != nil {
		return err
	}
	for f, c := range columns {
		column, err := excelize.ColumnNumberToName(f + 1)
		if err != nil {
			return err
		}
		err = errors.Join(b.SetColStyle(b.tasks, column, style), b.SetColWidth(b.tasks, column, column, c.width))
		if err != nil {
			return err
		}
	}
	return nil
}

// formatHeader makes the first row stand out and stay in sight.
func (b *book) formatHeader() error {
	style, err := b.NewStyle(&excelize.Style{
		NumFmt: textFormat,
		Font:   &excelize.Font{Bold: true, Color: "FFFFFF"},
		Fill:   excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"1F4E79"}},
	})
	if err != nil {
		return err
	}
	last, err := excelize.CoordinatesToCellName(fields, 1)
	if err != nil {
		return err
	}
	return errors.Join(
		b.SetCellStyle(b.tasks, "A1", last, style),
		b.SetPanes(b.tasks, &excelize.Panes{
			Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft",
			Selection: []excelize.Selection{{SQRef: "A2", ActiveCell: "A2", Pane: "bottomLeft"}},
		}),
	)
}

func (b *book) dropDowns() error {
	for f, c := range columns {
		if c.choices == nil {
			continue
		}
		column, err := excelize.ColumnNumberToName(f + 1)
		if err != nil {
			return err
		}
		v := excelize.NewDataValidation(true)
		v.SetSqref(fmt.Sprintf("%s2:%s%d", column, column, preparedRows))
		if err := v.SetDropList(c.choices); err != nil {
			return err
		}
		v.SetError(excelize.DataValidationErrorStyleStop, c.in[b.in].headers[0], helpPages[b.in].choose)
		if err := b.AddDataValidation(b.tasks, v); err != nil {
			return err
		}
	}
	return nil
}

// mark shows the first rows as examples.
func (b *book) mark(rows int) error {
	style, err := b.NewStyle(&excelize.Style{
		NumFmt: textFormat, Font: &excelize.Font{Italic: true, Color: "7F7F7F"},
	})
	if err != nil {
		return err
	}
	last, err := excelize.CoordinatesToCellName(fields, rows+1)
	if err != nil {
		return err
	}
	return b.SetCellStyle(b.tasks, "A2", last, style)
}

// create writes the workbook to a file that must not be there yet.
func (b *book) create(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s is there already and is not replaced, choose another name: %w", clean(path), fs.ErrExist)
	case err != nil:
		return fileError(clean(path), err)
	}
	err = b.Write(f)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(fileError(clean(path), err), os.Remove(path))
	}
	return nil
}
