package command

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/term"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/derive"
	"example.com/hikgrab/ui/plain"
	"example.com/hikgrab/ui/units"
)

func terminal(f *os.File) bool { return term.IsTerminal(int(f.Fd())) }

// screen reports whether to use the full screen: the flags, the environment and
// the terminal all allow it.
func (a *app) screen() bool {
	return !a.flags.Plain && !a.flags.JSON && os.Getenv("TERM") != "dumb" && os.Getenv("CI") == "" &&
		terminal(a.Stdin) && terminal(a.Stdout)
}

// options returns the queue options for the flags.
func (a *app) options() (tasks.Options, error) {
	o, err := a.flags.Options()
	o.Unattended = !a.screen()
	return o, err
}

// printer writes the results of commands in one format; plain.Lines and
// plain.JSON implement it and document each method. Calls must not overlap.
// Each method returns the writer's error.
type printer interface {
	Notice(at time.Time, text string) error

	Events(events []tasks.Event) error
	Gap(at time.Time, missed uint64) error
	Progress(s *tasks.Snapshot) error
	Summary(r plain.Report) error

	Finding(at time.Time, f tasks.Finding) error
	Found(at time.Time, t plain.SurveyTotals) error

	Verified(at time.Time, v archive.Verification) error

	Made(at time.Time, c derive.Camera, r derive.Result) error
	MadeAll(at time.Time, t plain.MadeTotals, code int) error
}

func (a *app) printer() printer {
	if a.flags.JSON {
		return plain.NewJSON(output{a.Stdout})
	}
	return plain.NewLines(output{a.Stdout}, a.flags.ASCII)
}

// output is a file to write to. If it is a terminal that was closed, it reports
// a closed file, not a disk error.
type output struct{ *os.File }

// Write returns os.ErrClosed if the terminal is gone.
func (o output) Write(p []byte) (int, error) {
	n, err := o.File.Write(p)
	if errors.Is(err, syscall.EIO) && !regular(o.File) {
		err = fmt.Errorf("%w: %w", os.ErrClosed, err)
	}
	return n, err
}

func regular(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode().IsRegular()
}

// askHidden asks a question whose answer is not shown.
func (a *app) askHidden(question string) (string, error) {
	fmt.Fprint(a.Stderr, question)
	typed, err := term.ReadPassword(int(a.Stdin.Fd()))
	fmt.Fprintln(a.Stderr)
	return string(typed), err
}

// quietly is how long reading may take before progress is shown.
const quietly = 5 * time.Second

// tellProgress writes from time to time how many of the total bytes were read,
// and of what unless that is empty. Call quiet to stop it; quiet returns after
// the last write.
func tellProgress(to io.Writer, what string, done, total *atomic.Int64) (quiet func()) {
	ended := make(chan struct{})
	var told sync.WaitGroup
	told.Go(func() {
		ticker := time.NewTicker(quietly)
		defer ticker.Stop()
		for {
			select {
			case <-ended:
				return
			case <-ticker.C:
				have, of := done.Load(), total.Load()
				fmt.Fprintf(to, "%s%3d%%  %s read\n", what, units.Percent(have, of), units.Progress(have, of))
			}
		}
	})
	return func() {
		close(ended)
		told.Wait()
	}
}
