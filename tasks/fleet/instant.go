package fleet

import (
	"time"
)

// Instant is a moment by both clocks of a computer: the monotonic one, which
// nobody can set but which stands still while the computer sleeps (on Linux and
// macOS), and the wall clock, which goes on but can be set. Between two instants
// the rules take the elapsed time from the clock that is on the safe side.
type Instant struct{ Mono, Wall time.Duration }

// began is what Now counts from.
var began = time.Now()

// Now returns the present.
func Now() Instant {
	now := time.Now()
	return Instant{Mono: now.Sub(began), Wall: now.Round(0).Sub(began.Round(0))}
}

// atMost is the longest that the time since an earlier instant can have been.
func (i Instant) atMost(since Instant) time.Duration {
	return max(i.Mono-since.Mono, i.Wall-since.Wall)
}

// atLeast is the shortest that the time since an earlier instant can have been.
func (i Instant) atLeast(since Instant) time.Duration {
	return min(i.Mono-since.Mono, i.Wall-since.Wall)
}
