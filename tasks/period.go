package tasks

import (
	"errors"
	"fmt"
	"time"
)

// Period is a stretch of a recorder's own wall clock. It may be relative
// ("today", "the last 6 hours"); Resolve turns it into two times once the
// recorder's clock is known. The zero Period means today.
type Period struct {
	From, To  Moment        // either may be zero
	Last      time.Duration // the time up to now; excludes From and To
	Days      int           // this many whole days, the last being today; excludes From and To
	Yesterday bool          // the whole day before today; excludes From and To
	All       bool          // everything the recorder has
}

// oldest is where All begins. Recorders refuse searches that start much earlier
// (firmware checks the year), and none holds a recording from the 1990s.
var oldest = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// lastSecond is how far the end of a day is from its midnight. Recorders use
// whole seconds, so a day ends at 23:59:59.
const lastSecond = 24*time.Hour - time.Second

// IsZero reports whether nothing was given, so that a default applies.
func (p Period) IsZero() bool { return p == Period{} }

// Validate reports contradictions in p that do not depend on the clock.
func (p Period) Validate() error {
	switch {
	case p.Last < 0:
		return fmt.Errorf("a period of %s lies in the future", p.Last)
	case p.Days < 0:
		return fmt.Errorf("a period of %d days lies in the future", p.Days)
	}
	said := 0
	for _, is := range []bool{!p.From.IsZero() || !p.To.IsZero(), p.Last > 0, p.Days > 0, p.Yesterday, p.All} {
		if is {
			said++
		}
	}
	if said > 1 {
		return errors.New("choose only one of: from and to, the last hours, a number of days, yesterday, everything")
	}
	return nil
}

// Resolve turns p into the first and the last second wanted, for a recorder
// whose own clock shows now (its digits in time.UTC; see nvr.Device.WallClock).
//
// A day at the end of a period counts to its last second. Today ends at
// 23:59:59, not at now: what a recorder writes while hikgrab runs is wanted as
// well. From alone reaches until now; To alone begins at midnight of its day.
// All begins in the year 2000 and ends a day after now, because an unfinished
// recording may carry the recorder's idea of its end. A period that ends before
// it starts is an error that spells out both ends.
func (p Period) Resolve(now time.Time) (from, to time.Time, err error) {
	if err := p.Validate(); err != nil {
		return time.Time{}, time.Time{}, err
	}
	now = now.Truncate(time.Second)
	today := midnight(now)
	switch {
	case p.All:
		return oldest, now.AddDate(0, 0, 1), nil
	case p.Last > 0:
		from, to = now.Add(-p.Last).Truncate(time.Second), now
	case p.Days > 0:
		from, to = today.AddDate(0, 0, 1-p.Days), today.Add(lastSecond)
	case p.Yesterday:
		from = today.AddDate(0, 0, -1)
		to = from.Add(lastSecond)
	default:
		from, to = p.ends(now)
	}
	from = later(from, oldest)
	if to.Before(from) {
		return time.Time{}, time.Time{}, fmt.Errorf("the period ends before it starts: from %s to %s",
			from.Format(time.DateTime), to.Format(time.DateTime))
	}
	return from, to, nil
}

// ends resolves From and To, either of which may be missing.
func (p Period) ends(now time.Time) (from, to time.Time) {
	today := midnight(now)
	switch {
	case p.From.IsZero() && p.To.IsZero():
		return today, today.Add(lastSecond)
	case p.To.IsZero():
		return p.From.first(today), now
	case p.From.IsZero():
		return p.To.day(today), p.To.last(today)
	}
	return p.From.first(today), p.To.last(today)
}

// Bounds returns From and To as times, for what is already on disk. A missing
// end is the zero time. A time without a date is on now's day; a day at the end
// lasts until midnight.
func (p Period) Bounds(now time.Time) (from, to time.Time) {
	today := midnight(now)
	if !p.From.IsZero() {
		from = p.From.first(today)
	}
	if !p.To.IsZero() {
		to = p.To.last(today)
		if !p.To.HasClock {
			to = to.Add(time.Second)
		}
	}
	return from, to
}

// String returns the period as a person says it: "today", "the last 6h",
// "2026-11-03 08:00 to 2026-11-03 12:00".
func (p Period) String() string {
	switch {
	case p.All:
		return "everything"
	case p.Yesterday:
		return "yesterday"
	case p.Last > 0:
		return "the last " + shortDuration(p.Last)
	case p.Days == 1, p.IsZero():
		return "today"
	case p.Days > 0:
		return fmt.Sprintf("the last %d days", p.Days)
	case p.To.IsZero():
		return p.From.String() + " until now"
	case p.From.IsZero():
		return "until " + p.To.String()
	case p.From == p.To && !p.From.HasClock:
		return p.From.String()
	}
	return p.From.String() + " to " + p.To.String()
}

// shortDuration returns d without the zero parts that time.Duration ends in:
// "6h" for "6h0m0s".
func shortDuration(d time.Duration) string {
	switch {
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0 && d < time.Hour:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d%time.Minute == 0:
		return fmt.Sprintf("%dh%dm", d/time.Hour, d%time.Hour/time.Minute)
	}
	return d.String()
}

func midnight(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}
