package ui

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"
)

// stoppedMsg says that the queue has stopped.
type stoppedMsg struct{ err error }

// sayMsg is the outcome of something done outside the event loop.
type sayMsg string

// Update is the only place where messages change the model.
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
		m.term.told = false // its title and taskbar were cleared
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

// onTick looks at the queue and does what follows from what it sees.
func (m *model) onTick() tea.Cmd {
	m.refresh()
	if m.leaving == leaveDraining && m.snap.Active == 0 && deriving(m.snap.Cameras) == "" {
		return tea.Batch(m.stop(), m.tick())
	}
	return tea.Batch(m.announce(), m.pollSize(), m.tick())
}

// announce tells the terminal's title, taskbar and bell what changed.
func (m *model) announce() tea.Cmd {
	s := &m.snap
	p := progress{percent: percentOf(s), trouble: troubles(s.Counts) > 0, finished: s.Finished}
	ring := false
	if over := s.Finished || blocked(s); over != m.rang {
		m.rang, ring = over, over
	}
	return m.term.announce(p, ring)
}

// pollSize asks for the size of the window where the system does not always
// tell when it changes.
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

// onKeys handles what was typed. After each key the screen looks at the queue,
// so that the effect shows at once and the next key acts on what is.
func (m *model) onKeys(msg tea.KeyMsg) tea.Cmd {
	var cmds []tea.Cmd
	for _, k := range single(msg) {
		cmds = append(cmds, m.onKey(k))
		m.refresh()
		if m.frozen {
			m.look() // the cursor may stand elsewhere now
		}
	}
	return tea.Batch(cmds...)
}

// onKey gives a key to whatever has the keyboard: a prompt takes it as typed,
// everything else in the Latin layout.
func (m *model) onKey(k tea.KeyMsg) tea.Cmd {
	if m.prompt != nil {
		return m.typeKey(k)
	}
	if k.Paste {
		return nil // pasted text is not commands
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
	case m.layout.small && m.layout.w > 0: // to leave is all that can be done
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
