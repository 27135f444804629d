package splice

import (
	"time"

	"example.com/hikgrab/nvr/media/mp4"
)

// clock is the ticks per second of all times in a file made here. It is the
// rate of MPEG time stamps, which recorders use. Times of pieces with another
// rate are rounded.
const clock = 90000

// ticks and duration convert between time.Duration and ticks.
func ticks(d time.Duration, r mp4.Rounding) int64 {
	return mp4.Rescale(int64(d), int64(time.Second), clock, r)
}

func duration(t int64) time.Duration {
	return time.Duration(mp4.Rescale(t, clock, int64(time.Second), mp4.Nearest))
}

// usual returns the length of a picture. A picture before a gap gets the most
// common length.
func usual(length int64, s *mp4.Stream) int64 {
	const gap = int64(gapTicks)
	length = mp4.Rescale(length, s.Timescale, clock, mp4.Nearest)
	if length > gap {
		length = min(mp4.Rescale(s.Usual, s.Timescale, clock, mp4.Nearest), gap)
	}
	return max(length, 1)
}
