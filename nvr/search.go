package nvr

import (
	"context"
	"errors"
	"iter"
	"time"
)

const (
	// maxPages bounds one window. Pages in a row that bring nothing new are
	// bounded by maxIdle where the position moves on, by maxStuck where time does.
	maxPages = 20_000
	maxIdle  = 200
	maxStuck = 3

	// maxBuffered bounds the items that are held back to be put in order.
	maxBuffered = 20_000
)

// cutSuspicion is the number of items in one search session from which an "OK"
// is not believed: recorders end a session silently at 4000 items.
var cutSuspicion = 1000

// earliest is before the first recorder was built; asking for less only
// confuses some.
var earliest = time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)

// Search yields the recordings of a track that overlap from–to, oldest first,
// each once, asking for further pages only as they are wanted. One search runs
// at a time per recorder; others wait, but for one page at most. An error ends
// the sequence; Error.Reached says from where on another search can take it up.
//
// A page that is refused in the middle of a search is asked for again where it
// was. A range that is refused as a whole is asked for in shorter windows, down
// to an hour, and a stretch that is refused however short is passed over: at the
// beginning of the range it lies before what the recorder has indexed, anywhere
// else it is an error, once the rest has been yielded.
//
// Long ranges are asked for in windows that grow where little was recorded, so
// the first recordings are there after one short request.
func (r *Recorder) Search(ctx context.Context, track Track, from, to time.Time) iter.Seq2[Recording, error] {
	return func(yield func(Recording, error) bool) {
		s := searching{
			recorder: r, ctx: ctx, track: track, yield: yield,
			from: wallOf(from), to: wallOf(to), seen: map[itemKey]time.Time{},
		}
		j, err := r.join(ctx)
		if err == nil {
			err = r.reckon(ctx, j, track)
		}
		if err == nil {
			s.clock = r.clockwork(j)
			err = s.run()
		}
		if err != nil && !s.stopped {
			yield(Recording{}, r.fail("search", track, err))
		}
	}
}

// wallOf keeps a wall clock time within what recorders understand.
func wallOf(t time.Time) time.Time {
	t = t.UTC().Truncate(time.Second)
	if t.Before(earliest) {
		return earliest
	}
	return t
}

// itemKey tells recordings apart: names are unique per track, and the hour
// that autumn repeats has two recordings with one start.
type itemKey struct {
	track Track
	name  string
	start time.Time
}

// searching is one Search under way.
type searching struct {
	recorder *Recorder
	ctx      context.Context
	track    Track
	from, to time.Time
	clock    clockwork
	yield    func(Recording, error) bool

	stopped bool                  // the consumer wants no more
	seen    map[itemKey]time.Time // what came already, with its end
	start   time.Time             // the latest start that came
	end     time.Time             // the latest end that came
	span    time.Duration         // of the windows, for now
	refused int                   // windows in a row that were refused, perhaps for their length
	tooLong time.Duration         // the shortest window that was refused for what it holds; 0: none
	came    bool                  // the recorder has answered this search once
	hole    *hole                 // the first stretch that it refuses to search
	turn    uint64                // the search session that is ours at the recorder
	held    []Recording           // items of a window that does not come in order
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

// reached notes in a failure how far the search came. What does not come in
// order was not yielded to its end.
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

// window searches one stretch of time to its end. It returns how many pages
// that took and how many items came.
func (s *searching) window(from, to time.Time) (pages, items int, err error) {
	s.start, s.end = from, from
	w := progress{page: s.session(from, to)}
	for pages < maxPages && !s.stopped && w.page.wall.Before(to) {
		f, err := s.insist(&w.page)
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
	news  int      // of them, new ones
	stuck int      // pages in a row without news
	last  *itemKey // the first item of the page before, in this session
}

// taken is what a page brought.
type taken struct {
	news  int      // items that had not come before
	own   int      // items of the track that was asked for
	first *itemKey // nil on an empty page
}

// advance moves on behind a page, and reports whether the window is done.
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
	case f.more == moreNone, len(f.items) == 0: // an empty page ends it, whatever its status says
		if w.came < cutSuspicion || w.news == 0 {
			return true
		}
	case repeats && !byTime:
		// The page before came again: this device takes no position.
		s.recorder.learn(func(l *learned) { l.byTime = true })
	case !byTime:
		if w.stuck > maxIdle {
			return true
		}
		// Items of other tracks do not count in the position where they were
		// slipped in; where the device counts them after all, a part of the
		// page comes again, and nothing is lost.
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

// session begins a search session. All its pages carry one ID: with a new ID
// per page some recorders send the first page for ever.
func (s *searching) session(from, to time.Time) page {
	p := page{id: newSearchID(), track: s.track, wall: from}
	p.from, p.to = s.clock.ask(from, to)
	return p
}

// beyond returns where to go on by time: at the start of the latest item, so
// that nothing which overlaps it is lost, or behind its end when that brought
// nothing new.
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
// recorder may have forgotten ours, so it begins anew where it stood.
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
