package ui

import (
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"pgregory.net/rapid"

	"example.com/hikgrab/tasks"
)

// titles returns the rows of the list as text, recorders by address.
func titles(m *model) []string {
	var all []string
	for _, r := range m.list.rows {
		if r.cam == nil {
			all = append(all, r.rec.Address)
		} else {
			all = append(all, "  "+r.cam.Name)
		}
	}
	return all
}

// tick lets the screen take a new snapshot.
func tick(m *model) tea.Cmd {
	_, cmd := m.Update(tickMsg(noon))
	return cmd
}

// setState changes the state of a camera and the totals that depend on it.
func (q *fakeQueue) setState(id tasks.CameraID, to tasks.State) {
	c := &q.snap.Cameras[id]
	r := &q.snap.Recorders[c.Recorder]
	q.snap.Counts[c.State]--
	r.Counts[c.State]--
	c.State = to
	q.snap.Counts[to]++
	r.Counts[to]++
	r.State = groupState(r.Counts)
	q.snap.Finished = q.snap.Counts.Open() == 0
}

func TestRecordersOpenAndFoldByThemselves(t *testing.T) {
	q := emptyQueue()
	for _, address := range []string{"a", "b", "c"} {
		q.add(address, "", tasks.Hold{}, cam{name: address + "1", state: tasks.Waiting}, cam{name: address + "2", state: tasks.Waiting})
	}
	m := newScreen(q, 80, 13) // eight rows, too few to show all nine
	check := func(when string, want ...string) {
		t.Helper()
		tick(m)
		if got := titles(m); !slices.Equal(got, want) {
			t.Errorf("%s: rows %q, want %q", when, got, want)
		}
	}
	check("at the begin", "a", "b", "c")
	q.setState(2, tasks.Downloading)
	check("b has begun", "a", "b", "  b1", "  b2", "c")
	q.setState(2, tasks.Done)
	check("b is between two cameras", "a", "b", "  b1", "  b2", "c")
	press(m, "down", "down")
	q.setState(3, tasks.Done)
	check("b is done, but the cursor is inside", "a", "b", "  b1", "  b2", "c")
	press(m, "down", "down")
	check("the cursor has left", "a", "b", "c")
	press(m, "up", "right")
	check("unfolded by hand", "a", "b", "  b1", "  b2", "c")
	press(m, "down", "left", "left")
	check("folded by hand", "a", "b", "c")
	m.Update(tea.WindowSizeMsg{Width: 80, Height: 30})
	check("all fits, but b is folded by hand", "a", "  a1", "  a2", "b", "c", "  c1", "  c2")
	q.snap.Recorders[2].Hold = badLogin
	check("c is held", "a", "  a1", "  a2", "b", "c")
}

// Automatic unfolding never pushes a recorder off the screen, unless otherwise
// none would be open.
func TestRecordersOpenAsFarAsTheyFit(t *testing.T) {
	for _, c := range []struct{ recorders, cameras, height, want int }{
		{40, 480, 24, 0},
		{6, 72, 24, 1},
		{6, 72, 60, 3},
		{6, 12, 28, 4},
		{6, 12, 40, 6},
		{1, 72, 24, 1},
	} {
		q := crowdQueue(c.recorders, c.cameras)
		for i := range q.snap.Cameras {
			q.setState(tasks.CameraID(i), tasks.Downloading)
		}
		m := newScreen(q, 80, c.height)
		tick(m)
		opened := 0
		for i := range m.list.rows {
			if m.list.opened(i) {
				opened++
			}
		}
		if opened != c.want {
			t.Errorf("of %d recorders with %d cameras %d are open in %d lines, want %d", c.recorders, c.cameras, opened, m.list.height, c.want)
		}
	}
}

