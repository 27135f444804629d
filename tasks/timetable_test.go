package tasks

import (
	"testing"
	"testing/synctest"
	"time"

	"example.com/hikgrab/nvr/simulator"
)

func TestTimetable(t *testing.T) {
	const night, noon, usual = 0, 1 << 20, 2 << 20
	table := Timetable{Usual: usual, Windows: []Window{
		{From: 22 * time.Hour, To: 7 * time.Hour, Limit: night},
		{From: 12 * time.Hour, To: 13*time.Hour + 30*time.Minute, Limit: noon},
	}}
	for _, c := range []struct {
		at    string
		limit int64
		next  string
	}{
		{"03 00:00:00", night, "03 07:00:00"},
		{"03 06:59:59", night, "03 07:00:00"},
		{"03 07:00:00", usual, "03 12:00:00"},
		{"03 12:00:00", noon, "03 13:30:00"},
		{"03 13:30:00", usual, "03 22:00:00"},
		{"03 22:00:00", night, "04 07:00:00"},
		{"03 23:59:59", night, "04 07:00:00"},
	} {
		at, _ := time.Parse("02 15:04:05", c.at)
		limit, next := table.At(at)
		if got := next.Format("02 15:04:05"); limit != c.limit || got != c.next {
			t.Errorf("at %s: %d until %s, want %d until %s", c.at, limit, got, c.limit, c.next)
		}
	}
	if limit, next := (Timetable{Usual: 7}).At(time.Now()); limit != 7 || !next.IsZero() {
		t.Errorf("a single limit is %d and changes at %s", limit, next)
	}
}

// A night begins while a recording arrives: from then on it comes as fast as
// the recorder sends, until the operator changes that.
func TestTheLimitChangesWithTheTimeOfDay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(1, 1, 900_000), Rate: 100_000})
		b.options.Limit = Timetable{Usual: 20_000, Windows: []Window{{From: 12 * time.Hour, To: 12*time.Hour + time.Minute, Limit: 10_000}}}
		b.start()
		b.until("the day's limit holds", func(s *Snapshot) bool { return s.Limit == 10_000 && !s.LimitUntil.IsZero() && s.Bytes > 0 })
		s := b.until("the next window", func(s *Snapshot) bool { return s.Limit == 20_000 })
		if s.Elapsed < 58*time.Second || s.Elapsed > 62*time.Second {
			t.Errorf("the limit changed after %s", s.Elapsed)
		}
		b.queue.SetLimit(50_000)
		b.until("the operator's limit", func(s *Snapshot) bool { return s.Limit == 50_000 && s.Finished })
		b.stop()
	})
}
