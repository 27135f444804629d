package ui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// Machines is what the screen needs of a queue that is spread over several
// machines, beside what every Queue has. All methods return at once.
type Machines interface {
	PauseMachine(id string, paused bool) // give it nothing new
	GiveUpMachine(id string)             // declare one that is not heard dead
	SetMachineJobs(id string, n int)
	// LeaveAtWork has the machines finish what they hold without this one. Stop
	// then only stops this one.
	LeaveAtWork()
}

// several reports whether more than one machine is at work.
func (m *model) several() bool { return len(m.snap.Machines) > 0 }

func (m *model) noMachines() string {
	if !m.several() {
		return "there is one machine"
	}
	return ""
}

// owner names the machine that works on a recorder, and says when it is not
// heard.
func (p *pen) owner(r *tasks.RecorderView) string {
	if r.Machine != "" && r.Silent > 0 {
		return clean(r.Machine) + " silent " + units.Duration(r.Silent)
	}
	return clean(r.Machine)
}

// owned is a recorder's title in w cells, and at the right of them its machine.
func (m *model) owned(r *tasks.RecorderView, titled paint, w int) string {
	p := &m.pen
	owner := p.owner(r)
	if owner == "" {
		return titled.on(p.glyphs.left(m.listTitle(r, w), w))
	}
	if r.Silent > 0 && width(owner) > w/2 { // that it is silent says more than its name, which the details have
		owner = "silent " + units.Duration(r.Silent)
	}
	owner = p.glyphs.cut(owner, w/2)
	look := paint{}
	if r.Silent > 0 {
		look = p.styles.faint
	}
	title := p.glyphs.cut(m.listTitle(r, w-width(owner)-1), w-width(owner)-1)
	return titled.on(p.glyphs.left(title, w-width(owner))) + look.on(owner)
}

// machineKeys are the keys while the machines are shown.
func machineKeys() []command {
	by := func(n int) func(m *model) tea.Cmd {
		return act(func(m *model) { m.machineAt = max(0, min(m.machineAt+n, len(m.snap.Machines)-1)) })
	}
	jobs := func(n int) func(m *model) tea.Cmd {
		return act(func(m *model) {
			v := m.machineOn()
			m.controls().SetMachineJobs(v.ID, max(v.Jobs+n, 1))
			m.say(v.Name + ": " + units.Count(max(v.Jobs+n, 1), "job"))
		})
	}
	return []command{
		{Binding: bind("m", "recorders", "m", "esc", "i", "enter"), hint: "recorders", do: act(func(m *model) { m.machines = false })},
		{Binding: bind("space", "pause or resume the machine", " ", "p"), hint: "pause", do: act(func(m *model) {
			v := m.machineOn()
			m.controls().PauseMachine(v.ID, !v.Paused)
			if v.Paused {
				m.say(v.Name + " gets recorders again")
			} else {
				m.say(v.Name + " finishes what it holds and gets nothing new")
			}
		})},
		{Binding: bind("x", "give up", "x"), hint: "give up", idle: func(m *model) string {
			if m.machineOn().Silent == 0 {
				return "it is heard"
			}
			return ""
		}, do: act(func(m *model) { m.dialog = giveUpDialog(m.machineOn()) })},
		{Binding: bind("+", "more jobs", "+", "="), hint: "jobs", do: jobs(1)},
		{Binding: bind("-", "fewer jobs", "-"), hint: "jobs", do: jobs(-1)},
		{Binding: bind("↓ j", "down", "down", "j"), do: by(1)},
		{Binding: bind("↑ k", "up", "up", "k"), do: by(-1)},
		{Binding: bind("?", "help", "?", "f1"), group: groupLeave, hint: "help", do: act(func(m *model) { m.help, m.helpTop, m.helpFind = true, 0, "" })},
		{Binding: bind("q", "quit", "q"), group: groupLeave, hint: "quit", do: func(m *model) tea.Cmd { m.machines = false; return m.quit(false) }},
		{Binding: bind("ctrl+c", "quit", "ctrl+c"), do: func(m *model) tea.Cmd { m.machines = false; return m.interrupt() }},
	}
}

// controls are the calls that concern one machine.
func (m *model) controls() Machines {
	if c, ok := m.queue.(Machines); ok {
		return c
	}
	return noControls{}
}

// noControls stand for those of a queue that has none.
type noControls struct{}

func (noControls) PauseMachine(string, bool)  {}
func (noControls) GiveUpMachine(string)       {}
func (noControls) SetMachineJobs(string, int) {}
func (noControls) LeaveAtWork()               {}

// machineOn is the machine under the cursor.
func (m *model) machineOn() tasks.MachineView {
	if len(m.snap.Machines) == 0 {
		return tasks.MachineView{}
	}
	return m.snap.Machines[min(m.machineAt, len(m.snap.Machines)-1)]
}

// giveUpDialog asks before a machine is declared dead.
func giveUpDialog(v tasks.MachineView) *dialog {
	return &dialog{
		text: func(*model) []string {
			return []string{
				"Give up " + v.Name + ", silent for " + units.Duration(v.Silent) + "?",
				"In a minute others get what it holds. If it still works there, two machines may meet on one recorder.",
			}
		},
		choices: []command{
			no("no"),
			{Binding: bind("[y]", "yes", "y", "x"), do: act(func(m *model) {
				m.dialog = nil
				m.controls().GiveUpMachine(v.ID)
				m.say(v.Name + " is given up")
			})},
			{Binding: bind("", "", "ctrl+c"), do: (*model).interrupt},
		},
	}
}

// machinesScreen draws the machines in exactly h lines.
func (m *model) machinesScreen(w, h int) []string {
	lines := append(m.header(w), m.rule("machines", "", m.styles.title, w))
	lines = append(lines, m.styles.faint.on(m.machineLine(w, " ", [...]string{"machine", "network", "recorders", "active", "speed", "files", "free", "version", "heard"})))
	room := h - len(lines) - 1
	first := max(0, min(m.machineAt-room/2, len(m.snap.Machines)-room))
	for i := first; i < len(m.snap.Machines) && len(lines) < h-1; i++ {
		v := &m.snap.Machines[i]
		free := m.glyphs.dash
		if v.Free >= 0 {
			free = units.Size(v.Free)
		}
		heard, look := "now", paint{}
		switch {
		case v.Left:
			heard, look = "left", m.styles.faint
		case v.Silent > 0:
			heard, look = "silent "+units.Duration(v.Silent.Round(time.Second)), m.styles.faint
		case v.Held != "":
			heard, look = v.Held, m.styles.bad
		case v.Paused:
			heard, look = "paused", m.styles.warn
		}
		line := m.machineLine(w, m.pointer(i), [...]string{
			clean(v.Name), clean(join(" ", v.Networks...)), itoa(v.Recorders), itoa(v.Active) + "/" + itoa(v.Jobs), m.speed(v.Rate),
			itoa(v.Files), free, clean(v.Version), clean(heard),
		})
		if i == m.machineAt {
			line = m.styles.cursor.on(line)
		} else {
			line = look.on(line)
		}
		lines = append(lines, line)
	}
	for len(lines) < h-1 {
		lines = append(lines, "")
	}
	if m.notice.text != "" && m.opts.Now().Before(m.notice.until) {
		return append(lines, m.lastLine(w))
	}
	return append(lines, m.hints(m.keys.machines, w))
}

func (m *model) pointer(i int) string {
	if i == m.machineAt {
		return m.glyphs.cursor
	}
	return " "
}

// machineLine is one line of the machines. On a narrow screen the version, the
// files and the network are left out.
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
