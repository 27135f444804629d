package tasks

import (
	"context"

	"golang.org/x/time/rate"
)

const (
	smallestBurst = 4 << 10
	largestBurst  = 256 << 10 // one read of a download
)

// limiter shares a bandwidth among all downloads, first come first served, and
// can be changed while they run.
type limiter struct{ bucket *rate.Limiter }

func newLimiter(bytesPerSecond int64) *limiter {
	l := &limiter{bucket: rate.NewLimiter(rate.Inf, largestBurst)}
	l.set(bytesPerSecond)
	return l
}

// set changes the bandwidth; 0 lifts the limit. The burst is a quarter of a
// second's worth, so that whoever waits already is not held long by the old one.
func (l *limiter) set(bytesPerSecond int64) {
	if bytesPerSecond <= 0 {
		l.bucket.SetLimit(rate.Inf)
		return
	}
	l.bucket.SetBurst(int(min(max(bytesPerSecond/4, smallestBurst), largestBurst)))
	l.bucket.SetLimit(rate.Limit(bytesPerSecond))
}

// limit returns the bandwidth; 0 when there is no limit.
func (l *limiter) limit() int64 {
	if r := l.bucket.Limit(); r != rate.Inf {
		return int64(r)
	}
	return 0
}

// wait returns when n bytes may pass, or with ctx's error.
func (l *limiter) wait(ctx context.Context, n int) error {
	for n > 0 && l.bucket.Limit() != rate.Inf {
		k := min(n, l.bucket.Burst())
		if err := l.bucket.WaitN(ctx, k); err != nil {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			continue // the burst shrank under us
		}
		n -= k
	}
	return nil
}
