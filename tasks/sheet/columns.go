package sheet

import (
	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

// field is what a column of a task sheet says.
type field int

const (
	recorder field = iota
	user
	password
	cameras
	from
	to
	stream
	name
	clock
	fields = int(clock) + 1
)

// Language is what a task sheet's headers and help are written in. Headers of
// every language are read, whatever the sheet's other headers are.
type Language int

// The languages of task sheets.
const (
	English Language = iota
	Russian
	languages
)

// column is what is known of a column, but for how its cells are read and
// written: see field.read and field.write.
type column struct {
	in       [languages]wording
	width    float64
	choices  []string // offered by a drop-down; nil when there is none
	examples []string // what stands in the template's rows
}

// wording is a column in one language.
type wording struct {
	headers  []string // what it may be called; the first is written into new sheets
	help     string   // what to type, with `samples` set off
	examples []string // in place of the column's own
}

// columns is the table that header words, template, help and README follow. The
// columns of a new sheet stand in this order.
var columns = [fields]column{
	recorder: {
		in: [languages]wording{
			English: {
				headers: []string{"recorder", "server", "host", "ip", "address", "ip address", "nvr", "dvr"},
				help: "the address: `10.0.0.5`, `nvr.site.local:8080`, `https://10.0.0.5:8443`, `[2001:db8::5]:80`, " +
					"`https://10.0.0.5#sha256:…` to accept one certificate. One row is one recorder, or some of its cameras",
			},
			Russian: {
				headers: []string{"регистратор", "видеорегистратор", "сервер", "адрес", "ip адрес", "хост"},
				help: "адрес: `10.0.0.5`, `nvr.site.local:8080`, `https://10.0.0.5:8443`. " +
					"Одна строка — один регистратор или часть его камер",
			},
		},
		width:    28,
		examples: []string{"192.0.2.10", "192.0.2.11:8080", "https://192.0.2.12"},
	},
	user: {
		in: [languages]wording{
			English: {
				headers: []string{"user", "username", "user name", "login"},
				help:    "the name to sign in with",
			},
			Russian: {
				headers: []string{"логин", "пользователь", "имя пользователя"},
				help:    "имя пользователя на регистраторе",
			},
		},
		width:    14,
		examples: []string{"admin", "admin", "operator"},
	},
	password: {
		in: [languages]wording{
			English: {
				headers:  []string{"password", "pass"},
				help:     "the password, or `env:NAME` to read it from the environment variable NAME",
				examples: []string{"your password", "your password", "your password"},
			},
			Russian: {
				headers:  []string{"пароль"},
				help:     "пароль или `env:ИМЯ`, чтобы взять его из переменной окружения ИМЯ",
				examples: []string{"ваш пароль", "ваш пароль", "ваш пароль"},
			},
		},
		width: 18,
	},
	cameras: {
		in: [languages]wording{
			English: {
				headers: []string{"cameras", "camera", "channels", "channel", "tracks", "track"},
				help: "nothing or `all`: every camera. Channels: `1`, `1;3`, `1-4`, `2; 5 7`, `D3`. " +
					"Tracks (channel*100 + stream): `101;201`. `ch101` is channel 101",
			},
			Russian: {
				headers: []string{"камеры", "камера", "каналы", "канал"},
				help: "пусто или `все`: все камеры. Каналы: `1`, `1;3`, `1-4`, `2; 5 7`, `D3`. " +
					"Дорожки (канал*100 + поток): `101;201`. `ch101` — это канал 101",
			},
		},
		width:    16,
		examples: []string{"all", "1;3", "1-4"},
	},
	from: {
		in: [languages]wording{
			English: {
				headers: []string{"from", "start"},
				help: "day, or day and time, on the recorder's own clock: `2026-11-03`, `2026-11-03 08:15`, `03.11.2026 08:15`. " +
					"`08:15` alone is today. Both empty: what `--from` and `--to` say, or today",
			},
			Russian: {
				headers: []string{"с", "от", "начало", "c"}, // the Cyrillic letter, and its Latin twin
				help: "день или день и время по часам регистратора: `03.11.2026`, `03.11.2026 08:15`, `2026-11-03 08:15`. " +
					"Одно время `08:15` — сегодня. Пусто здесь и в «по»: то, что задано в `--from` и `--to`, или сегодня",
			},
		},
		width:    20,
		examples: []string{"", "2026-11-03 08:00", "2026-11-03"},
	},
	to: {
		in: [languages]wording{
			English: {headers: []string{"to", "end"}, help: "written like from; a day counts to its end"},
			Russian: {headers: []string{"по", "до", "конец"}, help: "так же, как «с»; день берётся до конца"},
		},
		width:    20,
		examples: []string{"", "2026-11-03 20:00", "2026-11-05"},
	},
	stream: {
		in: [languages]wording{
			English: {headers: []string{"stream"}, help: "`main` (full quality), `sub` (small files) or `photo`. Nothing: `main`"},
			Russian: {headers: []string{"поток"}, help: "`main` (полное качество), `sub` (небольшие файлы) или `photo`. Пусто: `main`"},
		},
		width:    10,
		choices:  []string{"main", "sub", "photo"},
		examples: []string{"main", "main", "sub"},
	},
	name: {
		in: [languages]wording{
			English: {
				headers:  []string{"name", "site", "object"},
				help:     "anything you like; it is shown beside the recorder",
				examples: []string{"Example: all cameras, today", "Example: two cameras, one day", "Example: four cameras, sub stream"},
			},
			Russian: {
				headers:  []string{"объект", "название", "площадка"},
				help:     "любое название: оно показывается рядом с регистратором",
				examples: []string{"Пример: все камеры, сегодня", "Пример: две камеры, один день", "Пример: четыре камеры, второй поток"},
			},
		},
		width: 28,
	},
	clock: {
		in: [languages]wording{
			English: {headers: []string{"clock"}, help: "nothing, normally. Only a device whose recordings come out hours apart needs `local` or `utc`"},
			Russian: {headers: []string{"время"}, help: "обычно пусто. Нужно только устройствам, у которых время записей сдвинуто: `local` или `utc`"},
		},
		width:   10,
		choices: []string{"local", "utc"},
	},
}

// String returns the name of the field in messages.
func (f field) String() string { return columns[f].in[English].headers[0] }

// read takes a field of a row over into its task.
func (f field) read(r rowReader, t *tasks.Task) {
	switch f {
	case recorder:
		t.Address = r.address()
	case user:
		t.Login.User = r.user()
	case password:
		t.Login.Password = r.password()
	case cameras:
		t.Cameras = r.cameras()
	case from:
		t.Period.From = r.moment(from)
	case to:
		t.Period.To = r.moment(to)
		r.checkPeriod(t.Period)
	case stream:
		t.Stream = r.stream()
	case name:
		t.Name = clean(r.words(name))
	case clock:
		t.Clock = r.clock()
	}
}

// write returns the cell of a field of a task, as read reads it.
func (f field) write(t tasks.Task) string {
	switch f {
	case recorder:
		return addressCell(t.Address)
	case user:
		return t.Login.User
	case password:
		return string(t.Login.Password)
	case cameras:
		return cameraCell(t.Cameras)
	case from:
		return t.Period.From.String()
	case to:
		return t.Period.To.String()
	case stream:
		if t.Stream != 0 {
			return t.Stream.String()
		}
	case name:
		return t.Name
	case clock:
		return map[nvr.Clock]string{nvr.ClockLocal: "local", nvr.ClockUTC: "utc"}[t.Clock]
	}
	return ""
}
