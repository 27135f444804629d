package nvr

import (
	"errors"
	"time"
)

const (
	firstWindow    = 24 * time.Hour
	shortestWindow = time.Hour
	maxWindow      = 20 * 366 * 24 * time.Hour
)

// mostItems is how many items a window can hold: one a second, and some that
// reach into it. A recorder that says MORE for ever is stopped there.
func mostItems(from, to time.Time) int {
	const most = 1_000_000 // more than any search session brings
	return int(min(to.Sub(from)/time.Second+pageSize, most))
}

// nextSpan lets windows grow over quiet times and shrink over busy ones.
func nextSpan(span time.Duration, pages, items int) time.Duration {
	switch {
	case items == 0:
		span *= 4
	case pages <= 1:
		span *= 2
	case pages > 8:
		span /= 2
	}
	return min(max(span, shortestWindow), maxWindow)
}

// shorten makes the windows shorter when one may have been refused for its
// length: some devices take a day at once, others less. Only a shorter one that
// works proves it.
func (s *searching) shorten(err error, span time.Duration, pages int) bool {
	e, ok := errors.AsType[*Error](err)
	if !ok || !e.badRequest || pages > 0 || span <= shortestWindow {
		return false
	}
	s.refused++
	s.span = max(span/4, shortestWindow)
	if span > firstWindow {
		s.span = firstWindow
	}
	return true
}

// longest keeps a window within what the device was seen to take.
func (r *Recorder) longest(span time.Duration) time.Duration {
	if most := r.known().longest; most > 0 {
		return min(span, most)
	}
	return span
}
