package sheet

import (
	"errors"
	"testing"

	"example.com/hikgrab/tasks"
)

func TestParseFormat(t *testing.T) {
	for code, want := range map[string]format{
		"":                          {},
		"General":                   {},
		"@":                         {},
		"0":                         {zeros: 1},
		"00000":                     {zeros: 5},
		"#,##0":                     {grouped: true},
		"#,##0.00":                  {grouped: true},
		"0%":                        {changed: true},
		"0.00E+00":                  {changed: true},
		"# ?/?":                     {changed: true},
		`#,##0 "₽"`:                 {grouped: true, changed: true},
		"[$€-407]0":                 {changed: true, zeros: 1},
		"yyyy-mm-dd":                {date: true},
		"dd.mm.yyyy;@":              {date: true},
		"[$-419]d mmm;@":            {date: true},
		`[$-F800]dddd\,\ mmmm\ dd`:  {date: true},
		"mmm":                       {date: true},
		"h:mm":                      {clock: true},
		"[h]:mm:ss":                 {clock: true},
		"mm:ss":                     {clock: true},
		"m/d/yy h:mm":               {date: true, clock: true},
		`yyyy"year"`:                {date: true},
		`"day"0`:                    {zeros: 1},
		"[Red]0000;[Blue]-0000":     {zeros: 4},
		`DD.MM.YYYY\ HH:MM:SS`:      {date: true, clock: true},
		`"unfinished`:               {date: true, clock: true}, // any result will do: no number is taken as typed then
		`_(* #,##0_);_(* \(#,##0\)`: {grouped: true},
	} {
		if got := parseFormat(code); got != want {
			t.Errorf("%q is %+v, want %+v", code, got, want)
		}
	}
	for id, want := range map[int]format{
		0: {}, 1: {}, 3: {grouped: true}, 9: {changed: true}, 11: {changed: true}, 12: {changed: true}, 14: {date: true},
		17: {date: true}, 20: {clock: true}, 22: {date: true, clock: true}, 30: {date: true}, 46: {clock: true}, 49: {}, 58: {date: true},
	} {
		if got := parseFormat(builtin(id)); got != want {
			t.Errorf("format %d is %+v, want %+v", id, got, want)
		}
	}
}

func TestMomentOfNumber(t *testing.T) {
	day, clock, both := format{date: true}, format{clock: true}, format{date: true, clock: true}
	for _, c := range []struct {
		digits   string
		format   format
		date1904 bool
		want     string
	}{
		{"46329", day, false, "2026-11-03"},
		{"46329", format{}, false, "2026-11-03"},
		{"46329", both, false, "2026-11-03 00:00"},
		{"46329.34375", both, false, "2026-11-03 08:15"},
		{"46329.34375", day, false, "2026-11-03 08:15"},
		{"46329.333333333336", both, false, "2026-11-03 08:00"},
		{"46329.999988425923", both, false, "2026-11-03 23:59:59"},
		{"44867", day, true, "2026-11-03"},
		{"0.34375", clock, false, "08:15"},
		{"0.34375", format{}, true, "08:15"},
		{"0", clock, false, "00:00"},
		{"0", format{}, false, ""},
		{"-1", day, false, ""},
		{"12", format{}, false, ""},
		{"20261103", format{}, false, ""},
		{"1E+300", format{}, false, ""},
		{"NaN", format{}, false, ""},
		{"0.15", format{changed: true}, false, ""},
	} {
		m, ok := momentOfNumber(cell{kind: number, text: c.digits, format: c.format}, c.date1904)
		if ok != (c.want != "") || ok && m.String() != c.want {
			t.Errorf("%s shown by %+v is %q, %v; want %q", c.digits, c.format, m, ok, c.want)
		}
	}
}

func TestReadCameraNumber(t *testing.T) {
	for _, c := range []struct {
		digits string
		format format
		want   tasks.Pick
		err    error
	}{
		{"4", format{}, tasks.Pick{Channel: 4}, nil},
		{"101", format{}, tasks.Pick{Channel: 1, Stream: 1}, nil},
		{"1201", format{}, tasks.Pick{Channel: 12, Stream: 1}, nil},
		{"1201", format{grouped: true}, tasks.Pick{}, errNumber},
		{"101201", format{}, tasks.Pick{}, errNumber},
		{"101201301", format{grouped: true}, tasks.Pick{}, errNumber},
		{"1E+300", format{}, tasks.Pick{}, errNumber},
		{"1.3", format{}, tasks.Pick{}, errNumber},
		{"46113", format{date: true}, tasks.Pick{}, errDate},
		{"0.044", format{clock: true}, tasks.Pick{}, errDate},
		{"0", format{}, tasks.Pick{}, errChannel},
		{"-4", format{}, tasks.Pick{}, errChannel},
		{"1000", format{}, tasks.Pick{}, errChannel},
		{"0.5", format{changed: true}, tasks.Pick{}, errCameras},
	} {
		got, err := readCameras(cell{kind: number, text: c.digits, format: c.format})
		if !errors.Is(err, c.err) || err == nil && got[0] != c.want {
			t.Errorf("%s shown by %+v is %v (%v), want %v (%v)", c.digits, c.format, got, err, c.want, c.err)
		}
	}
	if _, err := readCameras(cell{kind: boolean, text: "1"}); err == nil {
		t.Error("TRUE is a camera")
	}
}

func TestLooksLikeHost(t *testing.T) {
	for s, want := range map[string][2]bool{ // looks like one, surely is one
		"10.0.0.5": {true, true}, "10.0.0.5:8080": {true, true}, " 10.0.0.5\u00a0": {true, true}, "https://nvr": {true, true},
		"https://nvr.local/": {true, true}, "nvr.site.local:8080": {true, false}, "[2001:db8::5]:80": {true, true}, "2001:db8::5": {true, false},
		"localhost": {true, false}, "localhost:8080": {true, false}, "ivan.petrov": {true, false}, "https://10.0.0.5#sha256:0a": {true, true},
		"регистратор.рф": {true, false}, "10.0.0.300": {true, false},
		"": {}, "nvr1": {}, "admin": {}, "1.3": {}, "101.201": {}, "03.11.2026": {}, "a b.c": {}, "pass.word!": {}, "1,3": {}, "host/ip": {}, "...": {},
	} {
		if got := [2]bool{looksLikeHost(s), surelyHost(s)}; got != want {
			t.Errorf("%q: %v, want %v", s, got, want)
		}
	}
}

func TestColumnsOfCSV(t *testing.T) {
	for text, want := range map[string]rune{
		"a,b\n":                                ',',
		"a;b\n":                                ';',
		"a\tb\n":                               '\t',
		"admin;pw;10.0.0.5;1,2,3,4,5\n":        ';',
		"admin,p;w,10.0.0.5,1\n":               ',',
		"admin\tp,w;x\t10.0.0.5\t1,2\n":        '\t',
		"sep=;\n1,2,3\n":                       ';',
		"\"a,b\";c\n":                          ';',
		"note\nhost;user;pass\n10.0.0.5;a;b\n": ';',
	} {
		if got, _, _ := separator(text); got != want {
			t.Errorf("%q is split at %q, want %q", text, got, want)
		}
	}
}
