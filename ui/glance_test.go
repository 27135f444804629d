package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/muesli/termenv"

	"example.com/hikgrab/tasks"
)

// The header says when the run will end and which recorder is last, or what it
// waits for.
func TestTheEndIsNamed(t *testing.T) {
	q := siteQueue()
	m := newScreen(q, 140, 40)
	if view := m.View(); !strings.Contains(view, "searched 1 of 7") || strings.Contains(view, "until") {
		t.Errorf("while searching:\n%s", view)
	}
	q.snap.TotalKnown, q.snap.ETA, q.snap.Slowest = true, 81*time.Minute, q.snap.Recorders[1].ID
	tick(m)
	want := "1:21:00 left  until " + q.snap.At.Add(81*time.Minute).Format("15:04") + ", Склад Юг"
	if view := m.View(); !strings.Contains(view, want) {
		t.Errorf("no %q in\n%s", want, view)
	}
	for _, w := range []int{80, 60} {
		if view := newScreen(q, w, 24).View(); !strings.Contains(view, want[strings.Index(want, "until"):]) {
			t.Errorf("at %d cells the end is not named:\n%s", w, view)
		}
	}
}

func TestWhatWillNotFitIsOnTheScreen(t *testing.T) {
	q := siteQueue()
	q.snap.TotalKnown, q.snap.Needed, q.snap.Disk.Free = true, 4<<40, 73<<30
	if view := newScreen(q, 80, 24).View(); !strings.Contains(view, "will not fit: 4.00 TiB still to come, 73.0 GiB free") {
		t.Errorf("not to be seen:\n%s", view)
	}
	for w := freeFrom; w <= 200; w++ {
		if view := newScreen(q, w, 24).View(); !strings.Contains(view, "free 73.0 GiB") {
			t.Fatalf("at %d cells nobody knows what is free:\n%s", w, view)
		}
	}
}

// Cameras without recordings do not count as complete.
func TestNothingIsNotEverything(t *testing.T) {
	for _, c := range []struct {
		states []tasks.State
		want   string
	}{
		{[]tasks.State{tasks.Done, tasks.Done}, "all 12 cameras complete"},
		{[]tasks.State{tasks.Done, tasks.Empty, tasks.Empty}, "4 of 12 cameras complete, 8 have nothing in the period"},
		{[]tasks.State{tasks.Done, tasks.Empty, tasks.Failed}, "4 of 12 cameras not complete, 4 have nothing in the period"},
		{[]tasks.State{tasks.Empty, tasks.Empty}, "nothing was recorded in the period on any camera"},
	} {
		m := newScreen(endQueue(c.states...), 120, 24)
		if view := m.View(); !strings.Contains(view, c.want) {
			t.Errorf("%v: no %q in\n%s", c.states, c.want, view)
		}
	}
}

// An incomplete download never shows 100 %, and a bar under the cursor is still
// a bar.
func TestBarsTellTheTruth(t *testing.T) {
	q := emptyQueue()
	q.add("10.20.0.11", "", tasks.Hold{}, cam{name: "Gate", state: tasks.Retrying, gib: 1, percent: 100})
	m := newScreen(q, 100, 24)
	if view := m.View(); strings.Contains(view, "100% 1.00 / 1.00") || !strings.Contains(view, "99% 1.00 / 1.00") {
		t.Errorf("a camera that lacks something:\n%s", view)
	}
	m.styles = newStyles(true, termenv.ANSI)
	press(m, "down")
	for _, line := range m.draw() {
		if !strings.Contains(line, "ch01") || !strings.Contains(line, m.styles.cursor.open) {
			continue
		}
		if !strings.Contains(line, m.styles.state[tasks.Retrying].open+m.glyphs.barDone) {
			t.Errorf("the bar under the cursor has lost its colour: %q", line)
		}
		return
	}
	t.Error("there is no row under the cursor")
}

// A timeline has its legend at every size that shows one.
func TestEveryTimelineHasItsLegend(t *testing.T) {
	for _, size := range [][2]int{{60, 20}, {80, 24}, {140, 40}, {200, 60}} {
		m := covering(tasks.Done)(size[0], size[1], []tasks.Span{span(8, 18)}, recorded(8, 12, tasks.RecordingDone))
		view := m.View()
		if !strings.Contains(view, "████") || !strings.Contains(view, "█ on disk") {
			t.Errorf("%d×%d:\n%s", size[0], size[1], view)
		}
	}
}

func TestLoad(t *testing.T) {
	for _, test := range []struct {
		view tasks.RecorderView
		want string
	}{
		{tasks.RecorderView{Active: 1, Limit: 2}, "1 of 2 downloads at once"},
		{tasks.RecorderView{Active: 4, Limit: 4, Full: true}, "4 of 4 downloads at once, more brings nothing"},
	} {
		if got := load(&test.view); got != test.want {
			t.Errorf("%q, want %q", got, test.want)
		}
	}
}
