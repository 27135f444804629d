package ui

import (
	"strings"
	"testing"

	"example.com/hikgrab/tasks"
)

// The active recording stays visible among hundreds, until the operator
// scrolls.
func TestRecordingsFollowWhatComes(t *testing.T) {
	q := siteQueue()
	d := q.details[1]
	d.Recordings = nil
	for i := range 300 {
		state := tasks.RecordingWaiting
		switch {
		case i < 200:
			state = tasks.RecordingDone
		case i == 200:
			state = tasks.RecordingActive
		}
		d.Recordings = append(d.Recordings, recorded(float64(i)/20, float64(i+1)/20, state))
	}
	q.details[1] = d
	m := newScreen(q, 140, 40)
	press(m, "down", "down")
	if view := m.View(); !strings.Contains(view, "► 11-03 10:00:00") || !strings.Contains(view, "more above") {
		t.Errorf("what comes now is out of sight:\n%s", view)
	}
	press(m, "tab")
	if view := m.View(); strings.Contains(view, "more above") || !strings.Contains(view, "√ 11-03 00:00:00") {
		t.Errorf("the list does not begin at its begin:\n%s", view)
	}
	press(m, "end")
	if view := m.View(); !strings.Contains(view, "· 11-03 14:57:00") {
		t.Errorf("the list does not end at its end:\n%s", view)
	}
}
