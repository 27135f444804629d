package ui

import (
	"cmp"
	"slices"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// dialog is a question at the foot of the screen, so that its subject stays
// visible. It takes all keys until it is answered.
type dialog struct {
	title   string                  // title of the rule above; empty means "question"
	text    func(m *model) []string // drawn for each frame, because numbers change while it is open
	choices []command               // the last line; the first is the default for enter and esc
}

// no is the answer that changes nothing, the default of every dialog.
func no(text string) command {
	return command{Binding: bind("[n]", text, "n", "esc", "enter"), do: act(func(m *model) { m.dialog = nil })}
}

// confirm asks before an action that is not easily undone; keys say yes.
func confirm(text func(m *model) []string, do func(m *model), keys ...string) *dialog {
	return &dialog{
		text: text,
		choices: []command{
			no("no"),
			{Binding: bind("[y]", "yes", keys...), do: act(func(m *model) { m.dialog = nil; do(m) })},
			interruptKey,
		},
	}
}

// interruptKey is ctrl+c in a dialog that is not about quitting.
var interruptKey = command{Binding: bind("", "", "ctrl+c"), do: (*model).interrupt}

// quitDialog asks whether to quit while work is in progress, and with several
// machines what the others should do.
func quitDialog(several bool) *dialog {
	d := &dialog{
		text: func(m *model) []string {
			return []string{going(&m.snap, m.nouns) + ".", "What is on disk stays, and the next run continues there. Quit?"}
		},
		choices: []command{
			no("no"),
			{Binding: bind("[y]", "yes", "y", "q"), do: (*model).stop},
			{Binding: bind("[w]", "when active files finish", "w"), do: (*model).drain, idle: noFile},
			{Binding: bind("ctrl+c", "at once", "ctrl+c"), do: (*model).leaveNow},
		},
	}
	if several {
		d.text = func(m *model) []string {
			return []string{going(&m.snap, m.nouns) + ", on " + units.Count(len(m.snap.Machines), "machine") + ".", "What is on disk stays. Stop all machines, or leave the others at work?"}
		}
		d.choices[1].SetHelp("[y]", "stop all")
		d.choices = slices.Insert(d.choices, 2, command{
			Binding: bind("[l]", "leave them at work", "l"),
			do:      func(m *model) tea.Cmd { m.controls().LeaveAtWork(); return m.stop() },
		})
	}
	return d
}

// going describes the work that quitting would interrupt.
func going(s *tasks.Snapshot, rows nouns) string {
	downloads := units.Count(s.Active, "download") + agree(s.Active, " is", " are") + " running"
	cameras := 0
	for i := range s.Cameras {
		if s.Cameras[i].Deriving != "" {
			cameras++
		}
	}
	what := "files are being made for " + units.Count(cameras, "camera")
	switch left := s.Counts.Open(); {
	case cameras > 0 && s.Active > 0:
		return downloads + ", and derived " + what
	case cameras > 0:
		return "Derived " + what
	case s.Active > 0:
		return downloads
	default:
		return rows.rows(left) + agree(left, " is", " are") + " not finished"
	}
}

func skipDialog(title string, ids []tasks.CameraID) *dialog {
	return confirm(func(m *model) []string {
		return []string{"Skip " + m.nouns.rows(len(ids)) + " of " + title + "?", "Nothing more is fetched from it in this run; r takes it back."}
	}, func(m *model) { m.skipAll(ids) }, "y", "s")
}

func eventDialog(e tasks.Event) *dialog {
	return &dialog{
		title: "event",
		text: func(m *model) []string {
			return []string{join("  ", units.Clock(e.Time), eventWhere(&e, &m.snap, true)), eventText(&e)}
		},
		choices: []command{no("close"), interruptKey},
	}
}

func (p *pen) dialogLines(title string, text []string, choices []offer, w int) []string {
	lines := []string{p.rule(cmp.Or(title, "question"), "", p.styles.warn, w)}
	for _, text := range text {
		for _, part := range wrap(text, w-2) {
			lines = append(lines, " "+p.styles.title.on(part))
		}
	}
	var keys []string
	for _, c := range choices {
		if c.Help().Key != "" {
			keys = append(keys, p.key(c.Help().Key, c.Help().Desc, c.why))
		}
	}
	for _, line := range p.flow(w-2, "   ", keys...) {
		lines = append(lines, " "+line)
	}
	return lines
}
