package ui

import (
	"cmp"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// dialog is a question. It stands at the foot of the screen, so that what it is
// about stays in sight, and takes all keys until it is answered.
type dialog struct {
	title   string                  // of the rule above; "question" when empty
	text    func(m *model) []string // drawn anew with each frame: numbers move on while it is open
	choices []command               // the last line; the first is what enter and esc do
}

// no is the answer that changes nothing: the default of every dialog.
func no(text string) command {
	return command{Binding: bind("[n]", text, "n", "esc", "enter"), do: act(func(m *model) { m.dialog = nil })}
}

// quitDialog asks whether to leave while something is going on.
func quitDialog() *dialog {
	return &dialog{
		text: func(m *model) []string {
			return []string{m.going() + ".", "What is on disk stays, and the next run continues there. Quit?"}
		},
		choices: []command{
			no("no"),
			{Binding: bind("[y]", "yes", "y", "q"), do: (*model).stop},
			{
				Binding: bind("[w]", "when active files finish", "w"),
				do:      (*model).drain,
				idle: func(m *model) string {
					if m.snap.Active == 0 && m.deriving() == "" {
						return "no file is active"
					}
					return ""
				},
			},
			{Binding: bind("ctrl+c", "at once", "ctrl+c"), do: (*model).leaveNow},
		},
	}
}

// quitSeveralDialog asks what becomes of the other machines as well.
func quitSeveralDialog() *dialog {
	d := quitDialog()
	d.text = func(m *model) []string {
		return []string{m.going() + ", on " + units.Count(len(m.snap.Machines), "machine") + ".", "What is on disk stays. Stop all machines, or leave the others at work?"}
	}
	d.choices = append(d.choices[:2:2], append([]command{{
		Binding: bind("[l]", "leave them at work", "l"),
		do:      func(m *model) tea.Cmd { m.controls().LeaveAtWork(); return m.stop() },
	}}, d.choices[2:]...)...)
	d.choices[1].SetHelp("[y]", "stop all")
	return d
}

// going is what leaving would break off.
func (m *model) going() string {
	downloads := units.Count(m.snap.Active, "download") + " " + are(m.snap.Active) + " running"
	cameras := 0
	for i := range m.snap.Cameras {
		if m.snap.Cameras[i].Deriving != "" {
			cameras++
		}
	}
	switch making := "derived files are being made for " + units.Count(cameras, "camera"); {
	case cameras > 0 && m.snap.Active > 0:
		return downloads + ", and " + making
	case cameras > 0:
		return "D" + making[1:]
	case m.snap.Active > 0:
		return downloads
	}
	left := unfinished(m.snap.Counts)
	return m.nouns.rows(left) + " " + are(left) + " not finished"
}

// skipDialog asks before a whole recorder is given up.
func skipDialog(title string, ids []tasks.CameraID) *dialog {
	return &dialog{
		text: func(m *model) []string {
			return []string{"Skip " + m.nouns.rows(len(ids)) + " of " + title + "?", "Nothing more is fetched from it in this run; r takes it back."}
		},
		choices: []command{
			no("no"),
			{Binding: bind("[y]", "yes", "y", "s"), do: act(func(m *model) {
				m.dialog = nil
				m.queue.Skip(ids...)
				m.say("skipped " + m.nouns.rows(len(ids)) + "; r takes it back")
			})},
			{Binding: bind("", "", "ctrl+c"), do: (*model).interrupt},
		},
	}
}

// dialogLines draws the dialog, with a rule above it.
func (m *model) dialogLines(w int) []string {
	lines := []string{m.rule(cmp.Or(m.dialog.title, "question"), "", m.styles.warn, w)}
	for _, text := range m.dialog.text(m) {
		for _, part := range wrap(text, w-2) {
			lines = append(lines, " "+m.styles.title.on(part))
		}
	}
	line := ""
	for i := range m.dialog.choices {
		c := &m.dialog.choices[i]
		if c.Help().Key == "" {
			continue
		}
		text := m.styles.key.on(c.Help().Key) + " " + c.Help().Desc
		if c.why(m) != "" {
			text = m.styles.faint.on(c.Help().Key + " " + c.Help().Desc)
		}
		if line != "" && width(line)+3+width(text) > w-2 {
			lines, line = append(lines, " "+line), ""
		}
		line = join("   ", line, text)
	}
	return append(lines, m.glyphs.cut(" "+line, w))
}

// unfinished is the number of cameras that have not ended.
func unfinished(c tasks.Counts) int {
	n := 0
	for s, count := range c {
		if !tasks.State(s).Ended() {
			n += count
		}
	}
	return n
}

func are(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

// interrupt is ctrl+c: as q the first time, and at once when the question is
// open or the stopping has begun.
func (m *model) interrupt() tea.Cmd {
	if m.leaving == leaveStopping {
		return m.leaveNow()
	}
	m.help, m.machines, m.prompt, m.dialog = false, false, nil, nil
	return m.quit(false)
}
