package sheet

import (
	"slices"

	"example.com/hikgrab/tasks"
)

// field is the meaning of a column in a task sheet.
type field int

const (
	recorder field = iota
	port
	user
	password
	cameras
	date
	from
	to
	stream
	kind
	name
	network
	clock
	fields = int(clock) + 1
)

// Language is the language of a task sheet's headers and help. Headers of every
// language are read, whatever the sheet's other headers are.
type Language int

// The languages of task sheets.
const (
	English Language = iota
	Russian
	languages
)

// column describes a column, except how its cells are read: see field.read.
type column struct {
	in       [languages]wording
	width    float64
	choices  []string // offered by a drop-down; nil if there is none
	examples []string // the template's cells
}

// wording is a column in one language.
type wording struct {
	headers  []string // accepted names, see headerField; the first is written into new sheets
	help     string   // what to type, with `samples` set off
	examples []string // in place of the column's own
}

// columns is the table behind headers, template and help. A new sheet has its
// columns in this order.
var columns = [fields]column{
	recorder: {
		in: [languages]wording{
			English: {
				headers: []string{"recorder", "server", "host", "ip", "address", "ip address", "nvr", "dvr", "device"},
				help: "the address: `10.0.0.5`, `nvr.site.local:8080`, `https://10.0.0.5:8443`, `[2001:db8::5]:80`, " +
					"`https://10.0.0.5#sha256:…` to accept one certificate, `http+basic://10.0.0.5` for an old unit that accepts only Basic. One row is one recorder, or some of its cameras. " +
					"`*`: what this row says of login, cameras and time holds for all rows that leave it empty",
			},
			Russian: {
				headers: []string{"регистратор", "видеорегистратор", "сервер", "адрес", "ip адрес", "хост", "устройство"},
				help: "адрес: `10.0.0.5`, `nvr.site.local:8080`, `https://10.0.0.5:8443`. " +
					"Одна строка — один регистратор или часть его камер. " +
					"`*`: логин, пароль, камеры и время из этой строки действуют для всех строк, где они не указаны",
			},
		},
		width:    28,
		examples: []string{"192.0.2.10", "192.0.2.11", "https://192.0.2.12"},
	},
	port: {
		in: [languages]wording{
			English: {headers: []string{"port"}, help: "the recorder's HTTP port where it is not 80 (HTTPS: 443), and the address does not give it"},
			Russian: {headers: []string{"порт"}, help: "порт HTTP регистратора, если это не 80 (для https — 443) и он не указан в адресе"},
		},
		width:    8,
		examples: []string{"", "8080", ""},
	},
	user: {
		in: [languages]wording{
			English: {
				headers: []string{"user", "username", "user name", "login", "user id", "userid", "account"},
				help:    "the name to sign in with",
			},
			Russian: {
				headers: []string{"логин", "пользователь", "имя пользователя", "учётная запись", "юзер"},
				help:    "имя пользователя на регистраторе",
			},
		},
		width:    14,
		examples: []string{"admin", "admin", "operator"},
	},
	password: {
		in: [languages]wording{
			English: {
				headers:  []string{"password", "pass", "passwd", "pwd"},
				help:     "the password; or `env:HIKGRAB_NAME` to read it from a variable of the environment, `file:PATH` for the first line of a file",
				examples: []string{"your password", "your password", "your password"},
			},
			Russian: {
				headers:  []string{"пароль"},
				help:     "пароль; или `env:HIKGRAB_ИМЯ` — взять его из переменной окружения, `file:ПУТЬ` — из первой строки файла",
				examples: []string{"ваш пароль", "ваш пароль", "ваш пароль"},
			},
		},
		width: 18,
	},
	cameras: {
		in: [languages]wording{
			English: {
				headers: []string{"cameras", "camera", "channels", "channel", "tracks", "track", "camera name", "channel name"},
				help: "nothing or `all`: every camera. Channels: `1`, `1;3`, `1-4`, `2; 5 7`, `D3`. " +
					"Tracks (channel*100 + stream): `101;201`. `ch101` is channel 101. Names as the recorder has them: `Entrance; Lift` (`check` lists them)",
			},
			Russian: {
				headers: []string{"камеры", "камера", "каналы", "канал", "название камеры", "имя камеры"},
				help: "пусто или `все`: все камеры. Каналы: `1`, `1;3`, `1-4`, `2; 5 7`, `D3`. " +
					"Дорожки (канал*100 + поток): `101;201`. `ch101` — это канал 101. Названия, как на регистраторе: `Вход; Лифт` (их показывает `hikgrab check`)",
				examples: []string{"все", "1;3", "1-4"},
			},
		},
		width:    16,
		examples: []string{"all", "1;3", "1-4"},
	},
	date: {
		in: [languages]wording{
			English: {
				headers: []string{"date", "day"},
				help: "the day that times in from and to belong to: `2026-11-03`, `03.11.2026`, `yesterday`. Alone it is the whole day; " +
					"a night such as `22:00` to `06:00` ends on the next day",
			},
			Russian: {
				headers: []string{"дата", "день"},
				help: "день, к которому относится время в «с» и «по»: `03.11.2026`, `2026-11-03`, `вчера`. Без времени — весь день; " +
					"ночь, например с `22:00` по `06:00`, кончается на следующий день",
			},
		},
		width: 12,
	},
	from: {
		in: [languages]wording{
			English: {
				headers: []string{"from", "start", "begin"},
				help: "day, or day and time, on the recorder's own clock: `2026-11-03`, `2026-11-03 08:15`, `03.11.2026 08:15`, `yesterday`. " +
					"`08:15` alone is today, or the date's. Nothing here, in to and in date: what `--from` and `--to` say, or today",
			},
			Russian: {
				headers: []string{"с", "от", "начало", "c"}, // the Cyrillic letter, and its Latin twin
				help: "день или день и время по часам регистратора: `03.11.2026`, `03.11.2026 08:15`, `2026-11-03 08:15`, `вчера`. " +
					"Одно время `08:15` — сегодня или день из столбца «дата». Если пусто здесь, в «по» и в «дата»: то, что задано в `--from` и `--to`, или сегодня",
				examples: []string{"", "03.11.2026 08:00", "03.11.2026"},
			},
		},
		width:    20,
		examples: []string{"", "2026-11-03 08:00", "2026-11-03"},
	},
	to: {
		in: [languages]wording{
			English: {headers: []string{"to", "end", "until"}, help: "written like from; a day counts to its end"},
			Russian: {headers: []string{"по", "до", "конец", "окончание"}, help: "так же, как «с»; день берётся до конца", examples: []string{"", "03.11.2026 20:00", "05.11.2026"}},
		},
		width:    20,
		examples: []string{"", "2026-11-03 20:00", "2026-11-05"},
	},
	stream: {
		in: [languages]wording{
			English: {headers: []string{"stream", "stream type"}, help: "`main` (full quality), `sub` (small files) or `photo`. Nothing: `main`"},
			Russian: {headers: []string{"поток", "тип потока"}, help: "`main` (полное качество), `sub` (небольшие файлы) или `photo`. Пусто: `main`"},
		},
		width:    10,
		choices:  []string{"main", "sub", "photo"},
		examples: []string{"main", "main", "sub"},
	},
	kind: {
		in: [languages]wording{
			English: {
				headers: []string{"kind", "type", "record type", "recording type"},
				help: "what it was recorded for: `timing`, `motion`, `alarm`, `manual`, `smart` (recognised by the device), `event` (all but timing and manual), " +
					"several with commas. Nothing: all",
			},
			Russian: {
				headers: []string{"тип", "тип записи"},
				help: "для чего велась запись: `постоянная`, `движение`, `тревога`, `ручная`, `смарт` (распознано устройством), `события` (всё, кроме постоянной и ручной); " +
					"несколько — через запятую. Пусто: всё",
			},
		},
		width: 12,
	},
	name: {
		in: [languages]wording{
			English: {
				headers:  []string{"name", "site", "object"},
				help:     "anything you like; it is shown beside the recorder",
				examples: []string{"Example: all cameras, today", "Example: two cameras, one day", "Example: four cameras, sub stream"},
			},
			Russian: {
				headers:  []string{"объект", "название", "площадка", "название объекта"},
				help:     "любое название: оно показывается рядом с регистратором",
				examples: []string{"Пример: все камеры, сегодня", "Пример: две камеры, один день", "Пример: четыре камеры, второй поток"},
			},
		},
		width: 28,
	},
	network: {
		in: [languages]wording{
			English: {
				headers: []string{"network", "net", "zone", "city"},
				help:    "the network that the recorder is in, when several machines work together; one machine alone ignores it",
			},
			Russian: {
				headers: []string{"сеть", "зона", "город"},
				help:    "сеть, в которой стоит регистратор; нужно только при работе на нескольких машинах",
			},
		},
		width: 12,
	},
	clock: {
		in: [languages]wording{
			English: {headers: []string{"clock"}, help: "nothing, normally. Only a device whose recordings are hours off needs `local` or `utc`"},
			Russian: {headers: []string{"часовой пояс", "время"}, help: "обычно пусто. Нужно только устройствам, у которых время записей сдвинуто: `local` или `utc`"},
		},
		width:   10,
		choices: []string{"local", "utc"},
	},
}

// Help explains a column of a task sheet to a person.
type Help struct {
	Headers []string // accepted names in English and in Russian, any case
	Text    string   // what to type, with `samples` set off
}

// Columns explains every column, in English, in the order of a new sheet.
func Columns() []Help {
	var all []Help
	for _, c := range columns {
		all = append(all, Help{
			Headers: slices.Concat(c.in[English].headers, c.in[Russian].headers),
			Text:    c.in[English].help,
		})
	}
	return all
}

// String returns the name of the field in messages.
func (f field) String() string { return columns[f].in[English].headers[0] }

func (f field) read(r rowReader, t *tasks.Task) {
	switch f {
	case recorder:
		t.Address = r.address()
	case port:
		r.port(&t.Address)
	case user:
		t.Login.User = r.user()
	case password:
		t.Login.Password = r.password()
	case cameras:
		t.Cameras = r.cameras()
	case date, from: // see to
	case to:
		t.Period = r.period()
	case stream:
		t.Stream = r.stream()
	case kind:
		t.Kinds = r.kinds()
	case name:
		t.Name = clean(r.words(name))
	case network:
		t.Network = clean(r.words(network))
	case clock:
		t.Clock = r.clock()
	}
}