// However rows change, the cursor stays on its item, and the item on its line,
// as far as the rows allow.
func TestCursorStaysWhereItIs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		q := crowdQueue(rapid.IntRange(1, 8).Draw(t, "recorders"), rapid.IntRange(1, 60).Draw(t, "cameras"))
		m := newScreen(q, 80, rapid.IntRange(10, 40).Draw(t, "h"))
		m.list.moveTo(rapid.IntRange(0, 70).Draw(t, "cursor"))
		tick(m)
		for range rapid.IntRange(1, 10).Draw(t, "changes") {
			on := m.list.on
			q.setState(tasks.CameraID(rapid.IntRange(0, len(q.snap.Cameras)-1).Draw(t, "camera")), tasks.State(rapid.IntRange(0, int(tasks.Skipped)).Draw(t, "state")))
			tick(m)
			if m.list.on != on {
				t.Fatalf("the cursor went from %v to %v", on, m.list.on)
			}
			l := &m.list
			if l.cursor < l.top || l.cursor >= l.top+l.height || l.top < 0 || l.top > max(0, len(l.rows)-l.height) {
				t.Fatalf("cursor %d, window from %d of %d rows, %d lines", l.cursor, l.top, len(l.rows), l.height)
			}
		}
	})
}

func TestMoving(t *testing.T) {
	m := newScreen(crowdQueue(1, 100), 80, 24)
	for _, step := range []struct {
		key  string
		want int
	}{
		{"down", 1},
		{"j", 2},
		{"k", 1},
		{"pgdown", 13},
		{"ctrl+d", 19},
		{"ctrl+u", 13},
		{"ctrl+b", 1},
		{"G", 100},
		{"down", 100},
		{"home", 0},
		{"up", 0},
		{"ctrl+f", 12},
		{"left", 0},
	} {
		press(m, step.key)
		if m.list.cursor != step.want {
			t.Fatalf("after %s the cursor is at %d, want %d", step.key, m.list.cursor, step.want)
		}
	}
}

func TestEveryStateIsInOneFilter(t *testing.T) {
	q := siteQueue()
	m := newScreen(q, 80, 40)
	sum := 0
	for f := filterActive; f < numFilters; f++ {
		press(m, itoa(int(f)+1))
		sum += m.list.shown
		if m.list.shown == 0 {
			t.Errorf("the filter %v shows nothing", f)
		}
	}
	if sum != len(q.snap.Cameras) {
		t.Errorf("the filters show %d cameras of %d", sum, len(q.snap.Cameras))
	}
	press(m, "1")
	if m.list.filter.on() || m.list.shown != len(q.snap.Cameras) {
		t.Errorf("1 does not show all: %d", m.list.shown)
	}
}

func TestFilterText(t *testing.T) {
	for _, c := range []struct {
		text string
		want int
	}{
		{"рампа", 3},
		{"РАМПА", 3},
		{"!рампа", 16},
		{"ch01", 7},
		{"склад юг", 2},
		{"10.20.0.13", 2},
		{"!10.20.0.11", 8},
		{"failed", 1},
		{"  ", 19},
		{"!", 19},
		{"倉庫", 1},
	} {
		m := newScreen(siteQueue(), 80, 24)
		press(m, append([]string{"/"}, append(strings.Split(c.text, ""), "enter")...)...)
		if m.list.shown != c.want {
			t.Errorf("%q shows %d cameras, want %d", c.text, m.list.shown, c.want)
		}
	}
}

func TestNextMatchAfterTheFilter(t *testing.T) {
	m := newScreen(siteQueue(), 80, 16)
	press(m, "/", "р", "а", "м", "п", "enter", "esc", "g")
	var seen []string
	for _, k := range []string{"n", "n", "n", "n", "N"} {
		press(m, k)
		r := m.list.current()
		seen = append(seen, r.cam.Name)
	}
	want := []string{"Склад №7, рампа", "Рампа 1", "Рампа 2", "Склад №7, рампа", "Рампа 2"}
	if !slices.Equal(seen, want) {
		t.Errorf("n n n n N goes to %q, want %q", seen, want)
	}
}

