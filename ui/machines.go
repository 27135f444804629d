package ui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// Machines is what the screen needs from a queue spread over several machines,
// in addition to Queue. All methods return at once.
type Machines interface {
	PauseMachine(id string, paused bool) // assign it no new work
	GiveUpMachine(id string)             // declare a silent machine dead
	SetMachineJobs(id string, n int)
	// LeaveAtWork lets the other machines finish what they hold without this one.
	// Stop then stops only this one.
	LeaveAtWork()
}

// machines is the view of the machines, shown in place of recorders while open.
type machines struct {
	open bool
	at   int // the machine under the cursor
}

// owner names the machine working on a recorder, and says if it is silent.
func owner(r *tasks.RecorderView) string {
	if r.Machine != "" && r.Silent > 0 {
		return clean(r.Machine) + " silent " + units.Duration(r.Silent)
	}
	return clean(r.Machine)
}

// owned draws a recorder's title in w cells, with its machine on the right.
func (r *rows) owned(rec *tasks.RecorderView, titled paint, w int) string {
	who, look := owner(rec), paint{}
	if who == "" {
		return titled.on(r.glyphs.left(r.title(rec, w), w))
	}
	if rec.Silent > 0 {
		look = r.styles.faint
		if width(who) > w/2 { // that it is silent matters more than its name, which the details show
			who = "silent " + units.Duration(rec.Silent)
		}
	}
	who = r.glyphs.cut(who, w/2)
	title := r.glyphs.cut(r.title(rec, w-width(who)-1), w-width(who)-1)
	return titled.on(r.glyphs.left(title, w-width(who))) + look.on(who)
}

func machineKeys() []command {
	by := func(n int) func(m *model) tea.Cmd {
		return act(func(m *model) { m.machines.at = max(0, min(m.machines.at+n, len(m.snap.Machines)-1)) })
	}
	jobs := func(n int) func(m *model) tea.Cmd {
		return act(func(m *model) {
			v := m.machine()
			m.controls().SetMachineJobs(v.ID, max(v.Jobs+n, 1))
			m.say(v.Name + ": " + units.Count(max(v.Jobs+n, 1), "job"))
		})
	}
	heard := func(m *model) bool { return m.machine().Silent == 0 }
	return []command{
		{Binding: bind("m", "recorders", "m", "esc", "i", "enter"), hint: "recorders", do: act(func(m *model) { m.machines.open = false })},
		{Binding: bind("space", "pause or resume the machine", " ", "p"), hint: "pause", do: act((*model).pauseMachine)},
		{Binding: bind("x", "give up", "x"), hint: "give up", idle: when(heard, "it is heard"), do: act(func(m *model) { m.dialog = giveUpDialog(m.machine()) })},
		{Binding: bind("+", "more jobs", "+", "="), hint: "jobs", do: jobs(1)},
		{Binding: bind("-", "fewer jobs", "-"), hint: "jobs", do: jobs(-1)},
		{Binding: bind("↓ j", "down", "down", "j"), do: by(1)},
		{Binding: bind("↑ k", "up", "up", "k"), do: by(-1)},
		{Binding: bind("?", "help", "?", "f1"), group: groupLeave, hint: "help", do: act((*model).openHelp)},
		{Binding: bind("q", "quit", "q"), group: groupLeave, hint: "quit", do: func(m *model) tea.Cmd { m.machines.open = false; return m.quit(false) }},
		{Binding: bind("ctrl+c", "quit", "ctrl+c"), do: (*model).interrupt},
	}
}

// controls returns the calls for single machines. A queue with machines in its
// snapshot implements them.
func (m *model) controls() Machines { return m.queue.(Machines) }

func (m *model) machine() tasks.MachineView {
	if len(m.snap.Machines) == 0 {
		return tasks.MachineView{}
	}
	return m.snap.Machines[min(m.machines.at, len(m.snap.Machines)-1)]
}

func (m *model) pauseMachine() {
	v := m.machine()
	m.controls().PauseMachine(v.ID, !v.Paused)
	if v.Paused {
		m.say(v.Name + " gets recorders again")
	} else {
		m.say(v.Name + " finishes what it holds and gets nothing new")
	}
}

func giveUpDialog(v tasks.MachineView) *dialog {
	return confirm(func(*model) []string {
		return []string{
			"Give up " + v.Name + ", silent for " + units.Duration(v.Silent) + "?",
			"In a minute others get what it holds. If it still works there, two machines may meet on one recorder.",
		}
	}, func(m *model) {
		m.controls().GiveUpMachine(v.ID)
		m.say(v.Name + " is given up")
	}, "y", "x")
}

// machineLines draws the machines under a header, in h lines.
func (p *pen) machineLines(s *tasks.Snapshot, cursor, w, h int) []string {
	lines := []string{
		p.rule("machines", "", p.styles.title, w),
		p.styles.faint.on(p.machineLine(w, " ", [...]string{"machine", "network", "recorders", "active", "speed", "files", "free", "version", "heard"})),
	}
	room := h - len(lines)
	first := max(0, min(cursor-room/2, len(s.Machines)-room))
	for i := first; i < len(s.Machines) && len(lines) < h; i++ {
		v := &s.Machines[i]
		free := p.glyphs.dash
		if v.Free >= 0 {
			free = units.Size(v.Free)
		}
		heard, look := "now", paint{}
		switch {
		case v.Left:
			heard, look = "left", p.styles.faint
		case v.Silent > 0:
			heard, look = "silent "+units.Duration(v.Silent.Round(time.Second)), p.styles.faint
		case v.Held != "":
			heard, look = v.Held, p.styles.bad
		case v.Paused:
			heard, look = "paused", p.styles.warn
		}
		head := " "
		if i == cursor {
			head, look = p.glyphs.cursor, p.styles.cursor
		}
		lines = append(lines, look.on(p.machineLine(w, head, [...]string{
			clean(v.Name), clean(join(" ", v.Networks...)), itoa(v.Recorders), itoa(v.Active) + "/" + itoa(v.Jobs), p.speed(v.Rate),
			itoa(v.Files), free, clean(v.Version), clean(heard),
		})))
	}
	return filled(lines, h)
}

// machineLine draws one machine. A narrow screen omits version, files and
// network.
func (p *pen) machineLine(w int, head string, cells [9]string) string {
	widths := [9]int{14, 8, 9, 6, 11, 6, 9, 10, 0}
	for _, drop := range []struct{ column, below int }{{7, 100}, {5, 90}, {1, 76}, {6, 64}, {4, 52}} {
		if w < drop.below {
			widths[drop.column] = -1
		}
	}
	line := head + " "
	for i, cell := range cells {
		switch {
		case widths[i] < 0:
		case i == len(cells)-1:
			line += "  " + cell
		case i >= 2 && i <= 6:
			line += " " + p.glyphs.right(cell, widths[i])
		default:
			line += " " + p.glyphs.left(cell, widths[i])
		}
	}
	return p.glyphs.left(line, w)
}
