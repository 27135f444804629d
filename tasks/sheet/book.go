package sheet

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"unicode"

	"github.com/xuri/excelize/v2"
)

// book is a workbook being written.
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
			if err := b.SetCellStr(b.tasks, cellName(i+1, column), escaped(value)); err != nil {
				return err
			}
		}
	}
	return b.formatHeader()
}

// escapable matches what a workbook reads, after an underscore, as a character
// code (ECMA-376 part 1, 22.9.2.19, ST_Xstring).
var escapable = regexp.MustCompile(`^x[0-9A-Fa-f]{4}_`)

// escaped encodes a text for a workbook, so that "_x0041_" in a password does
// not become "A". excelize decodes these, but does not encode them.
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
// 1-4 into a date or drops the zeros of a password, and adds drop-downs.
func (b *book) formatColumns() error {
	style, err := b.NewStyle(&excelize.Style{NumFmt: textFormat})
	if err != nil {
		return err
	}
	for f, c := range columns {
		column := columnName(f)
		err = errors.Join(b.SetColStyle(b.tasks, column, style), b.SetColWidth(b.tasks, column, column, c.width))
		if err == nil && c.choices != nil {
			err = b.dropDown(column, c)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// formatHeader highlights the first row and keeps it in view.
func (b *book) formatHeader() error {
	err := b.paint(b.tasks, "A1", cellName(1, fields-1), excelize.Style{
		NumFmt: textFormat,
		Font:   &excelize.Font{Bold: true, Color: "FFFFFF"},
		Fill:   excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"1F4E79"}},
	})
	return errors.Join(err, b.SetPanes(b.tasks, frozen(0, 1)))
}

// paint gives a style to the cells between two corners.
func (b *book) paint(sheet, from, to string, s excelize.Style) error {
	style, err := b.NewStyle(&s)
	return errors.Join(err, b.SetCellStyle(sheet, from, to, style))
}

// dropDown offers the words that a column accepts.
func (b *book) dropDown(name string, c column) error {
	v := excelize.NewDataValidation(true)
	v.SetSqref(fmt.Sprintf("%s2:%s%d", name, name, preparedRows))
	if err := v.SetDropList(c.choices); err != nil {
		return err
	}
	v.SetError(excelize.DataValidationErrorStyleStop, c.in[b.in].headers[0], helpPages[b.in].choose)
	return b.AddDataValidation(b.tasks, v)
}

// mark highlights the first rows as examples.
func (b *book) mark(rows int) error {
	return b.paint(b.tasks, "A2", cellName(rows+1, fields-1), excelize.Style{
		NumFmt: textFormat, Font: &excelize.Font{Italic: true, Color: "7F7F7F"},
	})
}

// create writes the workbook to a new file; it must not exist yet.
func (b *book) create(path string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Errorf("%s exists already and is left alone, choose another name: %w", clean(path), fs.ErrExist)
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

// helpPage is the page that explains the columns in one language.
type helpPage struct {
	sheet  string
	title  [2]string
	more   [][2]string // what follows the columns
	choose string      // what to do about a drop-down
}

var helpPages = [languages]helpPage{
	English: {
		sheet: "Help",
		title: [2]string{"Column", "What to type"},
		more: [][2]string{
			{"Your own", "A column whose header begins with # is a note of your own and is never read."},
			{"Examples", "The grey rows are examples: hikgrab refuses to start while they are there. Type over them or delete them."},
			{"Safety", "This file holds passwords. Give it a password in Excel, or use env:HIKGRAB_NAME."},
		},
		choose: "Choose one from the list, or leave the cell empty.",
	},
	Russian: {
		sheet: "Справка",
		title: [2]string{"Столбец", "Что в нём писать"},
		more: [][2]string{
			{"Своё", "Столбец, заголовок которого начинается с #, — ваша заметка: hikgrab его не читает."},
			{"Примеры", "Серые строки — примеры: пока они есть, hikgrab не начнёт работу. Замените или удалите их."},
			{"Безопасность", "В этом файле пароли. Защитите его паролем в Excel или пишите env:HIKGRAB_ИМЯ."},
		},
		choose: "Выберите значение из списка или оставьте ячейку пустой.",
	},
}

func (p helpPage) lines(l Language) [][2]string {
	lines := [][2]string{p.title}
	for _, c := range columns {
		w := c.in[l]
		help := []rune(w.help + ".")
		help[0] = unicode.ToUpper(help[0])
		lines = append(lines, [2]string{w.headers[0], strings.ReplaceAll(string(help), "`", "")})
	}
	return append(append(lines, [2]string{}), p.more...)
}

func (b *book) addHelp() error {
	page := helpPages[b.in]
	if _, err := b.NewSheet(page.sheet); err != nil {
		return err
	}
	lines := page.lines(b.in)
	for i, l := range lines {
		if err := b.SetSheetRow(page.sheet, fmt.Sprintf("A%d", i+1), &[]any{l[0], l[1]}); err != nil {
			return err
		}
	}
	return errors.Join(
		b.SetColWidth(page.sheet, "A", "A", 16), b.SetColWidth(page.sheet, "B", "B", 90),
		b.paint(page.sheet, "A1", fmt.Sprintf("B%d", len(lines)), excelize.Style{
			NumFmt: textFormat, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"},
		}),
		b.paint(page.sheet, "A1", "B1", excelize.Style{Font: &excelize.Font{Bold: true}}),
	)
}