func TestSorting(t *testing.T) {
	m := newScreen(siteQueue(), 80, 60)
	order := func() []string {
		var all []string
		for _, r := range m.list.rows {
			if r.rec.ID == 0 && r.cam != nil {
				all = append(all, r.cam.State.String())
			}
		}
		return all
	}
	press(m, "o")
	want := []string{"failed", "incomplete", "retrying", "downloading", "downloading", "searching", "pausing", "paused", "empty", "skipped", "done"}
	if got := order(); m.list.order.key != sortState || !slices.Equal(got, want) {
		t.Errorf("by state: %q", got)
	}
	press(m, "O")
	slices.Reverse(want)
	if got := order(); !slices.Equal(got, want) {
		t.Errorf("reversed: %q", got)
	}
	press(m, "o")
	if got := m.list.rows[0].rec.ID; m.list.order.key != sortRate || m.list.order.reverse || got != 1 {
		t.Errorf("by speed recorder %d comes first", got)
	}
	press(m, "o", "o")
	if got := m.list.rows[0].rec.ID; m.list.order.key != sortSize || got != 6 {
		t.Errorf("by size recorder %d comes first", got)
	}
	press(m, "o")
	if got := m.list.rows[0].rec.ID; m.list.order.key != sortLeft || got != 1 {
		t.Errorf("by what is to come recorder %d comes first", got)
	}
	press(m, "o", "o")
	if got := titles(m)[1]; m.list.order.key != sortSheet || got != "  Въезд КПП-1" {
		t.Errorf("back in the order of the sheet %q comes first", got)
	}
}

// The counts add up to the number of cameras at any width.
func TestCountsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c tasks.Counts
		total := 0
		for s := range c {
			c[s] = rapid.IntRange(0, 9999).Draw(t, tasks.State(s).String())
			total += c[s]
		}
		m := newScreen(emptyQueue(), 80, 24)
		line := m.counts(c, rapid.IntRange(39, 200).Draw(t, "width"))
		sum, n := 0, 0
		for _, r := range line + " " {
			if r >= '0' && r <= '9' {
				n = n*10 + int(r-'0')
			} else {
				sum, n = sum+n, 0
			}
		}
		if sum != total && !strings.Contains(line, "…") {
			t.Fatalf("%q makes %d, want %d", line, sum, total)
		}
		if width(line) > 200 {
			t.Fatalf("%q is too wide", line)
		}
	})
}

func TestDetailsModes(t *testing.T) {
	m := newScreen(siteQueue(), 80, 24)
	for _, step := range []struct {
		key  string
		want detailsMode
	}{
		{"i", detailsFull},
		{"enter", detailsPane},
		{"enter", detailsFull},
		{"esc", detailsPane},
		{"esc", detailsOff},
		{"esc", detailsOff},
		{"i", detailsPane},
	} {
		press(m, step.key)
		if m.details.mode != step.want {
			t.Fatalf("after %s: %d, want %d", step.key, m.details.mode, step.want)
		}
	}
}

func TestEscapeClosesTheNearestFirst(t *testing.T) {
	m := newScreen(siteQueue(), 80, 24)
	press(m, "down", "v", "3", "tab")
	for _, left := range []string{"focus", "filter", "marks"} {
		press(m, "esc")
		got := map[bool]string{true: "focus"}[m.focus == focusList && m.list.filter.on()]
		if !m.list.filter.on() {
			got = "filter"
			if len(m.list.marks) == 0 {
				got = "marks"
			}
		}
		if got != left {
			t.Fatalf("esc has cleared %q, want %q", got, left)
		}
	}
}

func TestFrozenScreenDoesNotChange(t *testing.T) {
	q := siteQueue()
	m := newScreen(q, 80, 24)
	press(m, "F")
	before := m.View()
	q.snap.Bytes += gib
	q.snap.Elapsed += time.Hour
	tick(m)
	if m.View() != before {
		t.Error("the frozen screen changed")
	}
	press(m, "F")
	if !strings.Contains(m.View(), "2:12:40") {
		t.Error("the screen stays frozen")
	}
}
