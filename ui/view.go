package ui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// View draws the screen: never more or wider lines than the terminal has.
func (m *model) View() string {
	if m.layout.w <= 0 || m.layout.h <= 0 {
		return ""
	}
	return strings.Join(m.draw(), "\n")
}

// draw returns the lines of the screen, cut to its size. This is a safety net:
// parts keeps within the size by itself.
func (m *model) draw() []string {
	w, h := m.layout.w, m.layout.h
	lines := m.parts()
	lines = lines[:min(len(lines), h)]
	for i, line := range lines {
		if len(line) > w && ansi.StringWidth(line) > w {
			lines[i] = ansi.Truncate(line, w, "")
		}
	}
	return lines
}

// parts draws what the screen shows now.
func (m *model) parts() []string {
	w, h := m.layout.w, m.layout.h
	var lines []string
	switch {
	case m.layout.small:
		return m.tooSmall()
	case m.help.open:
		lines = append(m.help.lines(&m.pen, m.offers(m.browse), m.opts.Log, w, h-1), m.lastLine(m.helping))
	case m.machines.open:
		lines = m.header()
		lines = append(lines, m.machineLines(&m.snap, m.machines.at, w, h-1-len(lines))...)
		lines = append(lines, m.lastLine(m.steering))
	default:
		lines = append(m.mainScreen(), m.lastLine(m.browse))
	}
	if d := m.dialog; d != nil {
		ask := m.dialogLines(d.title, d.text(m), m.offers(d.choices), w)
		ask = ask[:min(len(ask), h)]
		lines = append(lines[:max(0, min(len(lines), h-len(ask)))], ask...)
	}
	return lines
}

func (m *model) header() []string { return header{&m.pen, &m.snap, m.opts.Title}.lines(m.layout.w) }

func (m *model) pane() *pane {
	return &pane{&m.pen, &m.details, &m.snap, m.list.current(), m.focus == focusDetails}
}

// mainScreen draws header, list, details and events.
func (m *model) mainScreen() []string {
	l := m.layout
	lines := m.header()
	text, look := m.condition()
	if rows := m.list.visible(); text == "" && len(rows) > 0 && rows[0].cam != nil {
		text, look = recorderTitle(rows[0].rec), m.styles.strong // its row is scrolled out of sight
	}
	const around = 8 // for the rule's ends and spaces
	rule := m.rule(text, m.looking(&m.list, len(m.snap.Cameras), l.w-width(text)-around), look, l.w)
	pane := m.pane()
	switch {
	case l.full > 0:
		lines = append(lines, m.rule(focusedTitle(pane.title(), pane.focused), "esc back", m.styles.title, l.w))
		lines = append(lines, pane.full(l.w, l.full)...)
	case l.side > 0:
		lines = append(lines, m.joint(rule, l.listWidth, m.glyphs.tee))
		left := m.listLines()
		right := pane.side(l.side-1, len(left))
		for i := range left {
			lines = append(lines, left[i]+m.styles.faint.on(m.glyphs.wall)+" "+right[i])
		}
	default:
		lines = slices.Concat(lines, []string{rule}, m.listLines())
	}
	if l.below > 0 {
		lines = append(lines, pane.below(l.w)...)
	}
	if l.events > 0 {
		events := eventsPane{&m.pen, &m.events, &m.snap, m.focus == focusEvents}
		drawn := events.lines(l.w, l.events)
		if l.side > 0 {
			drawn[0] = m.joint(drawn[0], l.listWidth, m.glyphs.foot)
		}
		lines = append(lines, drawn...)
	}
	return lines
}

// listLines draws the list, or says why it is empty.
func (m *model) listLines() []string {
	nothing := []string{"", "There is nothing to download: the sheet names no recorder."}
	switch {
	case m.list.filter.on():
		nothing = []string{"", "No " + m.nouns.row + " matches.", "esc shows all " + m.nouns.rows(len(m.snap.Cameras)) + "."}
	case m.opts.Files:
		nothing[1] = "Nothing is known that is not here; the machines are asked."
	}
	w := m.layout.listWidth
	if m.layout.side > 0 {
		w-- // a space before the wall
	}
	return m.rowsIn(w, &m.list, &m.snap).lines(m.layout, nothing)
}

// lastLine draws a prompt, the answer to a key, or the hints.
func (m *model) lastLine(commands []command) string {
	w := m.layout.w
	switch {
	case m.prompt != nil:
		return m.promptLine(m.prompt, m.prompt.help(m), w)
	case m.notice.text != "" && m.opts.Now().Before(m.notice.until):
		return m.styles.title.on(m.glyphs.cut(" "+clean(m.notice.text), w))
	}
	return m.hints(m.offers(commands), w)
}

// tooSmall says what size is needed, and that the work continues.
func (m *model) tooSmall() []string {
	times := "×"
	if m.glyphs.ascii {
		times = "x"
	}
	w := m.layout.w
	if m.dialog != nil {
		lines := []string{"y yes, n no:"}
		for _, text := range m.dialog.text(m) {
			lines = append(lines, wrap(text, w)...)
		}
		return lines
	}
	state := percentText(&m.snap) + ". Downloads continue. q quits."
	if m.snap.Finished {
		state = "Everything has ended. q quits."
	}
	text := fmt.Sprintf("Terminal is %d%s%d, hikgrab needs %d%s%d.", w, times, m.layout.h, minWidth, times, minHeight)
	return append(wrap(text, w), wrap(state, w)...)
}
