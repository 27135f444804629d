// Package awake keeps the machine from going to sleep by itself while there is
// work, by the means that the system offers: systemd-inhibit on Linux,
// caffeinate on macOS, SetThreadExecutionState on Windows. Where there is none,
// the machine sleeps as ever and hikgrab goes on when it wakes.
//
// It is not for keeping a display lit, nor against somebody who closes the lid.
package awake

import (
	"context"
	"log/slog"
	"time"
)

// look is how often is looked whether there is work.
const look = time.Second

// Hold keeps the machine awake until the function it returns is called, which
// waits until the system knows. The error says why it cannot be.
type Hold func() (release func(), err error)

// While keeps the machine awake by hold while working says that there is work,
// and returns, having released it, when ctx ends. That the system offers
// nothing is said once, to log.
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
