package derive

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Every says which pictures become stills: the first in each stretch of Time,
// or every nth. Exactly one of the two is set.
type Every struct {
	Time   time.Duration // whole milliseconds
	Frames int
}

// The longest distances that ParseEvery accepts.
const (
	everyTimeLimit   = 24 * time.Hour
	everyFramesLimit = 1_000_000
)

// ParseEvery reads "1s", "500ms" or "2m", or "10f" for every tenth picture. The
// error says how to write it.
func ParseEvery(text string) (Every, error) {
	trimmed := strings.TrimSpace(text)
	if digits, ok := strings.CutSuffix(trimmed, "f"); ok {
		n, err := strconv.ParseUint(digits, 10, 32)
		if err == nil && n > 0 && n <= everyFramesLimit {
			return Every{Frames: int(n)}, nil
		}
	} else if d, err := time.ParseDuration(trimmed); err == nil && d >= time.Millisecond && d <= everyTimeLimit && d%time.Millisecond == 0 {
		return Every{Time: d}, nil
	}
	return Every{}, fmt.Errorf("%.40q is not an interval between stills: use 500ms, 1s or 2m (from 1ms to 24h), or 10f for every tenth picture", text)
}

// String returns the shortest text that ParseEvery reads as the same value,
// such as "1m30s" or "10f". It also serves as a directory name.
func (e Every) String() string {
	if e.Frames > 0 {
		return strconv.Itoa(e.Frames) + "f"
	}
	if e.Time < time.Second {
		return strconv.FormatInt(e.Time.Milliseconds(), 10) + "ms"
	}
	text := e.Time.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
