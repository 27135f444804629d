package media

import "example.com/hikgrab/nvr/media/es"

// clock is the rate of time stamps, in units per second.
const clock = 90000

const (
	// stepLimit is how far the next picture may be without being suspected.
	stepLimit = clock
	// lastLimit is how far the last picture may be: nothing can confirm it.
	lastLimit = 30 * clock
	// waitLimit is how many pictures wait for a time stamp that makes sense.
	waitLimit = 256
)

// difference returns a less b. Time stamps have 33 bits, but some recorders wrap
// at 32; both are right in 32 bits, up to gaps of 6.6 hours.
func difference(a, b int64) int64 { return int64(int32(uint32(a) - uint32(b))) }

// moment is a picture on its way through the timeline.
type moment struct {
	raw   int64 // decoding time as stamped
	known bool  // raw is valid
	shift int64 // presentation less decoding time
	wall  int64 // the recorder's clock, Unix ms; 0 when not told
	key   bool
}

// timeline gives each picture its decoding time since the first one. It keeps
// true gaps and repairs stamps that cannot be true: a jump counts only when the
// next picture confirms it.
type timeline struct {
	span  int64 // no gap may lead beyond it; 0 means no limit
	place func(m moment, at int64)

	started bool
	loose   bool  // no stamp has come yet
	raw     int64 // stamp of the latest placed picture
	at      int64 // its time
	step    int64 // the latest usual distance
	wait    []moment

	jumps     int64 // stamps that were not believed, and jumps that were closed
	estimated int64 // pictures whose time is a guess
}

// momentOf returns the moment of an access unit.
func momentOf(u *es.AccessUnit) (m moment, odd bool) {
	m = moment{raw: u.DTS, known: u.HasPTS, wall: u.Wall, key: u.Key}
	if u.HasDTS {
		m.shift = difference(u.PTS, u.DTS)
		if m.shift < 0 || m.shift > 10*clock {
			return moment{raw: u.PTS, known: true, wall: u.Wall, key: u.Key}, true
		}
	}
	return m, false
}

// push takes the next picture in decoding order.
func (t *timeline) push(m moment) {
	if t.started {
		t.wait = append(t.wait, m)
		t.settle(false)
		return
	}
	t.started = true
	if t.step <= 0 {
		t.step = clock / 25
	}
	t.raw, t.loose = m.raw, !m.known
	t.place(m, 0)
}

// settle places as many waiting pictures as can be told for sure; with final
// set, all of them.
func (t *timeline) settle(final bool) {
	for len(t.wait) > 0 {
		i := t.stamped(0)
		if i < 0 {
			if !final && len(t.wait) < waitLimit {
				return
			}
			t.guess(len(t.wait))
			continue
		}
		if t.loose {
			t.loose = false
			t.raw = t.wait[i].raw - t.step*int64(i+1)
		}
		d := difference(t.wait[i].raw, t.raw)
		if d > 0 && d <= stepLimit*int64(i+1) {
			t.spread(i, d)
			continue
		}
		j := t.stamped(i + 1)
		if j < 0 && !final && len(t.wait) < waitLimit {
			return
		}
		t.judge(i, j, d)
	}
}

// stamped returns the first waiting picture with a stamp from i on, or -1.
func (t *timeline) stamped(i int) int {
	for ; i < len(t.wait); i++ {
		if t.wait[i].known {
			return i
		}
	}
	return -1
}

// judge decides about picture i, whose stamp is suspiciously far, d, from the
// last one; j is the next stamped picture, or -1.
func (t *timeline) judge(i, j int, d int64) {
	if j < 0 {
		if d > 0 && d <= lastLimit && t.within(d) {
			t.spread(i, d)
		} else {
			t.disbelieve(i)
		}
		return
	}
	onward := difference(t.wait[j].raw, t.wait[i].raw) // from i to j
	across := difference(t.wait[j].raw, t.raw)         // past i
	switch {
	case d > 0 && onward > 0 && t.within(d):
		t.spread(i, d)
	case across > 0 && across <= stepLimit*int64(j+1):
		t.disbelieve(i)
	default:
		// The clock was set, or what is missing exceeds the span: go on as if
		// nothing were missing.
		t.jumps++
		t.raw = t.wait[i].raw - t.step*int64(i+1)
	}
}

// within reports whether a gap of d is possible.
func (t *timeline) within(d int64) bool { return t.span <= 0 || t.at+d <= t.span }

// disbelieve takes the stamp of picture i for noise.
func (t *timeline) disbelieve(i int) {
	t.jumps++
	t.wait[i].known = false
}

// guess places the first n pictures at the usual distance.
func (t *timeline) guess(n int) {
	t.estimated += int64(n)
	for _, m := range t.wait[:n] {
		t.raw += t.step
		t.at += t.step
		t.place(m, t.at)
	}
	t.drop(n)
}

// spread places pictures up to i, the last of them at a distance of d, evenly.
func (t *timeline) spread(i int, d int64) {
	n := int64(i + 1)
	if i > 0 && abs(d/n-t.step) > t.step/8 {
		t.estimated += int64(i)
	}
	for k, m := range t.wait[:n] {
		at := t.at + d*int64(k+1)/n
		if int64(k+1) == n {
			t.raw = m.raw
		}
		t.place(m, at)
	}
	t.at += d
	if each := d / n; each <= stepLimit && each > 0 {
		t.step = each
	}
	t.drop(int(n))
}

func (t *timeline) drop(n int) { t.wait = t.wait[:copy(t.wait, t.wait[n:])] }

// locate returns where a stamp of another stream falls on the timeline.
func (t *timeline) locate(raw int64) int64 { return t.at + difference(raw, t.raw) }

func abs(d int64) int64 { return max(d, -d) }
