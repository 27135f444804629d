package media

import "example.com/hikgrab/nvr/media/es"

// resetLimit is the largest jump in frame numbers that does not count as a
// restart.
const resetLimit = 1 << 16

// numbers follows the recorder's frame numbers. Some recorders number pictures,
// others number every pack, audio included. The way of counting with fewer
// faults is taken as the right one.
type numbers struct {
	pictures, packs tally
	waiting         int64  // missing pack numbers with no picture after them yet
	waitingFrom     uint32 // number of the pack after them
	shaken          bool   // the latest picture was damaged
	lost            int64  // lost pictures whose stamp arrived
}

// tally is one way of counting.
type tally struct {
	last    uint32
	begun   bool
	missing int64
	resets  int64
	steps   int64 // numbers that followed another one
	jumps   int64 // how many of those skipped some
}

// next takes a number and returns how many are missing before it.
func (t *tally) next(n uint32) int64 {
	step := int64(int32(n - t.last))
	begun := t.begun
	t.last, t.begun = n, true
	switch {
	case !begun:
		return 0
	case step < 0 || step > resetLimit:
		t.resets++
		return 0
	}
	t.steps++
	if step <= 1 {
		return 0
	}
	t.jumps++
	return step - 1
}

// counts reports whether the numbers look like a count. If more than one in
// four skips some, they mean something else.
func (t *tally) counts() bool { return t.jumps*4 <= t.steps || t.jumps < 4 }

// pack takes the number of a pack.
func (c *numbers) pack(n uint32) {
	if missing := c.packs.next(n); missing > 0 {
		c.waiting += missing
		c.waitingFrom = n
	}
}

// picture takes the number of a picture. late means that pictures may be
// missing before it. Skipped numbers without skipped time are not pictures,
// unless something there is damaged.
func (c *numbers) picture(u *es.AccessUnit, late bool) {
	damaged := c.shaken || u.Damaged
	c.shaken = u.Damaged
	if !u.Numbered {
		if late && u.Passed {
			c.lost++
		}
		return
	}
	missing := c.pictures.next(u.Number)
	if late && u.Passed {
		c.lost += missing
	}
	arrived := int32(u.Number-c.waitingFrom) >= 0
	if damaged || late {
		c.pictures.missing += missing
		if arrived {
			c.packs.missing += c.waiting
		}
	}
	if arrived {
		c.waiting = 0
	}
}

// missing returns how many frames are missing.
func (c *numbers) missing() int64 {
	p, q := c.pictures, c.packs
	if q.missing+q.resets < p.missing+p.resets {
		p = q
	}
	if !p.counts() {
		return 0
	}
	return max(p.missing, c.lost)
}

// recentSize is how many pictures or audio packets recent remembers.
const recentSize = 1024

// recent remembers the latest pictures or audio packets, to detect duplicates
// from a download that resumed at the wrong place.
type recent struct {
	ring   []sighting // up to recentSize
	next   int        // the oldest, once the ring is full
	inside bool       // the latest one was a duplicate
}

type sighting struct {
	pts      int64 // of its packet
	bare     bool  // it has no stamp of its own; pts is from another picture in the packet
	print    uint64
	number   uint32
	numbered bool
}

// again reports whether s was seen before, and remembers it if not. back means
// that its stamp does not follow the latest one. Only then can it be a
// duplicate.
func (r *recent) again(s sighting, back bool) bool {
	r.inside = back && r.find(s)
	switch {
	case r.inside:
	case len(r.ring) < recentSize:
		r.ring = append(r.ring, s)
	default:
		r.ring[r.next] = s
		r.next = (r.next + 1) % recentSize
	}
	return r.inside
}

func (r *recent) find(s sighting) bool {
	for i := range r.ring {
		o := &r.ring[i]
		if o.pts != s.pts || o.bare != s.bare {
			continue
		}
		same := o.numbered && s.numbered && o.number == s.number
		switch {
		case s.bare && (o.print != s.print || s.numbered && !same):
		case o.print == s.print, same, r.inside:
			return true
		}
	}
	return false
}
