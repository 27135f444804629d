package tasks_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/hikgrab/tasks"
)

func TestParseMoment(t *testing.T) {
	for text, want := range map[string]string{
		"2026-11-03":              "2026-11-03",
		"2026-1-3":                "2026-01-03",
		"2026-11-03 08:15":        "2026-11-03 08:15",
		"2026-11-03 08:15:07":     "2026-11-03 08:15:07",
		"2026-11-03T08:15":        "2026-11-03 08:15",
		"2026-11-03T08:15:07":     "2026-11-03 08:15:07",
		"03.11.2026":              "2026-11-03",
		"3.1.2026 8:15":           "2026-01-03 08:15",
		"03.11.2026 23:59:59":     "2026-11-03 23:59:59",
		"08:15":                   "08:15",
		"8:15:30":                 "08:15:30",
		"00:00":                   "00:00",
		"24:00":                   "24:00",
		"  2026-11-03\u00a008:15": "2026-11-03 08:15",
		"2028-02-29":              "2028-02-29",
		"28.11.26":                "2026-11-28",
		"03.04.26 8:15":           "2026-04-03 08:15",
		"2026/11/03":              "2026-11-03",
		"28/11/2026":              "2026-11-28",
		"11/28/2026 08:15":        "2026-11-28 08:15",
		"28-11-26":                "2026-11-28",
		"05/05/2026":              "2026-05-05",
		"yesterday":               "yesterday",
		"Вчера 08:15":             "yesterday 08:15",
		"СЕГОДНЯ":                 "today",
		"today 08:15":             "08:15",
		"завтра 06:00":            "tomorrow 06:00",
	} {
		m, err := tasks.ParseMoment(text)
		if err != nil {
			t.Errorf("%q: %v", text, err)
		} else if m.String() != want {
			t.Errorf("%q is %q, want %q", text, m, want)
		}
	}
}

func TestParseMomentRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                          "is not a date or a time",
		"next week":                 "is not a date or a time",
		"yesterday yesterday":       "is not a date or a time",
		"вчера 25:00":               "not a time of day",
		"2026-13-01":                "not a day of the calendar",
		"2027-02-29":                "not a day of the calendar",
		"31.04.2026":                "not a day of the calendar",
		"0026-11-03":                "years 2000 to 2099",
		"1970-01-01":                "years 2000 to 2099",
		"2026-11-03 25:00":          "not a time of day",
		"2026-11-03 24:01":          "not a time of day",
		"2026-11-03 10:60":          "not a time of day",
		"2026-11-03T08:15:00Z":      "leave the zone out",
		"2026-11-03T08:15:00+03:00": "leave the zone out",
		"2026-11-03 08:15 UTC":      "leave the zone out",
		"11/03/2026":                "may be 11 March 2026 or 3 November 2026: type 2026-03-11 or 2026-11-03",
		"03-04-26 08:15":            "may be 3 April 2026 or 4 March 2026",
		"13/13/2026":                "not a day of the calendar",
		"03.04/2026":                "is not a date or a time",
		"2026-11-03 08:15 09:15":    "is not a date or a time",
		"2026-11-03 08:15:00.5":     "is not a date or a time",
	} {
		_, err := tasks.ParseMoment(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: got %v, want an error with %q", text, err, want)
		}
	}
}

func TestMomentOf(t *testing.T) {
	// The digits count, not their time zone.
	at := time.Date(2026, 11, 3, 8, 15, 7, 999, time.FixedZone("", 5*3600))
	if got := tasks.MomentOf(at); got.String() != "2026-11-03 08:15:07" || got.Day.Location() != time.UTC {
		t.Errorf("got %v in %v", got, got.Day.Location())
	}
}

func anyMoment() *rapid.Generator[tasks.Moment] {
	return rapid.Custom(func(t *rapid.T) tasks.Moment {
		var m tasks.Moment
		switch rapid.IntRange(0, 2).Draw(t, "day is") {
		case 1:
			m.Offset = rapid.IntRange(-1, 1).Draw(t, "offset")
			m.Named = true
		case 2:
			m.Day = wall("2000-01-01 00:00:00").AddDate(0, 0, rapid.IntRange(0, 36523).Draw(t, "day"))
		}
		if rapid.Bool().Draw(t, "has clock") {
			m.HasClock = true
			m.Clock = time.Duration(rapid.IntRange(0, 24*3600).Draw(t, "clock")) * time.Second
			m.Named = m.Named && m.Offset != 0
		}
		return m
	})
}

func TestMomentReadsBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := anyMoment().Draw(t, "moment")
		if m.IsZero() {
			return
		}
		got, err := tasks.ParseMoment(m.String())
		if err != nil || got != m {
			t.Fatalf("%q reads back as %q (%v)", m, got, err)
		}
	})
}

func FuzzParseMoment(f *testing.F) {
	for _, seed := range []string{"2026-11-03", "2026-11-03T08:15:07", "3.1.2026 8:15", "24:00", "2026-11-03T08:15:00Z", "١٢:٠٠", "0001-01-01"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := tasks.ParseMoment(text)
		if err != nil {
			return
		}
		if m.IsZero() || m.Clock < 0 || m.Clock > 24*time.Hour {
			t.Fatalf("%q is %+v", text, m)
		}
		if again, err := tasks.ParseMoment(m.String()); err != nil || again != m {
			t.Fatalf("%q is %q, which reads back as %q (%v)", text, m, again, err)
		}
	})
}
