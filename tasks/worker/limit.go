package worker

import (
	"context"

	"golang.org/x/time/rate"
)

const (
	smallestBurst = 4 << 10
	largestBurst  = 256 << 10 // one read of a download
)

// Limiter shares a bandwidth among recorders, and can be changed while
// downloads run. It serves first come first served, and lets one download of
// each recorder wait at a time: so every recorder that has something to send
// gets the same share, however many downloads it bears at once.
type Limiter struct{ bucket *rate.Limiter }

// Lane is where the downloads of one recorder take turns waiting for bandwidth.
type Lane chan struct{}

// NewLane returns a free lane.
func NewLane() Lane { return make(Lane, 1) }

// NewLimiter returns a limiter; 0 is no limit.
func NewLimiter(bytesPerSecond int64) *Limiter {
	l := &Limiter{bucket: rate.NewLimiter(rate.Inf, largestBurst)}
	l.Set(bytesPerSecond)
	return l
}

// Set changes the bandwidth; 0 lifts the limit. The burst is a quarter of a
// second's worth, so that whoever waits already is not held long by the old one.
func (l *Limiter) Set(bytesPerSecond int64) {
	if bytesPerSecond <= 0 {
		l.bucket.SetLimit(rate.Inf)
		return
	}
	l.bucket.SetBurst(int(min(max(bytesPerSecond/4, smallestBurst), largestBurst)))
	l.bucket.SetLimit(rate.Limit(bytesPerSecond))
}

// Limit returns the bandwidth; 0 when there is no limit.
func (l *Limiter) Limit() int64 {
	if r := l.bucket.Limit(); r != rate.Inf {
		return int64(r)
	}
	return 0
}

// Wait returns when n bytes may pass, or with ctx's cause.
func (l *Limiter) Wait(ctx context.Context, turn Lane, n int) error {
	for n > 0 && l.bucket.Limit() != rate.Inf {
		select {
		case turn <- struct{}{}:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		k := min(n, l.bucket.Burst())
		err := l.bucket.WaitN(ctx, k)
		<-turn
		switch {
		case err == nil:
			n -= k
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case k <= l.bucket.Burst():
			return err
		} // else the burst shrank under us
	}
	return nil
}
