package worker

import (
	"context"

	"golang.org/x/time/rate"
)

const (
	smallestBurst = 4 << 10
	largestBurst  = 256 << 10 // one read of a download
)

// Limiter shares bandwidth among recorders and can change while downloads run.
// It serves first come, first served, and lets one download per recorder wait
// at a time, so every recorder with data to send gets the same share, however
// many downloads it runs.
type Limiter struct{ bucket *rate.Limiter }

// Lane is where the downloads of one recorder take turns to wait for bandwidth.
type Lane chan struct{}

// NewLane returns a free lane.
func NewLane() Lane { return make(Lane, 1) }

// NewLimiter returns a limiter; 0 means no limit.
func NewLimiter(bytesPerSecond int64) *Limiter {
	l := &Limiter{bucket: rate.NewLimiter(rate.Inf, largestBurst)}
	l.Set(bytesPerSecond)
	return l
}

// Set changes the bandwidth; 0 removes the limit. The burst is a quarter of a
// second's worth, so that downloads already waiting are not held up long by the
// old limit.
func (l *Limiter) Set(bytesPerSecond int64) {
	if bytesPerSecond <= 0 {
		l.bucket.SetLimit(rate.Inf)
		return
	}
	l.bucket.SetBurst(int(min(max(bytesPerSecond/4, smallestBurst), largestBurst)))
	l.bucket.SetLimit(rate.Limit(bytesPerSecond))
}

// Limit returns the bandwidth in bytes per second; 0 means no limit.
func (l *Limiter) Limit() int64 {
	if r := l.bucket.Limit(); r != rate.Inf {
		return int64(r)
	}
	return 0
}

// Wait blocks until n bytes may pass, or returns the cause of ctx when it ends.
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
		} // the burst shrank while waiting; try again
	}
	return nil
}
