package sheet_test

import (
	"errors"
	"strings"
	"testing"

	"example.com/hikgrab/tasks/sheet"
)

func TestLayouts(t *testing.T) {
	const one = "10.0.0.5 | admin | pw | 1 | today"
	for _, c := range []struct{ name, text, want string }{
		{"the article's own", "admin,pw,10.0.0.5,1", one},
		{"the recorder first", "10.0.0.5,admin,pw,1", one},
		{"the recorder last", "admin,pw,1,10.0.0.5", one},
		{"with an empty column before", ",admin,pw,10.0.0.5,1", one},
		{"without cameras", "admin,pw,10.0.0.5", "10.0.0.5 | admin | pw | all | today"},
		{"a login that looks like a host", "ivan.petrov,pw,nvr.site.local,1\nivan.petrov,pw,10.0.0.6,1", "nvr.site.local | ivan.petrov | pw | 1 | today"},
		{"user and password as a login", "user,password,10.0.0.5,1", "10.0.0.5 | user | password | 1 | today"},
		{"a header", "recorder,user,password,cameras\n10.0.0.5,admin,pw,1", one},
		{"a header in any order and case", "PASSWORD,Cameras:,  User Name ,IP-Address (LAN)\npw,1,admin,10.0.0.5", one},
		{"a Russian header", "Регистратор;Пользователь;Пароль;Каналы\n10.0.0.5;admin;pw;1", one},
		{"titles above", "Tasks for autumn\n\nMade by hand,,,\nhost,login,pass,camera\n10.0.0.5,admin,pw,1", one},
		{"a header of two lines", "recorder,user,password,cameras,Period,\n,,,,from,to\n10.0.0.5,admin,pw,1,2026-11-03,2026-11-04", "10.0.0.5 | admin | pw | 1 | 2026-11-03 to 2026-11-04"},
		{"a bare name under a header", "host,login,pass\nnvr1,admin,pw", "nvr1 | admin | pw | all | today"},
		{"Latin c for Cyrillic с", "сервер;логин;пароль;c;по\n10.0.0.5;admin;pw;08:00;09:00", "10.0.0.5 | admin | pw | all | 08:00 to 09:00"},
		{"Excel's own separator line", "sep=;\nhost;login;pass;camera\n10.0.0.5;admin;pw;1", one},
		{"semicolons and camera lists with commas", "admin;pw;10.0.0.5;1,2,3,4,5,6\n", "10.0.0.5 | admin | pw | 1 2 3 4 5 6 | today"},
		{"texts as formulas", "host;user;password\n10.0.0.5;admin;=\"007\"", "10.0.0.5 | admin | 007 | all | today"},
		{"stray spaces", "  admin ,pw,\u00a010.0.0.5\u200b , 1 ", one},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := read(t, write(t, "tasks.csv", c.text))
			if got := row(s.Tasks[0]); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestLayoutFaults(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"nothing to go by", "one,two,three", []string{"tasks.csv  A1: there is neither a header nor a column of recorder addresses; put recorder, user, password, cameras into the first row"}},
		{"a column is missing", "host,login\n10.0.0.5,admin", []string{"tasks.csv  A1: there is no column for password; name one of the headers password, pass, passwd, pwd, пароль"}},
		{"two columns are missing", "login,pAss", []string{"tasks.csv  A1: there is no column for recorder; name one of the headers recorder, server, host, ip, address, ip address, nvr, dvr, device, регистратор, видеорегистратор, сервер, адрес, ip адрес, хост, устройство"}},
		{"two columns that differ", "host,login,pass,пароль\n10.0.0.5,admin,pw,pw\n10.0.0.6,admin,pw,wp\n10.0.0.7,admin,pw,wp", []string{"tasks.csv  D3:D4: this differs from column C for password; keep one of the two columns, or put # before the header of the other"}},
		{"nothing below", "host,login,pass", []string{"tasks.csv  A1: there is a header and nothing below it; each row names one recorder"}},
		{"only remarks below", "host,login,pass,remark\n,,,call first", []string{"tasks.csv  A1: there is a header and nothing below it; each row names one recorder"}},
		{"two columns only", "pw,10.0.0.5", []string{"tasks.csv  C1: password is empty"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			equal(t, faults(t, write(t, "tasks.csv", c.text)), c.want)
		})
	}
}

func TestLayoutNotices(t *testing.T) {
	const ignored = `: the column "remark" is ignored; hikgrab does not know it`
	for _, c := range []struct {
		name, text string
		want       []string
	}{
		{"an extra column", "host,login,pass,remark\n10.0.0.5,admin,pw,call first", []string{"D1" + ignored}},
		{"an empty extra column", "host,login,pass,remark\n10.0.0.5,admin,pw,", nil},
		{"recorders under a strange header", "where,login,pass\n10.0.0.5,admin,pw", []string{"A1: this column is taken for the recorders; call it recorder"}},
		{"a task above the header", "10.0.0.4,admin,pw\nhost,login,pass\n10.0.0.5,admin,pw", []string{"A1: is above the header and is ignored"}},
		{"a fifth column without a header", "admin,pw,10.0.0.5,1,first", []string{"E1: this column is ignored; without a header there are only user, password, server and cameras"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			equal(t, read(t, write(t, "tasks.csv", c.text)).Notices, c.want)
		})
	}
}

func FuzzRead(f *testing.F) {
	for _, seed := range []string{
		"admin,pw,10.0.0.5,1", "host;login;pass\n10.0.0.5;admin;pw", "sep=\t\n", "\xff\xfea\x00,\x00", "\xef\xbb\xbfhost,login,pass\n\"10.0.0.5", "сервер\tлогин\tпароль\tс\n",
		"\xd1\xe5\xf0\xe2\xe5\xf0;\xeb\xee\xe3\xe8\xed",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		s, err := sheet.Read(write(t, "tasks.csv", string(data)), sheet.Options{})
		if err != nil {
			if list, ok := errors.AsType[*sheet.Faults](err); ok && len(list.List) == 0 {
				t.Fatal("faults without a fault")
			}
			if strings.ContainsAny(err.Error(), "\x1b\x07\r") {
				t.Fatalf("control characters in %q", err)
			}
			return
		}
		if len(s.Tasks) == 0 {
			t.Fatalf("neither tasks nor an error from %q", data)
		}
		for _, task := range s.Tasks {
			if task.Address.Host == "" || task.Login.User == "" || task.Login.Password == "" || task.Row < 1 {
				t.Fatalf("%q gives %+v", data, task)
			}
		}
	})
}
