package media

import (
	"cmp"
	"fmt"
	"time"
)

// walls follows the recorder's own clock.
type walls struct {
	first, last     int64 // Unix ms; 0 if unknown
	firstAt, lastAt int64 // their positions on the timeline
	jumps           int64
}

// wallSlack is how far the clock may stray from the time stamps between two key
// frames. Over the whole recording it may stray by 1/wallShare of the time as
// well.
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

// stampRates are the units per second that the stamps of some recorders use
// instead of 90000.
var stampRates = [...]int64{1000, 8000, 1000000}

// fastest is a frame rate that no recorder reaches.
const fastest = 240

// stampRate returns the units per second of the stamps, or 0 for 90000. It goes
// by the recorder's clock, or by a frame rate that no camera has. astray means
// that the stamps disagree with the clock but match no known rate.
func (r *reader) stampRate() (rate int64, astray bool) {
	w := &r.walls
	wall, stamps := (w.last-w.first)*clock/1000, w.lastAt-w.firstAt
	fits := func(rate, slack int64) bool {
		return abs(stamps*clock/rate-wall) <= slack+wall/wallShare
	}
	const second = clock // the error of a clock without fractions
	tooFast := r.report.Frames > 1 && r.times.estimated == 0 && r.times.step*fastest < clock
	if wall >= wallSlack && !fits(clock, second) {
		for _, rate := range stampRates {
			// Gaps missing from the stamps make them look slow as well.
			if fits(rate, second) && (tooFast || rate > clock) {
				return rate, false
			}
		}
		return 0, !fits(clock, wallSlack)
	}
	// Announced intervals are often wrong, but hardly ever by a factor of ninety.
	const ms = clock / 1000
	if step := r.times.step * ms; wall < wallSlack && (tooFast || r.interval > 0 && abs(step-r.interval) <= r.interval/8) {
		return 1000, false
	}
	return 0, false
}

// concludeTimes completes the times in the report.
func (r *reader) concludeTimes() {
	rep := &r.report
	rate, astray := r.stampRate()
	if r.rate > 0 {
		rate = r.rate // the stamps are converted already
	}
	jumps := r.walls.jumps
	if rep.StampRate = rate; rate > 0 {
		r.problem(StampUnits, 1, 0, -1)
		r.problems[StampUnits].Detail = fmt.Sprintf("%d make a second", rate)
		if r.rate == 0 {
			jumps = 0 // they are a sign of the wrong rate, not a problem
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

// stamp converts a time stamp to 1/90000 s. Time stamps have 33 bits.
func (r *reader) stamp(t int64) int64 {
	if r.rate <= 0 {
		return t
	}
	return t * clock / r.rate & (1<<33 - 1)
}
