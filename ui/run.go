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
	Title   string           // the name of the sheet
	Log     string           // the log file, for the help to name; empty when there is none
	Out     string           // the output directory, for opening folders; empty means the snapshot's
	Files   bool             // the rows are files of machines, not cameras of recorders
	ASCII   bool             // draw with plain characters only; also where the locale is not UTF-8
	NoColor bool             // bold and reverse only
	NoBell  bool             // no sound when everything has ended or is blocked
	Refresh time.Duration    // the least time between two looks at the queue; 0 means 250 ms
	Now     func() time.Time // nil means time.Now
}

// Ending is how the screen was left.
type Ending int

// The endings.
const (
	Finished Ending = iota // every camera had ended
	Left                   // the operator left with work undone
	Killed                 // ctx ended, or the screen broke
)

// String returns "finished", "left" or "killed".
func (e Ending) String() string {
	return [...]string{"finished", "left", "killed"}[e]
}

// Result is what Run has to tell.
type Result struct {
	Ending Ending
	// Frame is the last screen as plain text, its last line ended, when the
	// operator wanted to keep it (Q); print it before the summary. Empty
	// otherwise.
	Frame string
}

// Run shows q's work in the terminal of os.Stdin and os.Stdout until the
// operator leaves or ctx ends, and gives the terminal back as it was, whatever
// happens. It neither starts nor, when left by force, stops the queue: a caller
// that gets an ending other than Finished stops it, with a bound of its own, and
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
	ending, err := m.outcome(err)
	return Result{Ending: ending, Frame: m.frame}, err
}

// outcome is the one place that reads Bubble Tea's errors.
func (m *model) outcome(err error) (Ending, error) {
	switch {
	case err == nil && m.snap.Finished && unfinished(m.snap.Counts) == 0:
		return Finished, nil
	case err == nil && m.left:
		return Left, nil
	case err == nil: // ctx has ended
		return Killed, nil
	case errors.Is(err, tea.ErrProgramPanic):
		return Killed, errPanic
	case errors.Is(err, tea.ErrInterrupted):
		return Left, nil
	case errors.Is(err, syscall.EIO): // the terminal was closed, which a signal tells as well
		return Killed, nil
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded), errors.Is(err, tea.ErrProgramKilled):
		return Killed, nil
	}
	return Killed, fmt.Errorf("the screen cannot use the terminal: %w", err)
}
