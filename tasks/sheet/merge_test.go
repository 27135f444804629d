package sheet_test

import (
	"strings"
	"testing"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/sheet"
)

func TestRowsThatAskForTheSame(t *testing.T) {
	const header = "host;user;password;cameras;from;stream\n"
	for _, c := range []struct {
		name, text     string
		tasks, notices []string
	}{
		{
			"the same row twice", "10.0.0.5;admin;pw;1,3\n10.0.0.5;admin;pw;1,3\n",
			[]string{"10.0.0.5 | admin | pw | 1 3 | today"},
			[]string{"D3: row 2 asks for these cameras as well; the two are merged"},
		},
		{
			"all twice", "10.0.0.5;admin;pw\nhttp://10.0.0.5:80/;admin;pw;all\n",
			[]string{"10.0.0.5 | admin | pw | all | today"},
			[]string{"D3: this row asks for the same as row 2 and is merged with it"},
		},
		{
			"one camera twice", "10.0.0.5;admin;pw;1,3\n10.0.0.5;admin;pw;3,4\n",
			[]string{"10.0.0.5 | admin | pw | 1 3 | today", "10.0.0.5 | admin | pw | 4 | today"},
			[]string{"D3: row 2 asks for one of these cameras as well; it is fetched once"},
		},
		{
			"some and all", "10.0.0.5;admin;pw;1\n10.0.0.5;admin;pw;all\n",
			[]string{"10.0.0.5 | admin | pw | all | today"},
			[]string{"D2: row 3 asks for these cameras as well; the two are merged"},
		},
		{
			"a channel and its track", "10.0.0.5;admin;pw;1;;main\n10.0.0.5;admin;pw;101,102;;main\n",
			[]string{"10.0.0.5 | admin | pw | 1 | today | main", "10.0.0.5 | admin | pw | 102 | today | main"},
			[]string{"D3: row 2 asks for one of these cameras as well; it is fetched once"},
		},
		{
			"within one cell", "10.0.0.5;admin;pw;1,101;;main\n",
			[]string{"10.0.0.5 | admin | pw | 1 | today | main"},
			nil,
		},
		{
			"all of one stream, one of another", "10.0.0.5;admin;pw;all;;sub\n10.0.0.5;admin;pw;1;;main\n",
			[]string{"10.0.0.5 | admin | pw | all | today | sub", "10.0.0.5 | admin | pw | 1 | today | main"},
			nil,
		},
		{
			"other days", "10.0.0.5;admin;pw;1;2026-11-03\n10.0.0.5;admin;pw;1;2026-11-04\n",
			[]string{"10.0.0.5 | admin | pw | 1 | 2026-11-03 until now", "10.0.0.5 | admin | pw | 1 | 2026-11-04 until now"},
			nil,
		},
		{
			"other ports", "10.0.0.5;admin;pw;1\n10.0.0.5:8080;admin;pw;1\n",
			[]string{"10.0.0.5 | admin | pw | 1 | today", "10.0.0.5:8080 | admin | pw | 1 | today"},
			nil,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := read(t, write(t, "tasks.csv", header+c.text))
			equal(t, rows(s), c.tasks)
			equal(t, s.Notices, c.notices)
		})
	}
}

func TestTwoPasswordsForOneUser(t *testing.T) {
	got := faults(t, write(t, "tasks.csv", "host;user;password\nNVR.local;admin;one\n10.0.0.5;admin;two\nnvr.local:80;admin;two\nnvr.local;guest;three\n"))
	equal(t, got, []string{
		"tasks.csv  C4: this is not the password that C2 has for the same user of the same recorder; trying both could lock the account",
	})
}

func TestOneClockPerRecorder(t *testing.T) {
	s := read(t, write(t, "tasks.csv", "host;user;password;cameras;clock\n10.0.0.5;admin;pw;1;\n10.0.0.5;admin;pw;2;UTC\n10.0.0.6;admin;pw;1;"))
	for i, want := range []nvr.Clock{nvr.ClockUTC, nvr.ClockUTC, nvr.ClockAuto} {
		if got := s.Tasks[i].Clock; got != want {
			t.Errorf("task %d has clock %d, want %d", i, got, want)
		}
	}
	got := faults(t, write(t, "tasks.csv", "host;user;password;cameras;clock\n10.0.0.5;admin;pw;1;local\n10.0.0.5;admin;pw;2;utc\n"))
	equal(t, got, []string{"tasks.csv  E3: this is not the clock that E2 has for the same recorder"})
}

// TestStrictestRowHolds has two rows of one recorder. They share its
// connections, so neither may loosen what the other asks for.
func TestStrictestRowHolds(t *testing.T) {
	pin, other := strings.Repeat("0f", 32), strings.Repeat("f0", 32)
	s := read(t, write(t, "tasks.csv", "host;user;password;cameras\nhttps://nvr#legacy;admin;pw;1\nhttps://nvr#sha256:"+pin+";admin;pw;2\n"+
		"http+basic://10.0.0.5;admin;pw;1\n10.0.0.5;guest;pw;2\n"))
	for i, want := range []string{"https://nvr#sha256:" + pin, "https://nvr#sha256:" + pin, "10.0.0.5", "10.0.0.5"} {
		if got := sheet.AddressCell(s.Tasks[i].Address); got != want {
			t.Errorf("task %d goes to %s, want %s", i, got, want)
		}
	}
	got := faults(t, write(t, "tasks.csv", "host;user;password;cameras\nhttps://nvr#sha256:"+pin+";admin;pw;1\nhttps://nvr#sha256:"+other+";admin;pw;2\n"))
	equal(t, got, []string{"tasks.csv  A3: this is not the certificate that A2 has for the same recorder"})
}
