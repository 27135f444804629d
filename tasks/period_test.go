package tasks_test

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/hikgrab/tasks"
)

func wall(text string) time.Time {
	t, err := time.Parse(time.DateTime, text)
	if err != nil {
		panic(err)
	}
	return t
}

func moment(t *testing.T, text string) tasks.Moment {
	t.Helper()
	if text == "" {
		return tasks.Moment{}
	}
	m, err := tasks.ParseMoment(text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestPeriodResolve(t *testing.T) {
	now := wall("2026-11-03 14:30:15")
	between := func(from, to string) tasks.Period {
		return tasks.Period{From: moment(t, from), To: moment(t, to)}
	}
	for _, c := range []struct {
		name     string
		period   tasks.Period
		from, to string
		says     string
	}{
		{"zero is today", tasks.Period{}, "2026-11-03 00:00:00", "2026-11-03 23:59:59", "today"},
		{"yesterday", tasks.Period{Yesterday: true}, "2026-11-02 00:00:00", "2026-11-02 23:59:59", "yesterday"},
		{"one day is today", tasks.Period{Days: 1}, "2026-11-03 00:00:00", "2026-11-03 23:59:59", "today"},
		{"days end with today", tasks.Period{Days: 7}, "2026-10-28 00:00:00", "2026-11-03 23:59:59", "the last 7 days"},
		{"last hours end now", tasks.Period{Last: 6 * time.Hour}, "2026-11-03 08:30:15", "2026-11-03 14:30:15", "the last 6h"},
		{"last minutes", tasks.Period{Last: 90 * time.Minute}, "2026-11-03 13:00:15", "2026-11-03 14:30:15", "the last 1h30m"},
		{"everything", tasks.Period{All: true}, "2000-01-01 00:00:00", "2026-11-04 14:30:15", "everything"},
		{"a whole day", between("2026-11-01", "2026-11-01"), "2026-11-01 00:00:00", "2026-11-01 23:59:59", "2026-11-01"},
		{"days", between("2026-11-01", "2026-11-02"), "2026-11-01 00:00:00", "2026-11-02 23:59:59", "2026-11-01 to 2026-11-02"},
		{"times", between("2026-11-01 08:00", "2026-11-01 09:15:30"), "2026-11-01 08:00:00", "2026-11-01 09:15:30", "2026-11-01 08:00 to 2026-11-01 09:15:30"},
		{"times of today", between("08:00", "09:00"), "2026-11-03 08:00:00", "2026-11-03 09:00:00", "08:00 to 09:00"},
		{"a named day", between("yesterday", "yesterday"), "2026-11-02 00:00:00", "2026-11-02 23:59:59", "yesterday"},
		{"a named night", between("yesterday 22:00", "today"), "2026-11-02 22:00:00", "2026-11-03 23:59:59", "yesterday 22:00 to today"},
		{"a named day as a start", between("yesterday", ""), "2026-11-02 00:00:00", "2026-11-03 14:30:15", "yesterday until now"},
		{"from alone", between("2026-11-01", ""), "2026-11-01 00:00:00", "2026-11-03 14:30:15", "2026-11-01 until now"},
		{"to alone", between("", "2026-11-01 12:00"), "2026-11-01 00:00:00", "2026-11-01 12:00:00", "until 2026-11-01 12:00"},
		{"to alone, a day", between("", "2026-11-01"), "2026-11-01 00:00:00", "2026-11-01 23:59:59", "until 2026-11-01"},
		{"to alone, a time", between("", "12:00"), "2026-11-03 00:00:00", "2026-11-03 12:00:00", "until 12:00"},
		{"24:00 is the end of a day", between("2026-11-01 20:00", "2026-11-01 24:00"), "2026-11-01 20:00:00", "2026-11-02 00:00:00", "2026-11-01 20:00 to 2026-11-01 24:00"},
		{"leap day", tasks.Period{From: moment(t, "2028-02-28"), To: moment(t, "2028-02-29")}, "2028-02-28 00:00:00", "2028-02-29 23:59:59", "2028-02-28 to 2028-02-29"},
		{"never before the oldest", tasks.Period{Days: 20000}, "2000-01-01 00:00:00", "2026-11-03 23:59:59", "the last 20000 days"},
	} {
		t.Run(c.name, func(t *testing.T) {
			from, to, err := c.period.Resolve(now)
			if err != nil {
				t.Fatal(err)
			}
			if got := from.Format(time.DateTime); got != c.from {
				t.Errorf("from %s, want %s", got, c.from)
			}
			if got := to.Format(time.DateTime); got != c.to {
				t.Errorf("to %s, want %s", got, c.to)
			}
			if got := c.period.String(); got != c.says {
				t.Errorf("says %q, want %q", got, c.says)
			}
		})
	}
}

func TestPeriodRefused(t *testing.T) {
	now := wall("2026-11-03 14:30:15")
	for _, c := range []struct {
		name   string
		period tasks.Period
		want   string
	}{
		{"backwards", tasks.Period{From: moment(t, "2026-11-02"), To: moment(t, "2026-11-01")}, "from 2026-11-02 00:00:00 to 2026-11-01 23:59:59"},
		{"starts later today", tasks.Period{From: moment(t, "15:00")}, "from 2026-11-03 15:00:00 to 2026-11-03 14:30:15"},
		{"over midnight without days", tasks.Period{From: moment(t, "22:00"), To: moment(t, "06:00")}, "from 2026-11-03 22:00:00 to 2026-11-03 06:00:00"},
		{"two wishes", tasks.Period{Days: 2, Yesterday: true}, "choose only one of"},
		{"last and from", tasks.Period{Last: time.Hour, From: moment(t, "08:00")}, "choose only one of"},
		{"all and to", tasks.Period{All: true, To: moment(t, "08:00")}, "choose only one of"},
		{"negative hours", tasks.Period{Last: -time.Hour}, "future"},
		{"negative days", tasks.Period{Days: -1}, "future"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, _, err := c.period.Resolve(now)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

// Whatever the period and the clock, what Resolve returns starts no later than
// it ends, in whole seconds and without a time zone.
func TestPeriodNeverEndsBeforeItStarts(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := tasks.Period{}
		switch rapid.IntRange(0, 5).Draw(t, "kind") {
		case 0:
			p.Last = time.Duration(rapid.Int64Range(0, int64(1000*time.Hour)).Draw(t, "last"))
		case 1:
			p.Days = rapid.IntRange(0, 5000).Draw(t, "days")
		case 2:
			p.Yesterday = true
		case 3:
			p.All = true
		case 4:
			p.From, p.To = anyMoment().Draw(t, "from"), anyMoment().Draw(t, "to")
		}
		now := wall("2001-01-01 00:00:00").Add(time.Duration(rapid.Int64Range(0, 90*365*24*3600*1e9).Draw(t, "now")))
		from, to, err := p.Resolve(now)
		if err != nil {
			if p.From.IsZero() && p.To.IsZero() {
				t.Fatalf("%v refused: %v", p, err)
			}
			return
		}
		if to.Before(from) || from.Location() != time.UTC || to.Location() != time.UTC || from.Nanosecond() != 0 || to.Nanosecond() != 0 {
			t.Fatalf("%v at %v gives %v to %v", p, now, from, to)
		}
	})
}

func TestBoundsAreOpenWhereNothingWasSaid(t *testing.T) {
	now := time.Date(2026, 11, 3, 14, 30, 0, 0, time.UTC)
	at := func(day, hour, minute int) time.Time { return time.Date(2026, 11, day, hour, minute, 0, 0, time.UTC) }
	for _, c := range []struct {
		from, to         string
		wantFrom, wantTo time.Time
	}{
		{},
		{from: "2026-11-01", wantFrom: at(1, 0, 0)},
		{to: "2026-11-01", wantTo: at(2, 0, 0)},
		{from: "08:10", to: "08:20", wantFrom: at(3, 8, 10), wantTo: at(3, 8, 20)},
		{from: "2026-11-01 23:00", to: "2026-11-02", wantFrom: at(1, 23, 0), wantTo: at(3, 0, 0)},
	} {
		p := tasks.Period{From: moment(t, c.from), To: moment(t, c.to)}
		if from, to := p.Bounds(now); !from.Equal(c.wantFrom) || !to.Equal(c.wantTo) {
			t.Errorf("%q to %q: %s to %s, want %s to %s", c.from, c.to, from, to, c.wantFrom, c.wantTo)
		}
	}
}
