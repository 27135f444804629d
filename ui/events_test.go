package ui

import (
	"strings"
	"testing"

	"example.com/hikgrab/tasks"
)

// paneOf returns the events pane of m.
func paneOf(m *model) *eventsPane {
	return &eventsPane{&m.pen, &m.events, &m.snap, m.focus == focusEvents}
}

func TestEventsKeepErrors(t *testing.T) {
	q := siteQueue()
	m := newScreen(q, 100, 40)
	for i := range 5000 {
		q.events = []tasks.Event{{Seq: uint64(100 + i), Time: noon, Type: tasks.EventFile, Address: "x", Camera: -1, Message: "file"}}
		m.events.pull(q)
	}
	if n := len(m.events.kept[eventsAll]); n < eventsKept || n >= 2*eventsKept {
		t.Errorf("%d events are kept", n)
	}
	press(m, "L")
	if view := m.View(); !strings.Contains(view, "errors only") || !strings.Contains(view, "login refused") {
		t.Errorf("the errors are gone:\n%s", view)
	}
	press(m, "L")
	if view := m.View(); !strings.Contains(view, "every file") || strings.Contains(view, "login refused") || !strings.Contains(view, "  file") {
		t.Errorf("the latest events are not those of files:\n%s", view)
	}
	press(m, "L")
	if m.layout.events != 0 {
		t.Error("the events are not off")
	}
	press(m, "L")
	if view := m.View(); !strings.Contains(view, "login refused") || strings.Contains(view, "  file") {
		t.Errorf("files push out what matters:\n%s", view)
	}
}

func TestOldEventsStayInSight(t *testing.T) {
	q := siteQueue()
	m := newScreen(q, 100, 30)
	press(m, "tab", "up", "up")
	before := strings.Join(paneOf(m).lines(100, 5)[1:], "\n")
	if !strings.Contains(before, "login refused") || strings.Contains(before, "nothing came") {
		t.Fatalf("the events are not scrolled:\n%s", before)
	}
	q.events = append(q.events, tasks.Event{Seq: 8, Time: noon, Camera: -1, Address: "x", Message: "new"})
	tick(m)
	if after := strings.Join(paneOf(m).lines(100, 5)[1:], "\n"); after != before {
		t.Errorf("a new event moves the old ones:\n%s\nbefore:\n%s", after, before)
	}
}

// An event names its place as briefly as possible, because what happened is the
// news.
func TestEventLine(t *testing.T) {
	camera := tasks.Event{Time: noon, Type: tasks.EventRetry, Recorder: 2, Address: "10.0.0.2", Camera: 1, Channel: 2, Track: 201, CameraName: "Рампа", Message: "it stalled"}
	recorder := tasks.Event{Time: noon, Type: tasks.EventRecorder, Recorder: 2, Address: "10.0.0.2", Camera: noCamera, Message: "signed in"}
	disk := tasks.Event{Time: noon, Type: tasks.EventError, Camera: noCamera, Message: "the disk is full"}
	file := camera
	file.Type, file.Path, file.Bytes = tasks.EventFile, "10.0.0.2_80/ch02/2026-11-03/20261103-080000.mp4", 5<<20
	sub := camera
	sub.Track = 202
	for _, c := range []struct {
		name      string
		event     tasks.Event
		recorders int
		label     string
		wide      bool
		want      string
	}{
		{"several recorders", camera, 2, "Юг", false, "Юг ch02: it stalled"},
		{"without a name", camera, 2, "", false, "10.0.0.2 ch02: it stalled"},
		{"only one", camera, 1, "Юг", false, "ch02 Рампа: it stalled"},
		{"sub-stream", sub, 1, "Юг", false, "ch02 sub Рампа: it stalled"},
		{"of a recorder", recorder, 2, "Юг", false, "Юг: signed in"},
		{"of the only recorder", recorder, 1, "", false, "10.0.0.2: signed in"},
		{"of all", disk, 2, "Юг", false, "the disk is full"},
		{"of all, wide", disk, 2, "Юг", true, "the disk is full"},
		{"a file", file, 2, "Юг", false, "Юг ch02: saved 20261103-080000.mp4, 5.00 MiB"},
		{"wide", camera, 2, "Юг", true, "Юг ch02 Рампа" + spaces(whereWidth+2-13) + "it stalled"},
		{"wide, only one", camera, 1, "Юг", true, "ch02 Рампа" + spaces(whereWidth+2-10) + "it stalled"},
	} {
		m := newScreen(emptyQueue(), 80, 24)
		m.snap.Recorders = []tasks.RecorderView{{ID: 2, Address: "10.0.0.2", Name: c.label}, {ID: 1, Address: "10.0.0.1"}}[:c.recorders]
		if got := paneOf(m).line(&c.event, 120, c.wide); got != " 18:42:08  "+c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}
