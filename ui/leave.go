package ui

import (
	"context"
	"errors"
	"strings"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"
)

// stopWithin bounds how long leaving waits for the downloads to stop.
const stopWithin = 10 * time.Second

// quit leaves when nothing is going on, and asks otherwise. keep leaves the last
// screen readable.
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

// interrupt is ctrl+c: as q the first time, and at once when the question is
// open or the stopping has begun.
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

// stop stops the queue and leaves when it has.
func (m *model) stop() tea.Cmd {
	m.dialog, m.leaving = nil, leaveStopping
	return func() tea.Msg {
		ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
		defer cancel()
		return stoppedMsg{m.queue.Stop(ctx)}
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

// picture is the present screen as plain text, without questions and hints.
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

// errPanic is what Run returns when the screen itself broke.
var errPanic = errors.New("internal error: the screen broke; what was downloaded is kept, and the next run continues there")
