package splice

import (
	"time"

	"example.com/hikgrab/nvr/media/mp4"
)

// clock is the rate of all times in a file that is made, in ticks per second. It
// is that of MPEG time stamps, which recorders use; pieces with another one are
// rounded to it.
const clock = 90000

// ticks and duration convert between time.Duration and ticks.
func ticks(d time.Duration, r mp4.Rounding) int64 {
	return mp4.Rescale(int64(d), int64(time.Second), clock, r)
}

func duration(t int64) time.Duration {
	return time.Duration(mp4.Rescale(t, clock, int64(time.Second), mp4.Nearest))
}

// usual returns how long a picture lasts. One in front of a gap lasts as long as
// most others do.
func usual(length int64, s *mp4.Stream) int64 {
	const gap = int64(gapTicks)
	length = mp4.Rescale(length, s.Timescale, clock, mp4.Nearest)
	if length > gap {
		length = min(mp4.Rescale(s.Usual, s.Timescale, clock, mp4.Nearest), gap)
	}
	return max(length, 1)
}
