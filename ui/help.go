package ui

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// help is the list of all keys, while it is open.
type help struct {
	open bool
	top  int    // lines scrolled out at the top
	find string // text that entries must contain
}

func (m *model) openHelp() { m.help = help{open: true} }

func helpKeys() []command {
	by := func(n int) func(m *model) tea.Cmd { return act(func(m *model) { m.help.top += n }) }
	return []command{
		{Binding: bind("esc ? q", "close", "esc", "?", "f1", "q", "enter"), hint: "close", do: act(func(m *model) { m.help.open = false })},
		{Binding: bind("↓ j", "down", "down", "j"), hint: "scroll", do: by(1)},
		{Binding: bind("↑ k", "up", "up", "k"), do: by(-1)},
		{Binding: bind("PgDn", "page down", "pgdown", " ", "ctrl+f", "ctrl+d"), do: by(10)},
		{Binding: bind("PgUp", "page up", "pgup", "ctrl+b", "ctrl+u"), do: by(-10)},
		{Binding: bind("/", "find", "/"), hint: "find", do: act((*model).askHelp)},
		{Binding: bind("ctrl+c", "quit", "ctrl+c"), do: (*model).interrupt},
	}
}

func (m *model) askHelp() {
	m.ask(prompt{
		label:  "/",
		help:   func(*model) string { return "enter keeps, esc shows all" },
		typed:  func(m *model, text string) { m.help.find, m.help.top = text, 0 },
		enter:  func(*model, string) error { return nil },
		cancel: func(m *model) { m.help.find = "" },
	}, m.help.find)
}

// lines returns exactly h lines, all but the last line of the help: the
// commands by group, in two columns if there is room, the signs, and the log
// file.
func (k *help) lines(p *pen, all []offer, log string, w, h int) []string {
	const gutter = 3
	var lines []string
	if column := (w - gutter - 2) / 2; column >= 50 {
		left := p.helpLines(all, k.find, column, groupWork, groupMove)
		right := p.helpLines(all, k.find, column, groupFind, groupLook, groupLeave)
		n := max(len(left), len(right))
		left, right = filled(left, n), filled(right, n)
		for i := range n {
			lines = append(lines, p.glyphs.left(left[i], column)+spaces(gutter)+right[i])
		}
	} else {
		lines = p.helpLines(all, k.find, w-2, groupWork, groupFind, groupLook, groupLeave, groupMove)
	}
	if len(lines) == 0 {
		lines = []string{"no key matches " + clean(k.find)}
	}
	lines = append(lines, "")
	lines = append(lines, p.signs(w-2)...)
	if log != "" {
		lines = append(lines, "", p.glyphs.cut("Everything that happens is written to "+clean(log), w-2))
	}
	rows := h - 1
	k.top = max(0, min(k.top, len(lines)-rows))
	shown := lines[k.top:min(len(lines), k.top+rows)]
	position := ""
	if len(lines) > rows {
		position = itoa(k.top+1) + p.glyphs.span + itoa(k.top+len(shown)) + " of " + itoa(len(lines))
	}
	out := []string{p.rule("hikgrab: keys", position, p.styles.title, w)}
	for _, line := range shown {
		out = append(out, " "+line)
	}
	return filled(out, h)
}

// helpLines lists the commands of the groups whose descriptions match find, in
// lines of at most w cells. A command without effect now is faint and says why.
func (p *pen) helpLines(all []offer, find string, w int, groups ...string) []string {
	const keyWidth = 13
	var lines []string
	for _, group := range groups {
		title := []string{"", p.styles.title.on(group)}
		if len(lines) == 0 {
			title = title[1:]
		}
		for _, o := range all {
			if o.group != group || o.Help().Key == "" || !contains(strings.ToLower(find), o.Help().Key, o.Help().Desc) {
				continue
			}
			lines, title = append(lines, title...), nil
			keys, look, what := p.styles.key, paint{}, o.Help().Desc
			if o.why != "" {
				keys, look, what = p.styles.faint, p.styles.faint, what+" ("+o.why+")"
			}
			name := keys.on(p.glyphs.left(p.glyphs.keys(o.Help().Key), keyWidth))
			for _, part := range wrap(what, w-keyWidth) {
				lines = append(lines, name+look.on(part))
				name = spaces(keyWidth)
			}
		}
	}
	return lines
}

// keys returns how a binding's keys are shown; in ASCII, arrows become words.
func (g *glyphs) keys(names string) string {
	if !g.ascii {
		return names
	}
	return strings.NewReplacer("↑", "up", "↓", "down", "←", "left", "→", "right").Replace(names)
}

// signs explains the glyphs of states and timelines.
func (p *pen) signs(w int) []string {
	g, s := &p.glyphs, &p.styles
	var states []string
	for _, state := range countOrder {
		states = append(states, s.state[state].on(g.state[state])+" "+state.String())
	}
	slots := []string{"timeline:"}
	for sl := slotDone; sl < numSlots; sl++ {
		slots = append(slots, s.slots[sl].on(g.slots[sl])+" "+slotNames[sl])
	}
	return slices.Concat([]string{s.title.on("Signs")}, p.flow(w, "  ", append(states, s.bad.on(g.held)+" recorder held")...), p.flow(w, "  ", slots...))
}

// hints returns the last line of the screen: as many keys as fit, with those
// that have no effect now faint. Help and quit come first, minor keys last.
func (p *pen) hints(all []offer, w int) string {
	texts := make([]string, len(all))
	used := 0
	take := func(want func(o offer) bool) {
		for i, o := range all {
			if o.hint == "" || texts[i] != "" || !want(o) {
				continue
			}
			name, _, _ := strings.Cut(p.glyphs.keys(o.Help().Key), " ")
			if used += width(name) + 1 + width(o.word) + 2; used > w+1 {
				used = w + 2 // stop here: the rest matters less
				return
			}
			texts[i] = p.key(name, o.word, o.why)
		}
	}
	take(func(o offer) bool { return o.group == groupLeave })
	take(func(o offer) bool { return !o.minor })
	take(func(o offer) bool { return o.minor })
	return " " + join("  ", texts...)
}

// key draws a key and its meaning, faint if why says that it has no effect.
func (p *pen) key(name, what, why string) string {
	if why != "" {
		return p.styles.faint.on(name + " " + what)
	}
	return p.styles.key.on(name) + " " + what
}
