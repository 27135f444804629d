package sheet_test

import (
	"bytes"
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/sheet"
)

// TestSheetsAsPeopleWriteThem reads lists of recorders as technicians write
// them.
func TestSheetsAsPeopleWriteThem(t *testing.T) {
	for name, want := range map[string]struct{ tasks, notices []string }{
		"departments.xlsx": {
			[]string{
				"10.3.0.5:8080 | admin | Пароль7 | 1 | 2026-11-03 08:00 to 2026-11-03 09:00 | Склад",
				"10.3.0.5:8080 | admin | Пароль7 | 2 | 2026-11-03 08:00 to 2026-11-03 09:00 | Склад",
				"10.3.0.5:8080 | admin | Пароль7 | 3 | 2026-11-03 08:00 to 2026-11-03 09:00 | Склад",
				"10.3.0.6 | admin | Пароль8 | all | 2026-11-03 08:00 to 2026-11-03 09:00 | Офис",
			},
			[]string{
				`Заявка!A1: the column "№ п/п" is ignored; hikgrab does not know it`,
				"rows 6, 7 and 10 are skipped: headings, totals and notes",
			},
		},
		"days.xlsx": {
			[]string{
				"10.4.0.5 | admin | Пароль7 | 3 | 2026-11-03 15:00 to 2026-11-03 16:00",
				"10.4.0.6 | admin | Пароль7 | 1 | 2026-11-03 22:00 to 2026-11-04 06:00",
				"10.4.0.7 | admin | Пароль7 | all | yesterday",
				"10.4.0.8 | admin | Пароль7 | all | 2026-11-03 15:00 to 2026-11-03",
			}, nil,
		},
		"one-login.xlsx": {
			[]string{
				"10.5.0.5 | admin | 12345 | 1 2 | 2026-11-03 08:00 to 2026-11-03 09:00 | sub",
				"10.5.0.6:8080 | operator | other | 7 | 2026-11-03 08:00 to 2026-11-03 09:00 | main",
				"nvr7 | admin | 12345 | 1 2 | 2026-11-03 08:00 to 2026-11-03 09:00 | sub",
			}, nil,
		},
		"cover.xlsx":       {[]string{"10.6.0.5 | admin | secret | all | today"}, []string{"worksheet Список is read, the only one that looks like tasks"}},
		"backslashes.xlsx": {[]string{"10.7.0.5 | admin | secret | all | today"}, nil},
		"root.xlsx":        {[]string{"10.7.0.5 | admin | secret | all | today"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := read(t, filepath.Join("testdata", name))
			equal(t, rows(s), want.tasks)
			equal(t, s.Notices, want.notices)
		})
	}
	if got := read(t, "testdata/one-login.xlsx").Tasks[1].Network; got != "kazan" {
		t.Errorf("network %q", got)
	}
}

