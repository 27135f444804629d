package media

import "example.com/hikgrab/nvr/media/es"

// clock is the rate of time stamps, in units per second.
const clock = 90000

const (
	// stepLimit is the longest step to the next picture that is not suspicious.
	stepLimit = clock
	// lastLimit is the longest step to the last picture, which nothing can
	// confirm.
	lastLimit = 30 * clock
	// waitLimit is how many pictures wait for a plausible time stamp.
	waitLimit = 256
)

// difference returns a - b. Time stamps have 33 bits, but some recorders wrap
// at 32. The low 32 bits suit both, for gaps up to 6.6 hours.
func difference(a, b int64) int64 { return int64(int32(uint32(a) - uint32(b))) }

// moment is the timing of one picture.
type moment struct {
	raw   int64 // decoding time from the stamp
	known bool  // raw is valid
	shift int64 // presentation time minus decoding time
	wall  int64 // the recorder's clock in Unix ms; 0 if unknown
	key   bool
}

// timeline gives each picture its decoding time, counted from the first
// picture. It keeps true gaps and repairs impossible stamps: a jump counts only
// when the next picture confirms it.
type timeline struct {
	span  int64 // no gap may go beyond it; 0 means no limit
	place func(m moment, at int64)

	started bool
	loose   bool  // no stamp so far
	raw     int64 // stamp of the latest placed picture
	at      int64 // its time
	step    int64 // the latest normal distance between pictures
	wait    []moment

	jumps     int64 // disbelieved stamps and closed jumps
	estimated int64 // pictures with a guessed time
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

// settle places the waiting pictures whose times are certain, or all of them if
// final is set.
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

// stamped returns the index of the first waiting picture with a stamp, starting
// at i, or -1.
func (t *timeline) stamped(i int) int {
	for ; i < len(t.wait); i++ {
		if t.wait[i].known {
			return i
		}
	}
	return -1
}

// judge decides about picture i, whose stamp is suspiciously far (d) from the
// last one. j is the next stamped picture, or -1.
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
	across := difference(t.wait[j].raw, t.raw)         // from the last one to j, without i
	switch {
	case d > 0 && onward > 0 && t.within(d):
		t.spread(i, d)
	case across > 0 && across <= stepLimit*int64(j+1):
		t.disbelieve(i)
	default:
		// The clock was set, or the gap exceeds the span: continue as if nothing were
		// missing.
		t.jumps++
		t.raw = t.wait[i].raw - t.step*int64(i+1)
	}
}

// within reports whether a gap of d is possible.
func (t *timeline) within(d int64) bool { return t.span <= 0 || t.at+d <= t.span }

// disbelieve discards the stamp of picture i.
func (t *timeline) disbelieve(i int) {
	t.jumps++
	t.wait[i].known = false
}

// guess places the first n pictures at the usual distance from each other.
func (t *timeline) guess(n int) {
	t.estimated += int64(n)
	for _, m := range t.wait[:n] {
		t.raw += t.step
		t.at += t.step
		t.place(m, t.at)
	}
	t.drop(n)
}

// spread places the pictures up to i evenly over the distance d.
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

// locate returns the position on the timeline of a stamp from another stream.
func (t *timeline) locate(raw int64) int64 { return t.at + difference(raw, t.raw) }

func abs(d int64) int64 { return max(d, -d) }
