package nvr

import (
	"context"
	"errors"
	"iter"
	"time"
)

const (
	// maxPages bounds the pages of one window. maxIdle bounds consecutive pages
	// without news when paging by position, maxStuck when paging by time.
	maxPages = 20_000
	maxIdle  = 200
	maxStuck = 3

	// maxBuffered bounds the items held back for sorting.
	maxBuffered = 20_000
)

// cutSuspicion is the number of items in one search session from which "OK" is
// not trusted: recorders silently end a session at 4000 items.
var cutSuspicion = 1000

// earliest is before the first recorder was built. Earlier times only confuse
// some recorders.
var earliest = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

// Search yields the recordings of a track that overlap from–to, oldest first
// and each once. It requests pages only as they are needed. A recorder runs one
// search at a time; others wait, but for at most one page. An error ends the
// sequence; Error.Reached says where another search can resume.
//
// A page that is refused in the middle of a search is requested again. A range
// that is refused as a whole is searched in shorter windows, down to an hour. A
// stretch that is still refused is skipped. At the beginning of the range it is
// before what the recorder has indexed; anywhere else it is an error, returned
// after the rest has been yielded.
//
// Long ranges are searched in windows that grow where there is little, so the
// first recordings arrive after one short request.
func (r *Recorder) Search(ctx context.Context, track Track, from, to time.Time) iter.Seq2[Recording, error] {
	return func(yield func(Recording, error) bool) {
		s := searching{
			recorder: r, ctx: ctx, track: track, yield: yield,
			from: wallOf(from), to: wallOf(to), seen: map[itemKey]time.Time{},
		}
		j, err := r.join(ctx)
		if err == nil {
			err = r.decideClock(ctx, j, track)
		}
		if err == nil {
			s.clock = r.searchClock(j)
			err = s.run()
		}
		if err != nil && !s.stopped {
			yield(Recording{}, r.fail("search", track, err))
		}
	}
}

// wallOf limits a wall clock time to what recorders understand.
func wallOf(t time.Time) time.Time {
	t = t.UTC().Truncate(time.Second)
	if t.Before(earliest) {
		return earliest
	}
	return t
}

// itemKey identifies a recording: names are unique per track, and in the
// repeated hour of autumn two recordings can have the same start.
type itemKey struct {
	track Track
	name  string
	start time.Time
}

// searching is one Search in progress.
type searching struct {
	recorder *Recorder
	ctx      context.Context
	track    Track
	from, to time.Time
	clock    searchClock
	yield    func(Recording, error) bool

	stopped bool                  // the consumer has stopped
	seen    map[itemKey]time.Time // recordings found so far, with their ends
	start   time.Time             // the latest start found
	end     time.Time             // the latest end found
	span    time.Duration         // current length of windows
	refused int                   // refused windows in a row, perhaps because of their length
	tooLong time.Duration         // the shortest window refused for its content; 0: none
	came    bool                  // the recorder has answered this search at least once
	hole    *hole                 // the first stretch that it refuses to search
	turn    uint64                // our search session on the recorder
	held    []Recording           // items of a window that are out of order
	holding bool
}

func (s *searching) run() error {
	s.span = s.recorder.longest(firstWindow)
	for at := s.from; at.Before(s.to) && !s.stopped; {
		end := s.to
		if s.to.Sub(at) > s.span {
			end = at.Add(s.span)
		}
		pages, items, err := s.window(at, end)
		s.release()
		if err != nil {
			next, ok := s.around(err, at, end, pages)
			if !ok {
				return s.reached(err, at)
			}
			at = next
			continue
		}
		if s.refused > 0 {
			s.recorder.learn(func(l *learned) { l.longest = s.span })
			s.refused = 0
		}
		s.span = s.recorder.longest(nextSpan(s.span, pages, items))
		if items > 0 && s.tooLong > 0 {
			s.span = min(s.span, s.tooLong/2)
		}
		at = end
		s.forget(at)
	}
	if s.hole != nil && !s.stopped {
		return s.hole.error()
	}
	return nil
}

