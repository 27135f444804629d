package ui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"syscall"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"golang.org/x/term"
)

// Options say what the screen shows beside the queue, and how. The zero value
// works.
type Options struct {
	Title string           // the name of the sheet
	Log   string           // the log file, for the help to name; empty when there is none
	Out   string           // the output directory, for opening folders; empty means the snapshot's
	Files bool             // the rows are files of machines, not cameras of recorders
	ASCII bool             // draw with plain characters only; also where the locale is not UTF-8
	Now   func() time.Time // nil means time.Now
}

// Result is what Run has to tell.
type Result struct {
	Finished bool // every camera had ended; else the operator left, ctx ended, or the screen broke
	// Frame is the last screen as plain text, its last line ended, when the
	// operator wanted to keep it (Q); print it before the summary. Empty
	// otherwise.
	Frame string
}

// Run shows q's work in the terminal of os.Stdin and os.Stdout until the
// operator leaves or ctx ends, and gives the terminal back as it was, whatever
// happens. It neither starts nor, when left by force, stops the queue: a caller
// that gets a Result that is not Finished stops it, with a bound of its own, and
// waits for it. Signals are the caller's business too; a signal should end ctx.
//
// The error is not nil when the screen itself failed; a ctx that ended is not an
// error.
func Run(ctx context.Context, q Queue, o Options) (Result, error) {
	t := newTerminal(os.Stdout, os.Getenv)
	if runtime.GOOS == "windows" {
		// Windows loses resizes now and then.
		t.size = func() (int, int, error) { return term.GetSize(int(os.Stdout.Fd())) }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	m := newModel(q, o, t)
	t.enter()
	defer t.leave()
	p := tea.NewProgram(m,
		tea.WithOutput(t),
		tea.WithAltScreen(),
		tea.WithReportFocus(),
		tea.WithoutSignalHandler(),
	)
	// Bubble Tea's own way with a context is to kill the program, which closes
	// the input under the goroutine that reads it. Quitting waits for it.
	stop := context.AfterFunc(ctx, p.Quit)
	defer stop()
	_, err := p.Run()
	finished, err := m.outcome(err)
	return Result{finished, m.frame}, err
}

// outcome is the one place that reads Bubble Tea's errors.
func (m *model) outcome(err error) (finished bool, _ error) {
	is := func(target error) bool { return errors.Is(err, target) }
	switch {
	case err == nil:
		return m.snap.Finished && m.snap.Counts.Open() == 0, nil
	case is(tea.ErrProgramPanic):
		return false, errPanic
	case is(syscall.EIO), // the terminal was closed, which a signal tells as well
		is(tea.ErrInterrupted), is(tea.ErrProgramKilled), is(context.Canceled), is(context.DeadlineExceeded):
		return false, nil
	}
	return false, fmt.Errorf("the screen cannot use the terminal: %w", err)
}
