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

// Options set what the screen shows besides the queue, and how. The zero value
// works.
type Options struct {
	Title string           // the name of the sheet
	Log   string           // path of the log file, shown in the help; empty means none
	Out   string           // the output directory, to open folders; empty means the snapshot's
	Files bool             // the rows are files on machines, not cameras
	ASCII bool             // draw in ASCII only; implied if the locale is not UTF-8
	Now   func() time.Time // nil means time.Now
}

// Result is the outcome of Run.
type Result struct {
	Finished bool // every camera had ended; otherwise the operator quit, ctx ended, or the screen failed
	// Frame is the last screen as plain text, ending in a newline, if the operator
	// asked to keep it (Q). Print it before the summary. Otherwise empty.
	Frame string
}

// Run shows q's work in the terminal of os.Stdin and os.Stdout until the
// operator quits or ctx ends, and always restores the terminal. It does not
// start the queue, and does not stop it if forced to leave: if the Result is
// not Finished, the caller stops the queue, with a time limit of its own, and
// waits for it. The caller also handles signals, which should end ctx.
//
// The error reports a failure of the screen itself. The end of ctx is not an
// error.
func Run(ctx context.Context, q Queue, o Options) (Result, error) {
	t := newTerminal(os.Stdout, os.Getenv)
	if runtime.GOOS == "windows" {
		// Windows misses resizes now and then.
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
	// Given a context, Bubble Tea kills the program and closes the input while a
	// goroutine still reads it. Quit waits for the reader.
	stop := context.AfterFunc(ctx, p.Quit)
	defer stop()
	_, err := p.Run()
	finished, err := m.outcome(err)
	return Result{finished, m.frame}, err
}

// outcome is the only place that interprets Bubble Tea's errors.
func (m *model) outcome(err error) (finished bool, _ error) {
	is := func(target error) bool { return errors.Is(err, target) }
	switch {
	case err == nil:
		return m.snap.Finished && m.snap.Counts.Open() == 0, nil
	case is(tea.ErrProgramPanic):
		return false, errPanic
	case is(syscall.EIO), // the terminal was closed; a signal reports that too
		is(tea.ErrInterrupted), is(tea.ErrProgramKilled), is(context.Canceled), is(context.DeadlineExceeded):
		return false, nil
	}
	return false, fmt.Errorf("the screen cannot use the terminal: %w", err)
}
