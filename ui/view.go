package ui

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// View draws the screen: never more lines than the terminal has, none wider.
func (m *model) View() string {
	if m.w <= 0 || m.h <= 0 {
		return ""
	}
	return strings.Join(m.draw(), "\n")
}

// draw returns the lines of the screen, none too many and none too wide: a net
// under parts, which keep within the screen by themselves.
func (m *model) draw() []string {
	lines := m.parts()
	lines = lines[:min(len(lines), m.h)]
	for i, line := range lines {
		if len(line) > m.w && ansi.StringWidth(line) > m.w {
			lines[i] = ansi.Truncate(line, m.w, "")
		}
	}
	return lines
}

// parts draws whatever is on the screen now.
func (m *model) parts() []string {
	var lines []string
	switch {
	case m.layout.small:
		lines = m.tooSmall()
	case m.help:
		lines = m.helpScreen(m.w, m.h)
	case m.machines:
		lines = m.machinesScreen(m.w, m.h)
	default:
		lines = m.mainScreen()
	}
	if m.dialog != nil && !m.layout.small {
		ask := m.dialogLines(m.w)
		ask = ask[:min(len(ask), m.h)]
		lines = append(lines[:max(0, min(len(lines), m.h-len(ask)))], ask...)
	}
	return lines
}

// mainScreen draws header, list, details, events and hints.
func (m *model) mainScreen() []string {
	l := m.layout
	lines := make([]string, 0, l.h)
	lines = append(lines, m.header(l.w)...)
	text, p := m.condition()
	if text == "" {
		text, p = m.above(), m.styles.strong
	}
	const around = 8 // of the rule, and spaces
	lines = append(lines, m.rule(text, m.looking(l.w-width(text)-around), p, l.w))
	switch {
	case l.full > 0:
		lines[len(lines)-1] = m.rule(m.focused(focusDetails, m.detailsTitle()), "esc back", m.styles.title, l.w)
		lines = append(lines, m.fullPane(l.w, l.full)...)
	case l.side > 0:
		lines[len(lines)-1] = m.joint(lines[len(lines)-1], l.listWidth, m.glyphs.tee)
		lines = append(lines, m.beside(l)...)
	default:
		lines = append(lines, m.listLines(l)...)
	}
	if l.below > 0 {
		lines = append(lines, m.belowPane(l.w, l.below)...)
	}
	if l.events > 0 {
		pane := m.eventsPane(l.w, l.events)
		if l.side > 0 {
			pane[0] = m.joint(pane[0], l.listWidth, m.glyphs.foot)
		}
		lines = append(lines, pane...)
	}
	return append(lines, m.lastLine(l.w))
}

// above names the recorder of the first camera in the list when its own row is
// scrolled out of sight.
func (m *model) above() string {
	rows := m.list.visible()
	if len(rows) == 0 || rows[0].camera < 0 {
		return ""
	}
	return recorderTitle(&m.snap.Recorders[rows[0].recorder])
}

// beside sets the details to the right of the list.
func (m *model) beside(l layout) []string {
	left := m.listLines(l)
	right := m.sidePane(l.side-1, len(left))
	wall := m.styles.faint.on(m.glyphs.wall)
	for i := range left {
		left[i] += wall + " " + right[i]
	}
	return left
}

// joint lets a rule meet the wall beside the list, unless a text stands there.
func (p *pen) joint(rule string, at int, glyph string) string {
	if ansi.Strip(ansi.Cut(rule, at, at+1)) != p.glyphs.rule {
		return rule
	}
	return ansi.Cut(rule, 0, at) + p.styles.faint.on(glyph) + ansi.TruncateLeft(rule, at+1, "")
}

// lastLine is a prompt, the answer to a key, or the hints.
func (m *model) lastLine(w int) string {
	switch {
	case m.prompt != nil:
		return m.promptLine(w)
	case m.notice.text != "" && m.opts.Now().Before(m.notice.until):
		return m.styles.title.on(m.glyphs.cut(" "+clean(m.notice.text), w))
	}
	return m.hints(m.keys.browse, w)
}

// tooSmall says what is needed, and that nothing is lost meanwhile.
func (m *model) tooSmall() []string {
	size := func(w, h int) string { return itoa(w) + "×" + itoa(h) }
	if m.opts.ASCII {
		size = func(w, h int) string { return itoa(w) + "x" + itoa(h) }
	}
	text := "Terminal is " + size(m.w, m.h) + ", hikgrab needs " + size(minWidth, minHeight) + "."
	lines := wrap(text, m.w)
	if m.dialog != nil {
		lines = []string{"y yes, n no:"}
		for _, text := range m.dialog.text(m) {
			lines = append(lines, wrap(text, m.w)...)
		}
		return lines
	}
	state := m.percent() + ". Downloads continue. q quits."
	if m.snap.Finished {
		state = "Everything has ended. q quits."
	}
	return append(lines, wrap(state, m.w)...)
}
