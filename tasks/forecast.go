package tasks

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// The run is over when the slowest recorder is. A forecast simulates the rest
// of the run: each recorder has bytes left, its own learned rate, a number of
// downloads it can serve, and perhaps a hold with an end. All share the slots
// in turns, as startDownloads gives them, and the bandwidth. The last to finish is
// the end.

// paceHalf is the time at work after which half of what was learned is
// forgotten.
const paceHalf = time.Minute

// pace is how fast a recorder has been, separately for each number of downloads
// at once: some serve two twice as fast as one, some share a fixed rate. Time
// without requests does not count.
type pace struct {
	at []measure // by downloads at once, minus one
}

// measure is bytes and the time they took, both decaying.
type measure struct{ bytes, seconds float64 }

func (m measure) rate() float64 {
	if m.seconds < 1 {
		return 0
	}
	return m.bytes / m.seconds
}

// learn adds the bytes that came in took seconds while so many downloads ran.
func (p *pace) learn(took float64, came int64, downloads int) {
	for len(p.at) < downloads {
		p.at = append(p.at, measure{})
	}
	m := &p.at[downloads-1]
	keep := math.Exp2(-took / paceHalf.Seconds())
	m.bytes, m.seconds = m.bytes*keep+float64(came), m.seconds*keep+took
}

// one returns the bytes per second of one of n downloads, or 0 if nothing is
// known. For an unmeasured n it uses the nearest measured number.
func (p *pace) one(n float64) float64 {
	best, far := 0.0, math.Inf(1)
	for i, m := range p.at {
		if d := math.Abs(float64(i+1) - n); m.rate() > 0 && d < far {
			best, far = m.rate()/float64(i+1), d
		}
	}
	return best
}

// saturated reports whether the last of n downloads at once is known to add
// nothing.
func (p *pace) saturated(n int) bool {
	if n < 2 || n > len(p.at) {
		return false
	}
	with, without := p.at[n-1], p.at[n-2]
	return with.seconds >= 2 && without.seconds >= 2 && with.rate() < worth*without.rate()
}

// most returns the greatest number of downloads at once that the recorder has
// served.
func (p *pace) most() int {
	for n := len(p.at); n > 0; n-- {
		if m := p.at[n-1]; m.seconds >= 2 && m.rate() > 0 {
			return n
		}
	}
	return 0
}

// rest is what one recorder still has to deliver.
type rest struct {
	of    *recorder
	left  float64 // bytes
	start float64 // seconds until it may be asked again
	most  float64 // downloads at once that it can serve, or has recordings for
	piece float64 // bytes of one recording
	pace  *pace

	slots, rate float64
}

// forecast returns when each of all will have finished, in seconds from now, in
// the same order; +Inf if nobody can guess the rate. Jobs is how many downloads
// run at once, limit the bandwidth for everything, 0 for none.
func forecast(all []rest, jobs float64, limit float64) []float64 {
	ends := make([]float64, len(all))
	usual := usualRate(all)
	open := make([]int, 0, len(all))
	for i := range all {
		if ends[i] = 0; all[i].left > 0 {
			ends[i] = math.Inf(1)
			open = append(open, i)
		}
	}
	for t := 0.0; len(open) > 0 && usual > 0; {
		share(all, open, t, jobs, limit, usual)
		step := math.Inf(1)
		for _, i := range open {
			if r := &all[i]; r.start > t {
				step = min(step, r.start-t)
			} else if r.rate > 0 {
				step = min(step, r.left/r.rate)
			}
		}
		if math.IsInf(step, 1) {
			break
		}
		step = max(step, t/50, 0.1) // ends that are close together are one event
		open = slices.DeleteFunc(open, func(i int) bool {
			r := &all[i]
			if r.rate > 0 && r.left <= r.rate*step {
				ends[i] = t + r.left/r.rate
				return true
			}
			r.left -= r.rate * step
			return false
		})
		t += step
	}
	return ends
}

// usualRate returns the median rate of one download among the measured
// recorders, for those that are not.
func usualRate(all []rest) float64 {
	var known []float64
	for i := range all {
		if v := all[i].pace.one(all[i].most); v > 0 {
			known = append(known, v)
		}
	}
	if len(known) == 0 {
		return 0
	}
	slices.Sort(known)
	return known[len(known)/2]
}

// share gives slots and bandwidth to those of open that may be asked at t. A
// recorder with more time left gets more slots, so that all end together if
// they can.
func share(all []rest, open []int, t, jobs, limit, usual float64) {
	at := make([]int, 0, len(open))
	weight := func(i int) float64 { return all[i].left / cmp.Or(all[i].pace.one(all[i].most), usual) }
	for _, i := range open {
		all[i].slots, all[i].rate = 0, 0
		if all[i].start <= t {
			at = append(at, i)
		}
	}
	fill(at, jobs, weight, func(i int) float64 { return min(all[i].most, math.Ceil(all[i].left/all[i].piece)) },
		func(i int, n float64) { all[i].slots = n })
	for _, i := range at {
		r := &all[i]
		r.rate = r.slots * cmp.Or(r.pace.one(r.slots), usual)
	}
	if limit > 0 {
		fill(at, limit, func(int) float64 { return 1 }, func(i int) float64 { return all[i].rate },
			func(i int, n float64) { all[i].rate = n })
	}
}

// fill divides an amount among the members by weight. None gets more than it
// can take; the rest goes to the others.
func fill(members []int, amount float64, weight, most func(int) float64, give func(int, float64)) {
	order := slices.Clone(members)
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(most(a)/weight(a), most(b)/weight(b)) })
	total := 0.0
	for _, i := range order {
		total += weight(i)
	}
	for _, i := range order {
		n := min(most(i), amount*weight(i)/total)
		give(i, n)
		amount -= n
		total -= weight(i)
	}
}

// updateForecast computes when each recorder will have finished, once a second.
func (q *Queue) updateForecast(now time.Time) {
	if now.Sub(q.forecastAt) < time.Second {
		return
	}
	q.forecastAt = now
	var all []rest
	for _, r := range q.recorders {
		r.end = time.Time{}
		if v := r.rest(now); v.left > 0 {
			all = append(all, v)
		}
	}
	q.usual = usual{rate: usualRate(all), density: q.density()}
	ends := forecast(all, float64(q.jobs), float64(q.limiter.Limit()))
	for i, end := range ends {
		if end < tooLong.Seconds() {
			all[i].of.end = now.Add(time.Duration(end * float64(time.Second)))
		}
	}
}

// rest returns what a recorder will still deliver without anybody's
// intervention.
func (r *recorder) rest(now time.Time) rest {
	v := rest{of: r, pace: &r.pace}
	recordings, waiting := 0, 0
	var next time.Time // when the first waiting retry is due
	for _, c := range r.cameras {
		if !c.eager() {
			continue
		}
		v.left += float64(max(0, c.total-c.bytes()))
		recordings += len(c.ready) + len(c.later) + len(c.active)
		waiting += len(c.later)
		if due := c.nextLater(); next.IsZero() || !due.IsZero() && due.Before(next) {
			next = due
		}
	}
	n := float64(max(recordings, 1))
	most := max(r.load.limit, 1)
	if !r.load.busy.IsZero() { // as many as it has served, whatever is tried next
		most = max(1, min(most, r.pace.most()))
	}
	v.most, v.piece = min(float64(most), n), max(v.left/n, 1)
	start := now
	if r.hold.Held() {
		start = later(start, r.hold.Until)
	}
	if waiting == recordings {
		start = later(start, next)
	}
	v.start = start.Sub(now).Seconds()
	return v
}
