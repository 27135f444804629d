package tasks

import (
	"cmp"
	"slices"
	"time"
)

// Who gets the next free slot? What would end last has to get it, or everybody
// waits for that in the end: the recorder of which most time is left even with
// the slot, and there the camera of which most is left. Only recorders of which
// nothing was asked yet go before, and those that have waited for too long.

// mostWait is how long a recorder of which nothing is under way waits for a slot
// at most while those get it that take longer.
const mostWait = 10 * time.Minute

// settling is how long after its start a run leaves slots free for recorders that
// are still being signed in to and searched, instead of giving others a second one.
const settling = 3 * time.Second

// claim is what a recorder that can take a slot puts forward for it.
type claim struct {
	fresh  bool    // nothing was fetched of it yet
	waited bool    // it has waited for mostWait
	vain   bool    // another slot is known to bring it nothing
	left   float64 // seconds until all of it will have come if it gets the slot
	turn   uint64  // the number of its latest download
}

// compareClaims orders claims, the one that gets the slot first.
func compareClaims(a, b claim) int {
	switch {
	case a.fresh || b.fresh:
		return cmp.Or(before(a.fresh, b.fresh), cmp.Compare(b.left, a.left))
	case a.waited || b.waited:
		return cmp.Or(before(a.waited, b.waited), cmp.Compare(a.turn, b.turn))
	}
	return cmp.Or(before(b.vain, a.vain), cmp.Compare(b.left, a.left), cmp.Compare(a.turn, b.turn))
}

// before orders what is so before what is not.
func before(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// nextOrder returns the recorder that gets the next free slot, and what for; nil
// when none can take it. Where recorders are held for a while, one is finished
// after the other instead, so that other machines can have those of which nothing
// was fetched.
func (q *Queue) nextOrder(now time.Time) (chosen *recorder, next ask) {
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

// arriving reports whether a recorder is on the way that had no slot yet.
func (q *Queue) arriving(now time.Time) bool {
	return now.Sub(q.started) < settling && slices.ContainsFunc(q.recorders, func(r *recorder) bool {
		return r.turn == 0 && r.scouting && !r.hold.Held()
	})
}

func (r *recorder) claim(u usual, now time.Time) claim {
	return claim{
		fresh:  r.turn == 0,
		waited: r.turn != 0 && r.active == 0 && now.Sub(r.idle) > mostWait,
		vain:   r.pace.vain(r.active + 1),
		left:   r.timeLeft(u, r.active+1, now),
		turn:   r.turn,
	}
}

// usual is what to expect of recorders that have not shown it yet: what the
// others showed. It is looked at once a second.
type usual struct {
	rate    float64 // bytes per second of one download
	density float64 // bytes per second of recorded time
}

// timeLeft returns how many seconds a recorder needs for what is left of it, with
// so many downloads at once. What was not searched yet counts by its hours.
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

// mostHours bounds how much is expected of a camera that was not searched yet:
// whoever asks for all that there is names a thousand years.
const mostHours = 31 * 24 * time.Hour

func (c *camera) hours() time.Duration {
	var all time.Duration
	for _, s := range c.spans {
		all = min(all+min(s.To.Sub(s.From), mostHours), mostHours)
	}
	return all
}

// density returns how many bytes a second of what was asked for has, over the
// cameras that were searched; 0 as long as there is none.
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
