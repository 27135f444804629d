package media

import (
	"cmp"
	"fmt"
	"time"
)

// walls follows the recorder's own clock.
type walls struct {
	first, last     int64 // Unix ms; 0 when not told
	firstAt, lastAt int64 // of them on the timeline
	jumps           int64
}

// wallSlack is how far the clock may stray from the time stamps between two key
// frames. In all it may stray by a wallShare of the time as well.
const (
	wallSlack = 2 * clock
	wallShare = 32
)

func (w *walls) see(wall, at int64) {
	if wall == 0 {
		return
	}
	if w.first == 0 {
		w.first, w.firstAt = wall, at
	} else if d := (wall-w.last)*clock/1000 - (at - w.lastAt); abs(d) > wallSlack {
		w.jumps++
	}
	w.last, w.lastAt = wall, at
}

// stampRates are what stamps of some recorders count in instead, per second.
var stampRates = [...]int64{1000, 8000, 1000000}

// fastest is how many pictures a second no recorder makes.
const fastest = 240

// stampRate returns what the stamps count in instead of 1/90000 s; 0 for nothing
// else. The recorder's clock shows it, or else that no camera is so fast. Astray
// says that the clock shows something else, too, but nothing to count in.
func (r *reader) stampRate() (rate int64, astray bool) {
	w := &r.walls
	wall, stamps := (w.last-w.first)*clock/1000, w.lastAt-w.firstAt
	fits := func(rate, slack int64) bool {
		return abs(stamps*clock/rate-wall) <= slack+wall/wallShare
	}
	const second = clock // what a clock without fractions may be wrong
	tooFast := r.report.Frames > 1 && r.times.estimated == 0 && r.times.step*fastest < clock
	if wall >= wallSlack && !fits(clock, second) {
		for _, rate := range stampRates {
			// Gaps that the stamps do not tell make them look slow as well.
			if fits(rate, second) && (tooFast || rate > clock) {
				return rate, false
			}
		}
		return 0, !fits(clock, wallSlack)
	}
	// Announced distances are often wrong, but hardly ever ninety times.
	const ms = clock / 1000
	if step := r.times.step * ms; wall < wallSlack && (tooFast || r.interval > 0 && abs(step-r.interval) <= r.interval/8) {
		return 1000, false
	}
	return 0, false
}

// concludeTimes completes what the report says of times.
func (r *reader) concludeTimes() {
	rep := &r.report
	rate, astray := r.stampRate()
	if r.rate > 0 {
		rate = r.rate // what comes is corrected
	}
	jumps := r.walls.jumps
	if rep.StampRate = rate; rate > 0 {
		r.problem(StampUnits, 1, 0, -1)
		r.problems[StampUnits].Detail = fmt.Sprintf("%d make a second", rate)
		if r.rate == 0 {
			jumps = 0 // they are what shows it
		}
	}
	r.problem(WallJumps, jumps, 0, -1)
	if astray && jumps == 0 {
		r.problem(WallRate, 1, 0, -1)
	}
	unit := int64(clock)
	if r.rate == 0 {
		unit = cmp.Or(rate, clock)
	}
	lasts := func(t int64) time.Duration { return duration(t * clock / unit) }
	end := r.end + r.times.step
	rep.Duration, rep.KeyInterval = lasts(end), lasts(r.keyInterval)
	if rep.Frames > 1 {
		rep.FPS = float64(rep.Frames-rep.GapCount) / (rep.Duration - rep.GapTime).Seconds()
	}
	if w := r.walls; w.first != 0 {
		rep.FirstWall, rep.LastWall = time.UnixMilli(w.first).UTC(), time.UnixMilli(w.last).UTC()
		rep.FirstWallAt = lasts(w.firstAt)
		rep.WallEnd = rep.LastWall.Add(lasts(end - w.lastAt))
	}
}

// stamp brings a time stamp to 1/90000 s. They have 33 bits.
func (r *reader) stamp(t int64) int64 {
	if r.rate <= 0 {
		return t
	}
	return t * clock / r.rate & (1<<33 - 1)
}
