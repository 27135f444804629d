package tasks

import (
	"slices"
	"time"
)

// Timetable is a bandwidth by time of day on this machine's clock. The zero
// Timetable has no limit.
type Timetable struct {
	Usual   int64    // bytes per second outside the windows; 0 is no limit
	Windows []Window // the first that contains a time counts
}

// Window is a part of every day with its own bandwidth. One that ends before it
// begins extends past midnight.
type Window struct {
	From, To time.Duration // since midnight
	Limit    int64         // bytes per second; 0 is no limit
}

// At returns the bandwidth at a time, and when the next window begins or ends:
// the zero time if none ever does.
func (t Timetable) At(now time.Time) (limit int64, next time.Time) {
	limit = t.Usual
	for _, w := range slices.Backward(t.Windows) {
		if w.holds(now) {
			limit = w.Limit
		}
		for _, edge := range []time.Duration{w.From, w.To} {
			// Uses the clock, so that it is right on days with 23 or 25 hours.
			at := clockOn(now, 0, edge)
			if !at.After(now) {
				at = clockOn(now, 1, edge)
			}
			if next.IsZero() || at.Before(next) {
				next = at
			}
		}
	}
	return limit, next
}

func (w Window) holds(now time.Time) bool {
	h, m, s := now.Clock()
	at := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second
	if w.From < w.To {
		return w.From <= at && at < w.To
	}
	return at >= w.From || at < w.To
}

// clockOn returns when the clock shows a time, so many days after now's.
func clockOn(now time.Time, days int, at time.Duration) time.Time {
	y, m, d := now.Date()
	return time.Date(y, m, d+days, int(at/time.Hour), int(at%time.Hour/time.Minute), 0, 0, now.Location())
}

// keepTimetable sets the bandwidth when a window begins or ends. In between the
// operator may change it.
func (q *Queue) keepTimetable(now time.Time) {
	if len(q.options.Limit.Windows) == 0 || now.Before(q.nextLimit) {
		return
	}
	limit, next := q.options.Limit.At(now)
	q.limiter.Set(limit)
	q.nextLimit = next
}
