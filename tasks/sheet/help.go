package sheet

import (
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/xuri/excelize/v2"
)

// helpPage is the page that explains the columns in one language.
type helpPage struct {
	sheet string
	title [2]string
	more  [][2]string // what follows the columns
}

var helpPages = [languages]helpPage{
	English: {"Help", [2]string{"Column", "What goes into it"}, [][2]string{
		{"Examples", "The grey rows are examples: hikgrab refuses to start while they are there. Type over them or delete them."},
		{"Safety", "This file holds passwords. Give it a password in Excel, or use env:NAME."},
	}},
	Russian: {"Справка", [2]string{"Столбец", "Что в нём писать"}, [][2]string{
		{"Примеры", "Серые строки — примеры: пока они есть, hikgrab не начнёт работу. Замените или удалите их."},
		{"Безопасность", "В этом файле пароли. Защитите его паролем в Excel или пишите env:ИМЯ."},
	}},
}

// lines returns the page as its rows.
func (p helpPage) lines(l Language) [][2]string {
	lines := [][2]string{p.title}
	for _, c := range columns {
		w := c.in[l]
		help := []rune(strings.ReplaceAll(w.help, "`", "") + ".")
		help[0] = unicode.ToUpper(help[0])
		lines = append(lines, [2]string{w.headers[0], string(help)})
	}
	return append(append(lines, [2]string{}), p.more...)
}

// addHelp adds the help pages behind the tasks.
func (b *book) addHelp() error {
	wrapped, err := b.NewStyle(&excelize.Style{
		NumFmt: textFormat, Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"},
	})
	if err != nil {
		return err
	}
	bold, err := b.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	for l, page := range helpPages {
		lines := page.lines(Language(l))
		if _, err := b.NewSheet(page.sheet); err != nil {
			return err
		}
		for i, l := range lines {
			err := errors.Join(
				b.SetCellStr(page.sheet, fmt.Sprintf("A%d", i+1), l[0]),
				b.SetCellStr(page.sheet, fmt.Sprintf("B%d", i+1), l[1]),
			)
			if err != nil {
				return err
			}
		}
		last := fmt.Sprintf("B%d", len(lines))
		err := errors.Join(
			b.SetColWidth(page.sheet, "A", "A", 14), b.SetColWidth(page.sheet, "B", "B", 90),
			b.SetCellStyle(page.sheet, "A1", last, wrapped), b.SetCellStyle(page.sheet, "A1", "B1", bold),
		)
		if err != nil {
			return err
		}
	}
	return nil
}
