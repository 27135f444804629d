package ui

import (
	"slices"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// command is a key and its action. One table of commands drives the update, the
// help and the hints, so they cannot disagree.
type command struct {
	key.Binding
	group   string
	hint    string                // a word or two for the last line of the screen; empty means not shown
	several bool                  // only with several machines
	minor   bool                  // hint only if there is plenty of room
	turn    func(m *model) string // the hint, if it changes with the key's effect; may be nil
	do      func(m *model) tea.Cmd
	idle    func(m *model) string // why the key has no effect now; nil or "" means it has
}

// offer is a command in its present state, ready to draw.
type offer struct {
	*command
	word string // for the last line of the screen
	why  string // why it has no effect now; empty if it has
}

// offers returns the commands available now.
func (m *model) offers(commands []command) []offer {
	var all []offer
	for i := range commands {
		c := &commands[i]
		if c.several && !several(m) {
			continue
		}
		o := offer{c, c.hint, c.why(m)}
		if c.turn != nil {
			o.word = c.turn(m)
		}
		all = append(all, o)
	}
	return all
}

// Groups of the help.
const (
	groupMove  = "Move"
	groupWork  = "Downloads"
	groupFind  = "Find"
	groupLook  = "Look"
	groupLeave = "Leave"
)

// bind makes a binding: how the help shows the keys, what they do, and Bubble
// Tea's names for them.
func bind(show, what string, keys ...string) key.Binding {
	return key.NewBinding(key.WithKeys(keys...), key.WithHelp(show, what))
}

// act adapts a method that returns no tea.Cmd.
func act(do func(m *model)) func(m *model) tea.Cmd {
	return func(m *model) tea.Cmd { do(m); return nil }
}

// when disables a key, with the reason, while off returns true.
func when(off func(m *model) bool, why string) func(m *model) string {
	return func(m *model) string {
		if off(m) {
			return why
		}
		return ""
	}
}

// Reasons why keys have no effect.
var (
	noRows     = when(func(m *model) bool { return len(m.list.rows) == 0 }, "there is no row")
	noFailed   = when(func(m *model) bool { return troubles(m.snap.Counts) == 0 }, "nothing has failed")
	noMarks    = when(func(m *model) bool { return len(m.list.marks) == 0 }, "mark a row with v first")
	noSearch   = when(func(m *model) bool { return m.list.sought.needle == "" }, "look for something with / first")
	over       = when(func(m *model) bool { return m.snap.Finished }, "everything has ended")
	oneJob     = when(func(m *model) bool { return m.snap.Jobs <= 1 }, "at least one has to run")
	oneMachine = when(func(m *model) bool { return !several(m) }, "there is only one machine")
	noFile     = when(func(m *model) bool { return m.snap.Active == 0 && deriving(m.snap.Cameras) == "" }, "no file is active")
	noSuspend  = when(func(m *model) bool { return !m.term.suspends }, "Windows cannot suspend a program")
	unfolded   = when(func(m *model) bool {
		r := m.list.current()
		return r.rec == nil || r.cam != nil || m.list.opened(m.list.cursor)
	}, "unfolded already")
)

func several(m *model) bool { return len(m.snap.Machines) > 0 }

func browseKeys() []command {
	return slices.Concat(moveKeys(), workKeys(), findKeys(), lookKeys(), leaveKeys())
}

func moveKeys() []command {
	step := func(n int) func(m *model) tea.Cmd { return act(func(m *model) { m.scroll(n) }) }
	pages := func(n, part int) func(m *model) tea.Cmd {
		return act(func(m *model) { m.scroll(n * max(1, m.list.height/part)) })
	}
	const far = 1 << 30
	return []command{
		{Binding: bind("↑ k", "up", "up", "k"), group: groupMove, do: step(-1)},
		{Binding: bind("↓ j", "down", "down", "j"), group: groupMove, do: step(1)},
		{Binding: bind("PgUp ctrl+b", "page up", "pgup", "ctrl+b"), group: groupMove, do: pages(-1, 1)},
		{Binding: bind("PgDn ctrl+f", "page down", "pgdown", "ctrl+f"), group: groupMove, do: pages(1, 1)},
		{Binding: bind("ctrl+u", "half a page up", "ctrl+u"), group: groupMove, do: pages(-1, 2)},
		{Binding: bind("ctrl+d", "half a page down", "ctrl+d"), group: groupMove, do: pages(1, 2)},
		{Binding: bind("g Home", "to the first row", "g", "home"), group: groupMove, do: step(-far)},
		{Binding: bind("G End", "to the last row", "G", "end"), group: groupMove, do: step(far)},
		{Binding: bind("← h", "fold the recorder, or go to it", "left", "h"), group: groupMove, do: act(func(m *model) { m.list.fold(&m.snap) }), idle: func(m *model) string { return m.list.cannotFold() }},
		{Binding: bind("→ l", "unfold the recorder", "right", "l"), group: groupMove, do: act(func(m *model) { m.list.unfold(&m.snap) }), idle: unfolded},
		{Binding: bind("tab", "go to the details, the events, the list", "tab"), group: groupMove, do: act((*model).nextFocus)},
	}
}

func workKeys() []command {
	return []command{
		{
			Binding: bind("space p", "pause or resume the row, recorder or marked", " ", "p"), group: groupWork, hint: "pause",
			do: act((*model).pause), idle: nothingOpen, turn: pauseHint,
		},
		{
			Binding: bind("P", "pause or resume everything", "P"), group: groupWork, hint: "pause all", minor: true,
			do: act((*model).pauseAll), idle: over, turn: pauseAllHint,
		},
		{Binding: bind("r", "retry the row, or restart it when stuck", "r"), group: groupWork, hint: "retry", do: act((*model).retry), idle: cannotRetry},
		{Binding: bind("R", "retry all that failed", "R"), group: groupWork, hint: "retry failed", minor: true, do: act((*model).retryFailed), idle: noFailed},
		{Binding: bind("s", "skip; r takes it back", "s"), group: groupWork, hint: "skip", do: act((*model).skip), idle: nothingOpen},
		{Binding: bind("v", "mark the row", "v"), group: groupWork, hint: "mark", minor: true, do: act(func(m *model) { m.list.mark(&m.snap) }), idle: noRows},
		{Binding: bind("V", "mark from the last mark to here", "V"), group: groupWork, do: act(func(m *model) { m.list.markRange() }), idle: noMarks},
		{Binding: bind("+", "more downloads at once", "+", "="), group: groupWork, do: act(func(m *model) { m.changeJobs(1) })},
		{Binding: bind("-", "fewer downloads at once", "-"), group: groupWork, do: act(func(m *model) { m.changeJobs(-1) }), idle: oneJob},
		{Binding: bind("b", "limit the bandwidth", "b"), group: groupWork, do: act((*model).askLimit)},
	}
}

func findKeys() []command {
	all := []command{
		{Binding: bind("/", "filter by text; !text leaves out", "/"), group: groupFind, hint: "filter", do: act((*model).askFilter)},
		{Binding: bind("n", "next match", "n"), group: groupFind, do: act(func(m *model) { m.nextMatch(1) }), idle: noSearch},
		{Binding: bind("N", "previous match", "N"), group: groupFind, do: act(func(m *model) { m.nextMatch(-1) }), idle: noSearch},
		{Binding: bind("f", "next state filter", "f"), group: groupFind, hint: "state", do: act(func(m *model) { m.showStates((m.list.filter.state + 1) % numFilters) })},
		{Binding: bind("e", "next failed", "e"), group: groupFind, do: act(func(m *model) { m.nextFailed(1) }), idle: noFailed},
		{Binding: bind("E", "previous failed", "E"), group: groupFind, do: act(func(m *model) { m.nextFailed(-1) }), idle: noFailed},
		{Binding: bind("o", "sort: "+sortList(), "o"), group: groupFind, hint: "sort", minor: true, do: act(func(m *model) { m.sortBy((m.list.order.key+1)%numSortKeys, false) })},
		{Binding: bind("O", "reverse the order; twice sorts again", "O"), group: groupFind, do: act(func(m *model) { m.sortBy(m.list.order.key, !m.list.order.reverse) })},
	}
	for f := range numFilters {
		digit := itoa(int(f) + 1)
		all = append(all, command{
			Binding: bind(digit, "show "+f.String(), digit), group: groupFind,
			do: act(func(m *model) { m.showStates(f) }),
		})
	}
	return all
}

func lookKeys() []command {
	return []command{
		{Binding: bind("i enter", "details; again: whole screen; of an event: all of it", "enter", "i"), group: groupLook, hint: "details", do: act((*model).moreDetails), idle: noRows},
		{Binding: bind("L", "events: main, errors, every file, off", "L"), group: groupLook, hint: "log", minor: true, do: act((*model).nextEvents)},
		{Binding: bind("m", "machines instead of recorders", "m"), group: groupLook, hint: "machines", minor: true, several: true, do: act(func(m *model) { m.machines.open = true }), idle: oneMachine},
		{Binding: bind("F", "freeze the screen, to read or copy", "F"), group: groupLook, do: act(func(m *model) { m.frozen = !m.frozen })},
		{Binding: bind("y", "copy the error or the folder", "y"), group: groupLook, do: (*model).copy, idle: noRows},
		{Binding: bind("ctrl+o", "open the folder", "ctrl+o"), group: groupLook, do: (*model).openFolder, idle: noRows},
		{Binding: bind("ctrl+l", "redraw the screen", "ctrl+l"), group: groupLook, do: func(*model) tea.Cmd { return tea.ClearScreen }},
	}
}

func leaveKeys() []command {
	return []command{
		{Binding: bind("? F1", "this help", "?", "f1"), group: groupLeave, hint: "help", do: act((*model).openHelp)},
		{Binding: bind("esc", "close what is open, then clear the filter, then the marks", "esc"), group: groupLeave, do: act((*model).escape)},
		{Binding: bind("q", "quit; asks while something is going on", "q"), group: groupLeave, hint: "quit", do: func(m *model) tea.Cmd { return m.quit(false) }},
		{Binding: bind("Q", "quit and keep this screen in the terminal", "Q"), group: groupLeave, do: func(m *model) tea.Cmd { return m.quit(true) }},
		{Binding: bind("ctrl+c", "like q; twice quits at once", "ctrl+c"), group: groupLeave, do: (*model).interrupt},
		{Binding: bind("ctrl+z", "suspend hikgrab and all downloads", "ctrl+z"), group: groupLeave, do: (*model).suspend, idle: noSuspend},
	}
}

func find(commands []command, k tea.KeyMsg) (*command, bool) {
	for i := range commands {
		if key.Matches(k, commands[i].Binding) {
			return &commands[i], true
		}
	}
	return nil, false
}

// why returns the reason why a command has no effect now; empty if it has.
func (c *command) why(m *model) string {
	if c.idle == nil {
		return ""
	}
	return c.idle(m)
}

func sortList() string {
	text := ""
	for k := range numSortKeys {
		text = join(", ", text, k.String())
	}
	return text
}
