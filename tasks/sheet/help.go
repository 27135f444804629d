package sheet

import (
	"errors"
	"fmt"

	"github.com/xuri/excelize/v2"
)

// helpPage explains the columns in one language.
type helpPage struct {
	sheet string
	lines [][2]string
}

var helpPages = []helpPage{
	{"Help", [][2]string{
		{"Column", "What goes into it"},
		{"recorder", "The address of the recorder: 10.0.0.5, nvr.site.local:8080, https://10.0.0.5:8443. One row is one recorder, or some of its cameras."},
		{"user", "The name to sign in with."},
		{"password", "The password, or env:NAME to read it from the environment variable NAME."},
		{"cameras", "Empty or all: every camera. Channels: 1   1;3   1-4   2; 5 7   D3. Tracks (channel*100 + stream): 101;201. ch101 is channel 101."},
		{"from, to", "Day, or day and time, on the recorder's own clock: 2026-11-03, 2026-11-03 08:15, 03.11.2026 08:15. 08:15 alone is today. A day in \"to\" counts to its end. Both empty: what --from and --to say, or today."},
		{"stream", "main (full quality), sub (small files) or photo. Empty: main."},
		{"name", "Anything you like; it is shown beside the recorder."},
		{"clock", "Leave it empty. Only a device whose recordings come out hours apart needs local or utc."},
		{"", ""},
		{"Examples", "The grey rows are examples: hikgrab refuses to start while they are there. Type over them or delete them."},
		{"Safety", "This file holds passwords. Give it a password in Excel, or use env:NAME."},
	}},
	{"Справка", [][2]string{
		{"Столбец", "Что в нём писать"},
		{"recorder", "Адрес регистратора: 10.0.0.5, nvr.site.local:8080, https://10.0.0.5:8443. Одна строка — один регистратор или часть его камер. Заголовок можно назвать «регистратор»."},
		{"user", "Имя пользователя (или «логин»)."},
		{"password", "Пароль или env:ИМЯ, чтобы взять его из переменной окружения (или «пароль»)."},
		{"cameras", "Пусто, all или «все»: все камеры. Каналы: 1   1;3   1-4   2; 5 7   D3. Дорожки (канал*100 + поток): 101;201. ch101 — это канал 101."},
		{"from, to", "День или день и время по часам регистратора: 2026-11-03, 03.11.2026, 03.11.2026 08:15. Одно время 08:15 — сегодня. День в «to» берётся до конца. Пусто: то, что задано в --from и --to, или сегодня."},
		{"stream", "main (полное качество), sub (небольшие файлы) или photo. Пусто: main."},
		{"name", "Любое название: оно показывается рядом с регистратором."},
		{"clock", "Оставьте пустым. Нужно только устройствам, у которых время записей сдвинуто: local или utc."},
		{"", ""},
		{"Примеры", "Серые строки — примеры: пока они есть, hikgrab не начнёт работу. Замените или удалите их."},
		{"Безопасность", "В этом файле пароли. Защитите его паролем в Excel или пишите env:ИМЯ."},
	}},
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
	for _, page := range helpPages {
		if _, err := b.NewSheet(page.sheet); err != nil {
			return err
		}
		for i, l := range page.lines {
			err := errors.Join(
				b.SetCellStr(page.sheet, fmt.Sprintf("A%d", i+1), l[0]),
				b.SetCellStr(page.sheet, fmt.Sprintf("B%d", i+1), l[1]),
			)
			if err != nil {
				return err
			}
		}
		last := fmt.Sprintf("B%d", len(page.lines))
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
