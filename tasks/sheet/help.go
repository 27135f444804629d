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
	sheet  string
	title  [2]string
	more   [][2]string // what follows the columns
	choose string      // what to do about a drop-down
}

var helpPages = [languages]helpPage{
	English: {
		sheet: "Help",
		title: [2]string{"Column", "What goes into it"},
		more: [][2]string{
			{"Your own", "A column whose header begins with # is a note of your own and is never read."},
			{"Examples", "The grey rows are examples: hikgrab refuses to start while they are there. Type over them or delete them."},
			{"Safety", "This file holds passwords. Give it a password in Excel, or use env:HIKGRAB_NAME."},
		},
		choose: "Choose one of the list, or leave the cell empty.",
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
		b.SetCellStyle(page.sheet, "A1", fmt.Sprintf("B%d", len(lines)), wrapped), b.SetCellStyle(page.sheet, "A1", "B1", bold),
	)
}
