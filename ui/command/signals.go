package command

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"sync"
	"syscall"
	"time"

	"golang.org/x/term"

	"example.com/hikgrab/ui/plain"
)

// untilSignal returns a context that ends at the first interrupt, termination
// request or closed terminal. A second signal, or a shutdown that takes too
// long, exits the process: the next run continues from what is on disk. When a
// terminal closes, both the shell and the kernel send SIGHUP, and no impatient
// user is behind it, so SIGHUP never counts as the second signal.
func (a *app) untilSignal(parent context.Context) (ctx context.Context, release func()) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	hangups := !signal.Ignored(syscall.SIGHUP) // nohup means that a closing terminal does not matter
	if hangups {
		signal.Notify(signals, syscall.SIGHUP)
	}
	before, _ := term.GetState(int(a.Stdin.Fd())) // nil if stdin is not a terminal
	done := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		select {
		case <-signals:
			if hangups {
				// Keep catching it for good, because the steps after the work must not be
				// cut off either. Ignoring the signal is not enough: one that the kernel
				// queued earlier would kill the process once nobody handles it.
				signal.Notify(make(chan os.Signal, 1), syscall.SIGHUP)
			}
			cancel()
		case <-done:
			return
		}
		limit := time.After(shutdownLimit)
		for again := os.Signal(syscall.SIGHUP); again == syscall.SIGHUP; {
			select {
			case again = <-signals:
			case <-limit:
				again = nil
			case <-done:
				return
			}
		}
		if before != nil && a.screen() {
			_ = term.Restore(int(a.Stdin.Fd()), before)
			fmt.Fprint(a.Stdout, "\x1b[?1004l\x1b[?1049l\x1b[?25h") // focus reports off, normal screen, show cursor
		}
		os.Exit(plain.ExitStopped)
	})
	return ctx, func() {
		signal.Stop(signals)
		close(done)
		watch.Wait()
		cancel()
	}
}