// reached records in a failure how far the search got. Out-of-order items were
// not all yielded.
func (s *searching) reached(err error, at time.Time) error {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return err
	}
	far := *e
	far.Reached = at
	switch {
	case s.hole != nil:
		far.Reached = s.hole.from
	case !s.holding:
		far.Reached = later(at, s.start)
	}
	return &far
}

// window searches one time window to its end. It returns the number of pages
// and items.
func (s *searching) window(from, to time.Time) (pages, items int, err error) {
	s.start, s.end = from, from
	w := progress{page: s.session(from, to)}
	for pages < maxPages && !s.stopped && w.page.wall.Before(to) {
		f, err := s.requestPage(&w.page)
		if err != nil {
			return pages, items, err
		}
		pages++
		got := s.take(f.items, pages == 1)
		items += got.news
		if items > mostItems(from, to) {
			return pages, items, unexpected("its search lists more recordings than the period has seconds", nil).finally()
		}
		if s.advance(&w, f, got, to) {
			break
		}
	}
	return pages, items, nil
}

// progress is how far a window has been searched.
type progress struct {
	page  page
	came  int      // items in this search session
	news  int      // new items among them
	stuck int      // consecutive pages without news
	last  *itemKey // the first item of the previous page in this session
}

// taken is what was on a page.
type taken struct {
	news  int      // items not seen before
	own   int      // items of the requested track
	first *itemKey // nil for an empty page
}

// advance moves past a page and reports whether the window is done.
func (s *searching) advance(w *progress, f found, got taken, to time.Time) (done bool) {
	w.came += len(f.items)
	w.news += got.news
	w.stuck++
	if got.news > 0 {
		w.stuck = 0
	}
	repeats := w.page.position > 0 && w.last != nil && got.first != nil && *w.last == *got.first
	byTime := s.recorder.known().byTime
	w.last = got.first
	switch {
	case f.more == moreNone, len(f.items) == 0: // an empty page ends it, whatever its status
		if w.came < cutSuspicion || w.news == 0 {
			return true
		}
	case repeats && !byTime:
		// The previous page came again: this device ignores the position.
		s.recorder.learn(func(l *learned) { l.byTime = true })
	case !byTime:
		if w.stuck > maxIdle {
			return true
		}
		// Items of other tracks do not count in the position. If the device counts
		// them after all, part of the page comes again and nothing is lost.
		w.page.position += got.own
		if got.own == 0 {
			w.page.position += len(f.items)
		}
		return false
	case w.stuck > maxStuck:
		return true
	}
	w.page = s.session(s.beyond(w.page.wall, w.stuck > 1), to)
	w.came, w.news, w.last = 0, 0, nil
	return false
}

// session begins a search session. All its pages have one ID: given a new ID
// for each page, some recorders always send the first page.
func (s *searching) session(from, to time.Time) page {
	p := page{id: newSearchID(), track: s.track, wall: from}
	p.from, p.to = s.clock.ask(from, to)
	return p
}

// beyond returns where to continue by time: at the start of the latest item, so
// that nothing overlapping it is lost, or after its end if that found nothing
// new.
func (s *searching) beyond(from time.Time, stuck bool) time.Time {
	next := s.start
	if stuck || !next.After(from) {
		next = s.end
	}
	if !next.After(from) {
		next = from.Add(time.Second)
	}
	return next
}

// ask gets one page when it is our turn. If another search came in between, the
// recorder may have forgotten our session, so ask starts a new one at the same
// place.
func (s *searching) ask(p *page) (found, error) {
	r := s.recorder
	select {
	case r.search <- struct{}{}:
		defer func() { <-r.search }()
	case <-s.ctx.Done():
		return found{}, s.ctx.Err()
	}
	r.learn(func(l *learned) {
		if p.position > 0 && l.turns != s.turn {
			to := p.to
			*p = s.session(s.start, s.to)
			p.to = to
		}
		if p.position == 0 {
			l.turns++
			s.turn = l.turns
		}
	})
	return r.page(s.ctx, *p)
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