func TestFilesThatSayWhatTheyAre(t *testing.T) {
	for name, want := range map[string]struct {
		is   error
		says string
	}{
		"two-lists.xlsx": {sheet.ErrSheets, "several worksheets look like tasks: Октябрь, Ноябрь"},
		"no-list.xlsx":   {sheet.ErrFormat, "no worksheet (Титул, Адреса) has a header with recorder, user and password, or a column of addresses"},
		"tasks.ods":      {sheet.ErrFormat, "it is an OpenDocument file (.ods); open it in LibreOffice or Excel and save it as .xlsx"},
		"tasks.numbers":  {sheet.ErrFormat, "it is a sheet of Apple Numbers; export it from there to Excel, as .xlsx"},
		"tasks.xlsb":     {sheet.ErrFormat, "it is a binary .xlsb workbook; open it in Excel and save it as .xlsx"},
		"letter.docx":    {sheet.ErrFormat, "there is no workbook in it"},
	} {
		_, err := sheet.Read(filepath.Join("testdata", name), sheet.Options{})
		if !errors.Is(err, want.is) || !strings.Contains(err.Error(), want.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestResultGivenAsASheet checks that a result read as a sheet is recognized
// and contains no passwords.
func TestResultGivenAsASheet(t *testing.T) {
	path := operatorsSheet(t)
	var b bytes.Buffer
	if err := sheet.WriteResult(&b, path, sheet.Options{}, outcomeOf(read(t, path).Tasks, covered())); err != nil {
		t.Fatal(err)
	}
	_, err := sheet.Read(write(t, "tasks.result.xlsx", b.String()), sheet.Options{})
	if want := "it is a result that hikgrab wrote, without passwords; give the task sheet that it was made from"; !errors.Is(err, sheet.ErrFormat) || !strings.HasSuffix(err.Error(), want) {
		t.Errorf("got %v", err)
	}
}

func TestHeadersByTheirParts(t *testing.T) {
	for header, want := range map[string]string{
		"Камеры / Cameras": "cameras", "№ камеры": "cameras", "Channel No.": "cameras", "Номера каналов": "", "CAMERAS (list)": "cameras", "Список камер": "",
		"IP регистратора": "recorder", "device ip": "recorder", "IP-адрес\nрегистратора": "recorder", "Адрес объекта": "", "IP камеры": "", "Device Name": "name",
		"Логин (admin)": "user", "account": "user", "user id": "user", "учётная запись": "user", "Юзер": "user", "имя пользователя регистратора": "user",
		"passwd": "password", "PWD": "password", "Пароль администратора": "password", "old password": "", "Логин/пароль": "", "Логин, пароль": "",
		"HTTP-порт": "port", "Port (HTTP)": "port", "RTSP port": "", "порт SDK": "", "HTTPS порт": "",
		"Начало периода": "from", "Start date/time": "from", "Дата начала": "from", "Время с": "from", "End time": "to", "Окончание": "to",
		"Дата": "date", "Дата записи": "date", "Дата заявки": "", "Дата и время": "", "Тип потока": "stream", "Город": "network", "#recorder": "", "# Дата": "", "No.": "", "№": "",
	} {
		if got := sheet.HeaderFieldName(header); got != want {
			t.Errorf("%q names %q, want %q", header, got, want)
		}
	}
}

// TestColumnsThatWouldChangeTheJob expects a sheet to be refused if part of
// what it asks for would be ignored.
func TestColumnsThatWouldChangeTheJob(t *testing.T) {
	for _, c := range []struct{ header, cells, holds string }{
		{"Когда", "03.11.2026,04.11.2026", "dates or times"},
		{"Интервал", "15:00-16:00,,", "dates or times"},
		{"Период", "с 03.11.2026 08:00 по 20:00", "dates or times"},
		{"Срок", "вчера,сегодня", "dates or times"},
		{"RTSP порт", "554,10554", "ports"},
		{"SDK", "8000,8000", "ports"},
		{"Качество", "main,sub", "streams"},
		{"Входы", "1-4,D2", "cameras"},
		{"Cam#", "1,2", "cameras"},
		{"Камера для выгрузки", "3", "cameras"},
		{"№ п/п", "1,2,3", ""},
		{"Кабинет", "101,204", ""},
		{"Кол-во камер", "16,8", ""},
		{"Телефон", "+7 912 345 67 89,8 (912) 345-67-89", ""},
		{"MAC", "44:19:b6:11:22:33", ""},
		{"Прошивка", "V4.30.005,3.4.92 build 170518", ""},
		{"IP камеры", "10.20.11.24", ""},
		{"Примечание", "позвонить,забрать 03.11.2026,срочно", ""},
		{"Модель", "DS-7616NI-K2", ""},
		{"Глубина архива", "30,14", ""},
		{"# Дата", "03.11.2026", ""},
		{"Улица", "Ленина 5", ""},
	} {
		text := "host\tuser\tpassword\t" + c.header + "\n"
		for i, cell := range strings.Split(c.cells, ",") {
			text += "10.0.0." + string(rune('1'+i)) + "\tadmin\tpw\t" + cell + "\n"
		}
		s, err := sheet.Read(write(t, "tasks.csv", text), sheet.Options{})
		switch {
		case c.holds == "" && err != nil:
			t.Errorf("%s: %v", c.header, err)
		case c.holds == "" && len(s.Notices) == 0 && !strings.HasPrefix(c.header, "#"):
			t.Errorf("%s is ignored without a word", c.header)
		case c.holds != "":
			want := `tasks.csv  D1: the column "` + c.header + `" is not known and holds ` + c.holds +
				"; call it by a header that hikgrab knows, or put # before its header when it is a note of your own"
			if err == nil || err.Error() != want {
				t.Errorf("got  %v\nwant %s", err, want)
			}
		}
	}
}

// TestTwoColumnsForOneThing checks that two columns agree, complete each other,
// or are refused.
func TestTwoColumnsForOneThing(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{"the same twice", "host;user;login;password\n10.0.0.5;admin;;pw\n10.0.0.6;root;root;pw", "10.0.0.5 | admin | pw | all | today; 10.0.0.6 | root | pw | all | today"},
		{"a postal address", "Адрес;IP;user;password\nул. Ленина, 5;10.0.0.5;admin;pw", "10.0.0.5 | admin | pw | all | today"},
		{"a day and a time", "ip;user;password;Дата начала;Время начала;Дата окончания;Время окончания\n10.0.0.5;admin;pw;03.11.2026;08:00;04.11.2026;09:00", "10.0.0.5 | admin | pw | all | 2026-11-03 08:00 to 2026-11-04 09:00"},
		{"a city and a network", "ip;user;password;Город;Сеть\n10.0.0.5;admin;pw;Казань;k1", "10.0.0.5 | admin | pw | all | today"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(rows(read(t, write(t, "tasks.csv", c.text))), "; "); got != c.want {
				t.Errorf("got %s\nwant %s", got, c.want)
			}
		})
	}
	if s := read(t, write(t, "tasks.csv", "ip;user;password;Город;Сеть\n10.0.0.5;admin;pw;Казань;k1")); s.Tasks[0].Network != "k1" {
		t.Errorf("network %q", s.Tasks[0].Network)
	}
	equal(t, faults(t, write(t, "tasks.csv", "ip;user;password;start;from\n10.0.0.5;admin;pw;08:00;09:00")),
		[]string{"tasks.csv  E2: this differs from another column for from; keep one of the two columns"})
	equal(t, faults(t, write(t, "tasks.csv", "ip;user;password;channel;cameras\n10.0.0.5;admin;pw;1;2")),
		[]string{"tasks.csv  E2: this differs from column D for cameras; keep one of the two columns, or put # before the header of the other"})
}

func TestPorts(t *testing.T) {
	const header = "ip\tport\tuser\tpassword\n"
	for row, want := range map[string]string{
		"10.0.0.5\t8080":        "10.0.0.5:8080",
		"10.0.0.5\t":            "10.0.0.5",
		"10.0.0.5:8080\t8080":   "10.0.0.5:8080",
		"https://10.0.0.5\t444": "https://10.0.0.5:444",
		"2001:db8::5\t81":       "[2001:db8::5]:81",
		"[2001:db8::5]:81\t81":  "[2001:db8::5]:81",
	} {
		if got := read(t, write(t, "tasks.csv", header+row+"\tadmin\tpw")).Tasks[0].Address.String(); got != want {
			t.Errorf("%q is %s, want %s", row, got, want)
		}
	}
	for row, want := range map[string]string{
		"10.0.0.5\t0":                 "B2: port must be a number from 1 to 65535",
		"10.0.0.5\t65536":             "B2: port must be a number from 1 to 65535",
		"10.0.0.5\tPa55w0rd":          "B2: port must be a number from 1 to 65535",
		"10.0.0.5:81\t82":             "B2: this is not the port in the address; leave one of the two out",
		"[2001:db8::5]:81\t82":        "B2: this is not the port in the address; leave one of the two out",
		"10.0.0.5:36885|admin|x\t":    "A2: recorder is not an address with a port; type the host, a colon and a number from 1 to 65535",
		"10.0.0.5:Pa55w0rd\t":         "A2: recorder is not an address with a port; type the host, a colon and a number from 1 to 65535",
		"hunter2://10.0.0.5\t":        "A2: an address begins with http:// or https://, or with the host",
		"https://10.0.0.5#hunter2\t":  "A2: after the # of an address comes sha256: with the 64 digits of a certificate, or legacy; such an address begins with https://",
		"10.0.0.5/hunter2\t":          "A2: recorder is not an address; type 10.0.0.5, nvr.site.local:8080 or https://10.0.0.5",
		"https://admin.hunter2!.de\t": "A2: recorder is not an address; type 10.0.0.5, nvr.site.local:8080 or https://10.0.0.5",
	} {
		t.Run(row, func(t *testing.T) {
			equal(t, faults(t, write(t, "tasks.csv", header+row+"\tadmin\tpw")), []string{"tasks.csv  " + want})
		})
	}
	equal(t, read(t, write(t, "tasks.csv", header+"10.0.0.5\t8000\tadmin\tpw\n10.0.0.6\t8000\tadmin\tpw")).Notices,
		[]string{"B2:B3: recorders usually listen there for Hikvision's own programs; recordings come over HTTP, usually from port 80"})
}

func TestDates(t *testing.T) {
	const header = "ip\tuser\tpassword\tdate\tfrom\tto\n10.0.0.5\tadmin\tpw\t"
	for row, want := range map[string]string{
		"2026-11-03\t\t":           "2026-11-03",
		"2026-11-03\t08:00\t":      "2026-11-03 08:00 to 2026-11-03",
		"2026-11-03\t\t08:00":      "2026-11-03 to 2026-11-03 08:00",
		"2026-11-03\t\t00:00":      "2026-11-03 to 2026-11-04 00:00",
		"2026-11-03\t22:00\t24:00": "2026-11-03 22:00 to 2026-11-03 24:00",
		"30.11.26\t22:00\t06:00":   "2026-11-30 22:00 to 2026-12-01 06:00",
		"28/11/2026\t08:00\t09:00": "2026-11-28 08:00 to 2026-11-28 09:00",
		"yesterday\t22:00\t06:00":  "yesterday 22:00 to 06:00",
		"сегодня\t22:00\t06:00":    "22:00 to tomorrow 06:00",
		"\tвчера\t":                "yesterday until now",
		"\tвчера 22:00\t06:00":     "yesterday 22:00 to 06:00",
	} {
		if got := read(t, write(t, "tasks.csv", header+row)).Tasks[0].Period.String(); got != want {
			t.Errorf("%q is %s, want %s", row, got, want)
		}
	}
	for row, want := range map[string]string{
		"2026-11-03 08:00\t\t":     "D2: date holds a time as well; times go into from and to",
		"2026-11-03\t2026-11-03\t": "D2: the day is given here and in from or to; leave one of them out",
		"03/04/2026\t\t":           "D2: date may be 3 April 2026 or 4 March 2026: type 2026-04-03 or 2026-03-04",
		"\t08:00\t04:03 hunter2":   "F2: to is not a date or a time",
		"hunter2\t\t":              "D2: date is not a date or a time",
	} {
		if got := faults(t, write(t, "tasks.csv", header+row)); len(got) != 1 || !strings.HasPrefix(got[0], "tasks.csv  "+want) {
			t.Errorf("%q: %q, want %s", row, got, want)
		}
	}
}

// TestRowsThatAreNoTasks skips headings and the like, and nothing else.
func TestRowsThatAreNoTasks(t *testing.T) {
	const header = "IP\tuser\tpassword\tcameras\tname\tremark\n10.0.0.5\tadmin\tpw\t1\n"
	for row, skipped := range map[string]bool{
		"Филиал Казань":            true,
		"Казань":                   true,
		"Total\t\t\t16":            false, // a text, not a sum
		"\t\t\t\tОфис, 2 этаж":     true,
		"Итого: 12":                true,
		"Всего":                    true,
		"nvr7":                     false,
		"10.0.0.300":               false,
		"192,168,1,64":             false,
		"10.0.0.6 (вход)":          false,
		"\tadmin":                  false,
		"\t\tsecret":               false,
		"\t\t\t1;3":                false,
		"\t\t\tВход":               false,
		"Филиал Казань\t\t\t1":     false,
		"Казань\tadmin":            false,
		"IP\tuser\tpassword\t\t\t": true,
	} {
		s, err := sheet.Read(write(t, "tasks.csv", header+row), sheet.Options{})
		if skipped && (err != nil || len(s.Notices) != 1 || s.Notices[0] != "row 3 is skipped: headings, totals and notes") || !skipped && err == nil {
			t.Errorf("%q: %q, %v", row, s.Notices, err)
		}
	}
}

func TestDefaults(t *testing.T) {
	const header = "ip\tuser\tpassword\tcameras\tfrom\n"
	equal(t, faults(t, write(t, "tasks.csv", header+"*\t\t\t\tsoon\n10.0.0.5\tadmin\n10.0.0.6\tadmin\tpw\n*\t\tpw")), []string{
		"tasks.csv  E2: from is not a date or a time (in the years 2000 to 2099, without a time zone); type 2026-11-03, 2026-11-03 08:15, 03.11.2026 08:15, yesterday, or 08:15 for today",
		"tasks.csv  C3: password is empty",
		"tasks.csv  A5: row 2 has the defaults (*) already",
	})
	equal(t, rows(read(t, write(t, "tasks.csv", header+"10.0.0.5\n*\tadmin\tpw\t1,2\n10.0.0.6\t\t\tall"))), []string{
		"10.0.0.5 | admin | pw | 1 2 | today", "10.0.0.6 | admin | pw | all | today",
	})
	equal(t, rows(read(t, write(t, "tasks.csv", "admin,pw,*,1\n,,10.0.0.5\n,,10.0.0.6"))), []string{ // the article's own layout
		"10.0.0.5 | admin | pw | 1 | today", "10.0.0.6 | admin | pw | 1 | today",
	})
}

// TestNetworks has one address in two networks: two recorders for several
// machines, one for a single machine.
func TestNetworks(t *testing.T) {
	path := write(t, "tasks.csv", "ip;user;password;network\n192.168.1.64;admin;one;kazan\n192.168.1.64;admin;two;spb\n")
	equal(t, faults(t, path), []string{"tasks.csv  C3: this is not the password that C2 has for the same user of the same recorder; trying both could lock the account"})
	s, err := sheet.Read(path, sheet.Options{Networks: true})
	if err != nil || len(s.Tasks) != 2 || s.Tasks[1].Network != "spb" {
		t.Errorf("%v, %v", s.Tasks, err)
	}
}

func TestKinds(t *testing.T) {
	for cell, want := range map[string]tasks.Kinds{"motion": "motion", "Движение, тревога": "alarm,motion", "все": "all", "": ""} {
		if got := read(t, write(t, "tasks.csv", "ip\tuser\tpassword\tТип записи\n10.0.0.5\tadmin\tpw\t"+cell+"\n10.0.0.6\tadmin\tpw\tsmart")).Tasks[0].Kinds; got != want {
			t.Errorf("%q is %q, want %q", cell, got, want)
		}
	}
	got := faults(t, write(t, "tasks.csv", "ip\tuser\tpassword\tkind\n10.0.0.5\tadmin\tpw\tmotion\n10.0.0.6\tadmin\tpw\tmoton"))
	if len(got) != 1 || !strings.HasPrefix(got[0], "tasks.csv  D3: type kinds of recordings: timing, motion, ") {
		t.Errorf("%q", got)
	}
	s := read(t, write(t, "tasks.csv", "ip\tuser\tpassword\tТип\n10.0.0.5\tadmin\tpw\tNVR\n10.0.0.6\tadmin\tpw\tDVR")) // of the device
	equal(t, s.Notices, []string{`D1: the column "Тип" is ignored; hikgrab does not know it`})
	s = read(t, write(t, "tasks.csv", "ip\tuser\tpassword\tkind\n10.0.0.5\tadmin\tpw\tmotion\n10.0.0.5\tadmin\tpw\talarm"))
	if len(s.Tasks) != 2 {
		t.Errorf("%d tasks, %q", len(s.Tasks), s.Notices)
	}
}

func TestBarsBetweenCells(t *testing.T) {
	equal(t, rows(read(t, write(t, "tasks.csv", "ip|user|password|cameras\n10.0.0.5|admin|p;w|1,2,3\n"))), []string{"10.0.0.5 | admin | p;w | 1 2 3 | today"})
}
