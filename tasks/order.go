package tasks

import (
	"cmp"
	"slices"
	"time"
)

// Who gets the next free slot? Whatever would end last, or everybody waits for
// it in the end: the recorder with the most time left even with the slot, and
// there the camera with the most left. Only recorders that have not been asked
// for anything yet, and those that have waited too long, go first.

// mostWait is how long a recorder without active downloads waits for a slot
// while recorders that take longer get it.
const mostWait = 10 * time.Minute

// settling is how long after its start a run keeps slots free for recorders
// that are still signing in or being searched, instead of giving others a
// second one.
const settling = 3 * time.Second

// claim is a recorder's claim to a slot.
type claim struct {
	fresh     bool    // nothing of it was fetched yet
	waited    bool    // it has waited for mostWait
	saturated bool    // another slot is known to bring it nothing
	left      float64 // seconds until it has finished if it gets the slot
	turn      uint64  // the number of its latest download
}

// compareClaims orders claims; the first gets the slot.
func compareClaims(a, b claim) int {
	switch {
	case a.fresh || b.fresh:
		return cmp.Or(before(a.fresh, b.fresh), cmp.Compare(b.left, a.left))
	case a.waited || b.waited:
		return cmp.Or(before(a.waited, b.waited), cmp.Compare(a.turn, b.turn))
	}
	return cmp.Or(before(b.saturated, a.saturated), cmp.Compare(b.left, a.left), cmp.Compare(a.turn, b.turn))
}

// before orders true before false.
func before(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// nextDownload returns the recorder that gets the next free slot, and what for, or
// nil if none can take it. If recorders are leased, it finishes one after the
// other, so that other machines can have those of which nothing was fetched.
func (q *Queue) nextDownload(now time.Time) (chosen *recorder, next ask) {
	var best claim
	for _, r := range q.recorders {
		if q.fenced(r) {
			continue
		}
		a := r.nextRecording(now)
		if a == (ask{}) {
			continue
		}
		if q.options.Fence != nil {
			return r, a
		}
		if c := r.claim(q.usual, now); chosen == nil || q.order(c, best) < 0 {
			chosen, next, best = r, a, c
		}
	}
	if chosen != nil && chosen.active > 0 && q.arriving(now) {
		return nil, ask{}
	}
	return chosen, next
}

// arriving reports whether a recorder that had no slot yet is about to need
// one.
func (q *Queue) arriving(now time.Time) bool {
	return now.Sub(q.started) < settling && slices.ContainsFunc(q.recorders, func(r *recorder) bool {
		return r.turn == 0 && r.querying && !r.hold.Held()
	})
}

func (r *recorder) claim(u usual, now time.Time) claim {
	return claim{
		fresh:     r.turn == 0,
		waited:    r.turn != 0 && r.active == 0 && now.Sub(r.idle) > mostWait,
		saturated: r.pace.saturated(r.active + 1),
		left:      r.timeLeft(u, r.active+1, now),
		turn:      r.turn,
	}
}

// usual is what to expect of recorders without measurements: what the others
// showed. It is updated once a second.
type usual struct {
	rate    float64 // bytes per second of one download
	density float64 // bytes per second of recorded time
}

// timeLeft returns how many seconds a recorder needs for what is left, with so
// many downloads at once. What was not searched yet counts by its hours.
func (r *recorder) timeLeft(u usual, downloads int, now time.Time) float64 {
	v := r.rest(now)
	for _, c := range r.cameras {
		if c.eager() && !c.searched {
			v.left += max(0, u.density*c.hours().Seconds()-float64(c.total))
		}
	}
	n := float64(downloads)
	return v.left / (n * cmp.Or(r.pace.one(n), u.rate, 1))
}

// mostHours limits what is expected of a camera that was not searched yet:
// asking for everything means a thousand years.
const mostHours = 31 * 24 * time.Hour

func (c *camera) hours() time.Duration {
	var all time.Duration
	for _, s := range c.spans {
		all = min(all+min(s.To.Sub(s.From), mostHours), mostHours)
	}
	return all
}

// density returns the bytes per second of asked time over the searched cameras,
// or 0 if there are none.
func (q *Queue) density() float64 {
	var bytes, seconds float64
	for c := range q.every() {
		if c.searched && c.total > 0 {
			bytes += float64(c.total)
			seconds += c.hours().Seconds()
		}
	}
	if seconds <= 0 {
		return 0
	}
	return bytes / seconds
}
