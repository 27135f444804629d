package nvr

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// pageTries is how often to request a page of a search that has had an
	// answer: with one search slot and a second client, 10 to 30 of 100 are
	// refused at random.
	pageTries = 6
	// faultyPageTries is the same for a recorder that says that it failed. Some
	// units (DS-7716NI-I4/16P V4.61.030) fail every second search; others always
	// fail for a certain range.
	faultyPageTries      = 3
	pageRetryWait        = 250 * time.Millisecond // before the second try; doubles each time
	longestPageRetryWait = 5 * time.Second

	// indexPrecision is the precision of the search for the start of a recorder's
	// index.
	indexPrecision = time.Minute
)

// requestPage requests a page. After a refusal that may pass, it asks for the
// same page again, never for the beginning of the search.
func (s *searching) requestPage(p *page) (found, error) {
	for try, wait := 1, pageRetryWait; ; try++ {
		f, err := s.ask(p)
		if err == nil {
			s.came = true
			return f, nil
		}
		e, ok := errors.AsType[*Error](err)
		if !ok || !s.passes(e, try) {
			return f, err
		}
		if err := pause(s.ctx, min(max(wait, e.RetryAfter), longestPageRetryWait)); err != nil {
			return f, err
		}
		wait = min(2*wait, longestPageRetryWait)
	}
}

// passes reports whether to request a page again at once.
func (s *searching) passes(e *Error, try int) bool {
	switch e.Kind {
	case Busy, Short:
	case Protocol:
		if !e.faulty {
			return false
		}
	case KindUnknown, Auth, Locked, Forbidden, Gone, Unreachable, Timeout, Slow, TLS, TooLarge:
		return false
	}
	switch {
	case e.faulty:
		return try < faultyPageTries && !s.recorder.known().noSearch[s.track]
	case s.came:
		return try < pageTries
	}
	return false // the caller decides about a busy recorder
}

func pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// around returns where to continue after a refused window: at its beginning
// with a shorter one, or after what the recorder does not search. ok is false
// if neither helps.
func (s *searching) around(err error, at, end time.Time, pages int) (next time.Time, ok bool) {
	span := end.Sub(at)
	if s.shorten(err, span, pages) {
		return at, true
	}
	e, isError := errors.AsType[*Error](err)
	switch {
	case !isError, !e.faulty, pages > 0:
		return at, false
	case span > shortestWindow:
		if s.tooLong = span; span > firstWindow {
			s.span = firstWindow
		} else {
			s.span = shortestWindow
		}
		return at, true
	}
	next, ok = s.firstAccepted(at)
	if !ok {
		s.recorder.learn(func(l *learned) { l.noteUnsearchable(s.track) })
		return at, false
	}
	s.pass(at, next, e)
	return next, true
}

// pass skips a refused stretch. A stretch at the beginning is before the
// recorder's index, so nothing is lost.
func (s *searching) pass(from, to time.Time, why *Error) {
	s.recorder.log.Warn("the recorder refuses to search part of the period", "track", int(s.track), "from", from, "to", to)
	s.tooLong = 0
	switch {
	case !from.After(s.from):
		s.recorder.learn(func(l *learned) { l.index = later(l.index, to) })
	case s.hole == nil:
		s.hole = &hole{from, to, why}
	}
}

// firstAccepted returns the earliest time in the requested range that the
// recorder accepts as the start of a search. ok is false if it refuses the end
// of the range too, so that the range is not the reason.
func (s *searching) firstAccepted(at time.Time) (time.Time, bool) {
	if index := s.recorder.known().index; index.After(at) && index.Before(s.to) {
		return index, true
	}
	if s.recorder.known().noSearch[s.track] {
		return at, false
	}
	refused, accepted := at, s.to.Add(-shortestWindow)
	if !accepted.After(at) || !s.accepts(accepted) {
		return at, false
	}
	for accepted.Sub(refused) > indexPrecision {
		middle := refused.Add(accepted.Sub(refused) / 2).Truncate(time.Second)
		if s.accepts(middle) {
			accepted = middle
		} else {
			refused = middle
		}
		if s.ctx.Err() != nil {
			return at, false
		}
	}
	return accepted, true
}

// accepts reports whether the recorder accepts a search that begins at from.
func (s *searching) accepts(from time.Time) bool {
	p := s.session(from, from.Add(shortestWindow))
	_, err := s.requestPage(&p)
	return err == nil
}

// hole is a stretch that a recorder refuses to search although it searches
// others.
type hole struct {
	from, to time.Time
	why      *Error
}

// error says that the list is incomplete.
func (h *hole) error() error {
	e := *h.why
	e.Reached = h.from
	e.what = fmt.Sprintf("the recorder refuses to search from %s to %s", h.from.Format(time.DateTime), h.to.Format(time.DateTime))
	return e.withRemedy(SearchOnRecorder)
}

// noteUnsearchable records a track for which every search is refused.
func (l *learned) noteUnsearchable(t Track) {
	mute := map[Track]bool{t: true} // a new map, because copies of learned are read without the lock
	for known := range l.noSearch {
		mute[known] = true
	}
	l.noSearch = mute
}

const (
	firstWindow    = 24 * time.Hour
	shortestWindow = time.Hour
	maxWindow      = 20 * 366 * 24 * time.Hour
)

// mostItems is how many items a window can hold: one per second, plus some that
// begin before it. It stops a recorder that always says MORE.
func mostItems(from, to time.Time) int {
	const most = 1_000_000 // more than any search session returns
	return int(min(to.Sub(from)/time.Second+pageSize, most))
}

// nextSpan makes windows longer in quiet times and shorter in busy ones.
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

// shorten makes windows shorter if one may have been refused for its length:
// some devices accept a day at once, others less. Only a shorter one that works
// proves it.
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

// longest limits a window to the length that the device accepts.
func (r *Recorder) longest(span time.Duration) time.Duration {
	if most := r.known().longest; most > 0 {
		return min(span, most)
	}
	return span
}
