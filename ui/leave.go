package ui

import (
	"context"
	"errors"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// stopWithin is how long quitting waits for the downloads to stop.
const stopWithin = 10 * time.Second

// quit leaves if nothing is running; otherwise it asks. With keep, the last
// screen stays readable.
func (m *model) quit(keep bool) tea.Cmd {
	m.keep = keep
	switch {
	case m.snap.Finished:
		return m.leaveNow()
	case m.leaving == leaveStopping:
		return nil
	case m.snap.Active == 0 && m.snap.Counts.Open() == 0:
		return m.stop()
	}
	m.dialog = quitDialog(several(m) && !m.opts.Files)
	return nil
}

// interrupt handles ctrl+c: like q the first time, immediate if the question is
// open or stopping has begun.
func (m *model) interrupt() tea.Cmd {
	if m.leaving == leaveStopping {
		return m.leaveNow()
	}
	m.closeAll()
	return m.quit(false)
}

func (m *model) closeAll() {
	m.help.open, m.machines.open, m.prompt, m.dialog = false, false, nil, nil
}

// stop stops the queue, then quits.
func (m *model) stop() tea.Cmd {
	m.dialog, m.leaving = nil, leaveStopping
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
		defer cancel()
		_ = m.queue.Stop(ctx) // the caller of Run stops it again, and tells what hangs
		return stoppedMsg{}
	}
}

func (m *model) drain() tea.Cmd {
	m.dialog, m.leaving = nil, leaveDraining
	m.queue.Drain()
	return nil
}

func (m *model) leaveNow() tea.Cmd {
	if m.keep {
		m.frame = m.picture()
	}
	return tea.Quit
}

// picture returns the screen as plain text, without questions and hints.
func (m *model) picture() string {
	m.closeAll()
	m.leaving = leaveNot
	m.refresh()
	lines := m.draw()
	if !m.layout.small {
		lines = lines[:len(lines)-1]
	}
	var b strings.Builder
	for _, line := range lines {
		b.WriteString(strings.TrimRight(ansi.Strip(line), " ") + "\n")
	}
	return b.String()
}

func (m *model) suspend() tea.Cmd {
	return tea.Sequence(m.term.quiet, tea.Suspend)
}

// errPanic is returned by Run if the screen itself panicked.
var errPanic = errors.New("internal error: the screen broke; what was downloaded is kept, and the next run continues there")
