package tasks

import (
	"slices"
	"time"
)

const (
	// history is how many one-second samples a gauge keeps: two minutes.
	history = 120
	// smoothing is over how many samples a camera's rate is averaged.
	smoothing = 16
	// shownOver is the period of the overall rate.
	shownOver = 10 * time.Second
)

// Gauge turns a growing byte count, sampled about once a second, into rates.
// The zero Gauge is ready to use; it has no rate before its second sample. It
// starts no goroutine and is not safe for concurrent use.
type Gauge struct {
	steps []step // oldest first, at most history
	last  time.Time
	total int64
	mean  float64 // exponential, with a soft start
	count int     // samples in mean, at most smoothing
	peak  float64
}

type step struct {
	took  time.Duration
	bytes int64
}

// Add samples the count at now. It skips samples too soon after the previous
// one, so that rates do not jump.
func (g *Gauge) Add(now time.Time, total int64) {
	if g.last.IsZero() || now.Before(g.last) || total < g.total {
		g.last, g.total = now, total
		return
	}
	took := now.Sub(g.last)
	if took < time.Second/2 {
		return
	}
	s := step{took: took, bytes: total - g.total}
	g.last, g.total = now, total
	if len(g.steps) == history {
		g.steps = slices.Delete(g.steps, 0, 1)
	}
	g.steps = append(g.steps, s)
	g.count = min(g.count+1, smoothing)
	g.mean += (s.rate() - g.mean) / float64(g.count)
	g.peak = max(g.peak, g.Over(3*time.Second))
}

// reset forgets the rate, so that a pause does not count as slowness. It keeps
// the history that people look at.
func (g *Gauge) reset() {
	g.last, g.mean, g.count = time.Time{}, 0, 0
}

// Mean returns bytes per second, smoothed over the last samples.
func (g *Gauge) Mean() float64 { return g.mean }

// Peak returns the highest rate so far, in bytes per second.
func (g *Gauge) Peak() float64 { return g.peak }

// Over returns bytes per second over the latest d.
func (g *Gauge) Over(d time.Duration) float64 {
	var bytes int64
	var took time.Duration
	for i := len(g.steps) - 1; i >= 0 && took < d; i-- {
		bytes += g.steps[i].bytes
		took += g.steps[i].took
	}
	if took <= 0 {
		return 0
	}
	return float64(bytes) / took.Seconds()
}

// Rates appends the bytes per second of each sample to buf, oldest first.
func (g *Gauge) Rates(buf []float64) []float64 {
	for _, s := range g.steps {
		buf = append(buf, s.rate())
	}
	return buf
}

func (s step) rate() float64 { return float64(s.bytes) / s.took.Seconds() }

// tooLong is a remaining time too long to mean anything.
const tooLong = 1000 * time.Hour

// ETA returns how long left bytes take at rate bytes per second, in whole
// seconds, or 0 if that is unknown.
func ETA(left int64, rate float64) time.Duration {
	if left <= 0 || rate < 1 {
		return 0
	}
	seconds := float64(left) / rate
	if seconds > tooLong.Seconds() {
		return 0
	}
	return max(time.Duration(seconds)*time.Second, time.Second)
}
