package media

import "example.com/hikgrab/nvr/media/es"

// resetLimit is how far frame numbers may jump before that counts as a new
// beginning of the count.
const resetLimit = 1 << 16

// numbers follows the recorder's frame numbers. Some recorders count pictures,
// some count every pack, audio included; whichever makes fewer faults is taken
// for how this one counts.
type numbers struct {
	pictures, packs tally
	waiting         int64  // jump of the packs that no picture has followed yet
	waitingFrom     uint32 // number of the pack behind it
	shaken          bool   // the latest picture was damaged
	lost            int64  // pictures of which the stamp is there, and nothing else
}

// tally is one way of counting.
type tally struct {
	last    uint32
	begun   bool
	missing int64
	resets  int64
	steps   int64 // numbers that followed another
	jumps   int64 // of them, those that left some out
}

// next takes a number and returns how many are missing in front of it.
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

// counts reports whether the numbers look like a count at all. Where one in
// four leaves some out, they mean something else.
func (t *tally) counts() bool { return t.jumps*4 <= t.steps || t.jumps < 4 }

// pack takes the number of a pack.
func (c *numbers) pack(n uint32) {
	if missing := c.packs.next(n); missing > 0 {
		c.waiting += missing
		c.waitingFrom = n
	}
}

// picture takes the number of a picture; late says that others may be missing
// between it and the one before. Numbers that are left out without any time left
// out are no pictures, unless something is damaged there.
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

// recentSize is how many pictures are remembered to know them again.
const recentSize = 1024

// recent remembers the latest pictures or audio packets, to tell those that
// come twice because a download was continued at the wrong place.
type recent struct {
	ring   []sighting // up to recentSize
	next   int        // the oldest, once the ring is full
	inside bool       // the latest one was a duplicate
}

type sighting struct {
	pts      int64 // of its packet
	bare     bool  // the stamp is that of another picture in the packet
	print    uint64
	number   uint32
	numbered bool
}

// again reports whether s was seen before, and remembers it if not. back says
// that its stamp does not follow the latest one; only then it can be one of the
// old ones.
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
