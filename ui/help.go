package ui

import (
	"strings"

	"github.com/charmbracelet/bubbles/key"
	tea "github.com/charmbracelet/bubbletea"
)

// helpKeys are the keys while the help is open.
func helpKeys() []command {
	by := func(n int) func(m *model) tea.Cmd { return act(func(m *model) { m.helpTop += n }) }
	return []command{
		{Binding: bind("esc ? q", "close", "esc", "?", "f1", "q", "enter"), hint: "close", do: act(func(m *model) { m.help = false })},
		{Binding: bind("↓ j", "down", "down", "j"), hint: "scroll", do: by(1)},
		{Binding: bind("↑ k", "up", "up", "k"), do: by(-1)},
		{Binding: bind("PgDn", "page down", "pgdown", " ", "ctrl+f", "ctrl+d"), do: by(10)},
		{Binding: bind("PgUp", "page up", "pgup", "ctrl+b", "ctrl+u"), do: by(-10)},
		{Binding: bind("/", "find", "/"), hint: "find", do: act((*model).askHelp)},
		{Binding: bind("ctrl+c", "quit", "ctrl+c"), do: (*model).interrupt},
	}
}

// helpScreen draws the help in exactly h lines: all commands by group, in two
// columns where there is room. What does nothing now is faint and says why.
func (m *model) helpScreen(w, h int) []string {
	const gutter = 3
	var lines []string
	if column := (w - gutter - 2) / 2; column >= 50 {
		left := m.helpLines(column, groupWork, groupMove)
		right := m.helpLines(column, groupFind, groupLook, groupLeave)
		for i := range max(len(left), len(right)) {
			lines = append(lines, m.glyphs.left(lineAt(left, i), column)+spaces(gutter)+lineAt(right, i))
		}
	} else {
		lines = m.helpLines(w-2, helpGroups...)
	}
	if len(lines) == 0 {
		lines = []string{"no key is described with " + clean(m.helpFind)}
	}
	lines = append(lines, "")
	lines = append(lines, m.signs(w-2)...)
	if m.opts.Log != "" {
		lines = append(lines, "", m.glyphs.cut("Everything that happens is written to "+clean(m.opts.Log), w-2))
	}

	rows := h - 2
	m.helpTop = max(0, min(m.helpTop, len(lines)-rows))
	position := ""
	if len(lines) > rows {
		position = itoa(m.helpTop+1) + m.glyphs.span + itoa(min(len(lines), m.helpTop+rows)) + " of " + itoa(len(lines))
	}
	out := []string{m.rule("hikgrab: keys", position, m.styles.title, w)}
	for _, line := range lines[m.helpTop:min(len(lines), m.helpTop+rows)] {
		out = append(out, " "+line)
	}
	for len(out) < h-1 {
		out = append(out, "")
	}
	if m.prompt != nil {
		return append(out, m.promptLine(w))
	}
	return append(out, m.hints(m.keys.help, w))
}

// askHelp opens the line that looks for a key by what it does.
func (m *model) askHelp() {
	m.ask(prompt{
		label:  "/",
		help:   func(*model) string { return "enter keeps, esc shows all" },
		typed:  func(m *model, text string) { m.helpFind, m.helpTop = text, 0 },
		enter:  func(*model, string) error { return nil },
		cancel: func(m *model) { m.helpFind = "" },
	}, m.helpFind)
}

// helpLines lists the commands of some groups in lines of at most w cells.
func (m *model) helpLines(w int, groups ...string) []string {
	const keyWidth = 13
	var lines []string
	for _, group := range groups {
		begin := len(lines)
		if begin > 0 {
			lines = append(lines, "")
		}
		lines = append(lines, m.styles.title.on(group))
		head := len(lines)
		for i := range m.keys.browse {
			c := &m.keys.browse[i]
			if c.group != group || c.Help().Key == "" || c.several && !m.several() || !contains(strings.ToLower(m.helpFind), c.Help().Key, c.Help().Desc) {
				continue
			}
			keys, look, what := m.styles.key, paint{}, c.Help().Desc
			if why := c.why(m); why != "" {
				keys, look, what = m.styles.faint, m.styles.faint, what+" ("+why+")"
			}
			name := keys.on(m.glyphs.left(m.keyNames(c.Binding), keyWidth))
			for _, part := range wrap(what, w-keyWidth) {
				lines = append(lines, name+look.on(part))
				name = spaces(keyWidth)
			}
		}
		if len(lines) == head { // none of the group was looked for
			lines = lines[:begin]
		}
	}
	return lines
}

// keyNames is how a binding's keys are shown; arrows are words in ASCII.
func (m *model) keyNames(b key.Binding) string {
	if !m.opts.ASCII {
		return b.Help().Key
	}
	return strings.NewReplacer("↑", "up", "↓", "down", "←", "left", "→", "right").Replace(b.Help().Key)
}

// signs explains the glyphs of the states and of a timeline.
func (p *pen) signs(w int) []string {
	g, s := &p.glyphs, &p.styles
	lines := []string{s.title.on("Signs")}
	line := ""
	add := func(item string) {
		if line != "" && width(line)+2+width(item) > w {
			lines, line = append(lines, line), ""
		}
		line = join("  ", line, item)
	}
	for _, state := range countOrder {
		add(s.state[state].on(g.state[state]) + " " + state.String())
	}
	add(s.bad.on(g.held) + " recorder held")
	lines, line = append(lines, line), ""
	add("timeline:")
	for sl := slotDone; sl < numSlots; sl++ {
		add(s.slots[sl].on(g.slots[sl]) + " " + slotNames[sl])
	}
	return append(lines, line)
}

// hints is the last line of the screen: the keys worth knowing, as many as fit,
// those that do nothing now faint. Help and quit come before all others, the
// minor ones last.
func (m *model) hints(commands []command, w int) string {
	texts := make([]string, len(commands))
	used := 0
	take := func(want func(c *command) bool) {
		for i := range commands {
			c := &commands[i]
			if c.hint == "" || c.several && !m.several() || texts[i] != "" || !want(c) {
				continue
			}
			name, _, _ := strings.Cut(m.keyNames(c.Binding), " ")
			word := c.shown(m)
			if used += width(name) + 1 + width(word) + 2; used > w+1 {
				used = w + 2 // what comes later is less important
				return
			}
			texts[i] = m.styles.key.on(name) + " " + word
			if c.why(m) != "" {
				texts[i] = m.styles.faint.on(name + " " + word)
			}
		}
	}
	take(func(c *command) bool { return c.group == groupLeave })
	take(func(c *command) bool { return !c.minor })
	take(func(c *command) bool { return c.minor })
	return " " + join("  ", texts...)
}

func lineAt(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return ""
}
