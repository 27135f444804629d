package ui

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"
)

// stoppedMsg says that the queue has stopped, or has taken too long.
type stoppedMsg struct{}

// sayMsg is the result of an action outside the event loop.
type sayMsg string

// Update is the only place that changes the model on a message.
func (m *model) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		m.resize(msg.Width, msg.Height)
		m.look()
	case tickMsg:
		return m, m.onTick()
	case tea.FocusMsg:
		m.blurred = false
		m.refresh()
	case tea.BlurMsg:
		m.blurred = true
	case tea.ResumeMsg:
		m.term.last = "" // suspending cleared title and taskbar
		m.refresh()
	case tea.KeyMsg:
		return m, m.onKeys(msg)
	case sayMsg:
		m.say(string(msg))
	case stoppedMsg:
		return m, m.leaveNow()
	}
	return m, nil
}

// onTick takes a snapshot and reacts to it.
func (m *model) onTick() tea.Cmd {
	m.refresh()
	if m.leaving == leaveDraining && m.snap.Active == 0 && deriving(m.snap.Cameras) == "" {
		return tea.Batch(m.stop(), m.tick())
	}
	return tea.Batch(m.announce(), m.pollSize(), m.tick())
}

// announce updates the terminal's title, taskbar and bell.
func (m *model) announce() tea.Cmd {
	ring := false
	if over := m.snap.Finished || blocked(&m.snap); over != m.rang {
		m.rang, ring = over, over
	}
	return m.term.announce(&m.snap, ring)
}

// pollSize asks for the window size, where the system does not report every
// change.
func (m *model) pollSize() tea.Cmd {
	if m.term.size == nil {
		return nil
	}
	w, h := m.layout.w, m.layout.h
	return func() tea.Msg {
		if nw, nh, err := m.term.size(); err == nil && (nw != w || nh != h) {
			return tea.WindowSizeMsg{Width: nw, Height: nh}
		}
		return nil
	}
}

// onKeys handles typed keys. After each key it takes a snapshot, so that the
// effect shows at once and the next key acts on the new state.
func (m *model) onKeys(msg tea.KeyMsg) tea.Cmd {
	var cmds []tea.Cmd
	for _, k := range single(msg) {
		cmds = append(cmds, m.onKey(k))
		m.refresh()
		if m.frozen {
			m.look() // the cursor may have moved
		}
	}
	return tea.Batch(cmds...)
}

// onKey passes a key to whatever has the keyboard: a prompt gets it as typed,
// everything else in the Latin layout.
func (m *model) onKey(k tea.KeyMsg) tea.Cmd {
	if m.prompt != nil {
		return m.typeKey(k)
	}
	if k.Paste {
		return nil // pasted text is no command
	}
	k = latinKey(k)
	commands := m.browse
	switch {
	case m.dialog != nil:
		commands = m.dialog.choices
	case m.help.open:
		commands = m.helping
	case m.machines.open:
		commands = m.steering
	case m.layout.small && m.layout.w > 0: // quitting is the only action
		commands = slices.DeleteFunc(leaveKeys(), func(c command) bool { return c.hint == "help" })
	}
	c, ok := find(commands, k)
	if !ok {
		return nil
	}
	if why := c.why(m); why != "" {
		m.say(c.Help().Key + ": " + why)
		return nil
	}
	m.notice = notice{}
	return c.do(m)
}
