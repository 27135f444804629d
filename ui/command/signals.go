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

// untilSignal returns a context that ends with the first interrupt, request to
// terminate or closed terminal. A second one, or a shutdown that takes too
// long, ends the program: what is on disk is good for the next run. A terminal
// that closes is told of by the shell and by the kernel, and nobody is there to
// be impatient: that never counts as a second one.
func (a *app) untilSignal(parent context.Context) (ctx context.Context, release func()) {
	ctx, cancel := context.WithCancel(parent)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	hangups := !signal.Ignored(syscall.SIGHUP) // nohup says that closing the terminal is no reason
	if hangups {
		signal.Notify(signals, syscall.SIGHUP)
	}
	before, _ := term.GetState(int(a.Stdin.Fd())) // nil when it is no terminal
	done := make(chan struct{})
	var watch sync.WaitGroup
	watch.Go(func() {
		select {
		case <-signals:
			if hangups {
				// For good: what comes after the work is not to be cut off either. To
				// ignore the signal is not enough: one that the kernel sent before, and that
				// nobody wants any more when it is handled, ends the program.
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
			fmt.Fprint(a.Stdout, "\x1b[?1004l\x1b[?1049l\x1b[?25h") // no focus reports, the normal screen, a cursor
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
