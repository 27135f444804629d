// Package awake keeps the machine from going to sleep while there is work, by
// the system's own means: systemd-inhibit on Linux, caffeinate on macOS,
// SetThreadExecutionState on Windows. Without them the machine sleeps as usual
// and hikgrab continues when it wakes.
//
// It is not for keeping the display on, and it does not stop a user from
// closing the lid.
package awake

import (
	"context"
	"log/slog"
	"time"
)

// look is how often While checks for work.
const look = time.Second

// Hold keeps the machine awake until release is called. Release returns once
// the system knows. The error says why the machine cannot be kept awake.
type Hold func() (release func(), err error)

// While keeps the machine awake whenever working returns true. It returns when
// ctx ends, after releasing the hold, or at the first error of hold, which it
// logs.
func While(ctx context.Context, working func() bool, hold Hold, log *slog.Logger) {
	ticker := time.NewTicker(look)
	defer ticker.Stop()
	var release func()
	defer func() {
		if release != nil {
			release()
		}
	}()
	for {
		switch busy := working(); {
		case busy && release == nil:
			var err error
			if release, err = hold(); err != nil {
				log.Debug("The machine cannot be kept awake", "error", err)
				return
			}
		case !busy && release != nil:
			release()
			release = nil
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
