package ui

import (
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

func typed(m *model, text string) {
	for _, r := range text {
		m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}})
	}
}

// The help can be narrowed to matching keys.
func TestHelpIsSearched(t *testing.T) {
	m := newScreen(siteQueue(), 80, 24)
	press(m, "?", "/")
	typed(m, "band")
	if view := m.View(); !strings.Contains(view, "limit the bandwidth") || strings.Contains(view, "page down") || strings.Contains(view, "Move") {
		t.Errorf("looking for band:\n%s", view)
	}
	press(m, "enter")
	if view := m.View(); strings.Contains(view, "page down") {
		t.Errorf("enter does not keep what was found:\n%s", view)
	}
	press(m, "/")
	typed(m, "xyz")
	if view := m.View(); !strings.Contains(view, "no key matches bandxyz") {
		t.Errorf("nothing found:\n%s", view)
	}
	press(m, "esc")
	if view := m.View(); !m.help.open || !strings.Contains(view, "pause or resume everything") {
		t.Errorf("esc does not show all:\n%s", view)
	}
}

// Enter shows an event in full if it does not fit its line.
func TestAnEventIsReadWhole(t *testing.T) {
	q := siteQueue()
	long := strings.Repeat("what happened is told at length, ", 9) + "to the end"
	q.events[len(q.events)-2].Message = long
	m := newScreen(q, 80, 24)
	press(m, "tab")
	for m.focus != focusEvents {
		press(m, "tab")
	}
	press(m, "up", "enter")
	view := m.View()
	if whole := strings.Join(strings.Fields(view), " "); !strings.Contains(whole, long) {
		t.Errorf("the event is not whole:\n%s", view)
	}
	press(m, "esc")
	if m.dialog != nil {
		t.Error("esc does not close it")
	}
}

// The sort column is marked.
func TestTheSortedColumnIsMarked(t *testing.T) {
	m := newScreen(siteQueue(), 160, 40)
	for key, title := range map[sortKey]string{sortName: "recorder / camera ▼", sortRate: "speed ▼", sortETA: "left ▼", sortSize: "total ▼", sortLeft: "total ▼", sortState: "left ▼"} {
		m.sortBy(key, false)
		if view := m.View(); !strings.Contains(view, title) {
			t.Errorf("sorted by %s, %q is not to be seen", key, title)
		}
		m.sortBy(key, true)
		if view := m.View(); !strings.Contains(view, strings.Replace(title, "▼", "▲", 1)) {
			t.Errorf("sorted by %s the other way, it is not to be seen", key)
		}
	}
}
