package ui

import (
	"cmp"
	"path"
	"path/filepath"

	"github.com/charmbracelet/x/ansi"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// eventsMode says what the events pane shows.
type eventsMode int

const (
	eventsMain   eventsMode = iota // all but what the list shows anyway
	eventsErrors                   // errors only
	eventsAll                      // every finished file as well
	eventsOff
	numEventsModes
)

// eventsKept is how many events of each sort the pane can scroll back.
const eventsKept = 1000

// eventLog keeps the latest events of each mode apart, so that a thousand
// finished files do not push an error out.
type eventLog struct {
	seq            uint64
	all, main, bad []tasks.Event
	buf            []tasks.Event
}

// pull takes over what happened since the last call.
func (e *eventLog) pull(q Queue) {
	e.buf = q.Events(e.seq, e.buf[:0])
	for i := range e.buf {
		e.seq = max(e.seq, e.buf[i].Seq)
		e.all = append(e.all, e.buf[i])
		if !routine(&e.buf[i]) {
			e.main = append(e.main, e.buf[i])
		}
		if e.buf[i].Bad() {
			e.bad = append(e.bad, e.buf[i])
		}
	}
	e.all, e.main, e.bad = latest(e.all), latest(e.main), latest(e.bad)
}

// routine reports whether an event is one of the thousands that a run without
// trouble consists of: bars and counts show them already.
func routine(e *tasks.Event) bool {
	return e.Type == tasks.EventFile ||
		e.Type == tasks.EventCamera && (e.State == tasks.Searching || e.State == tasks.Downloading)
}

// latest drops the oldest of events, in large steps so that it seldom copies.
func latest(events []tasks.Event) []tasks.Event {
	if len(events) < 2*eventsKept {
		return events
	}
	return append(events[:0], events[len(events)-eventsKept:]...)
}

// of returns the events that a mode shows, oldest first.
func (e *eventLog) of(mode eventsMode) []tasks.Event {
	switch mode {
	case eventsErrors:
		return e.bad
	case eventsAll:
		return e.all
	case eventsMain, eventsOff, numEventsModes:
	}
	return e.main
}

// eventsPane draws the events pane: a title and the latest events, the newest
// last.
func (m *model) eventsPane(w, lines int) []string {
	title, other := "events", "L errors only"
	switch m.eventsMode {
	case eventsErrors:
		title, other = "events: errors only", "L every file"
	case eventsAll:
		title, other = "events: every file", "L off"
	case eventsMain, eventsOff, numEventsModes:
	}
	events := m.events.of(m.eventsMode)
	rows := lines - 1
	m.eventsBack = max(0, min(m.eventsBack, len(events)-rows))
	if m.eventsBack > 0 {
		other = itoa(m.eventsBack) + " newer below"
	}
	out := []string{m.rule(m.focused(focusEvents, title), other, m.styles.title, w)}
	end := len(events) - m.eventsBack
	for i, e := range events[max(0, end-rows):end] {
		line := m.eventLine(&e, w, w >= 100)
		if m.focus == focusEvents && i == min(rows, end)-1 {
			line = m.styles.cursor.on(m.glyphs.left(ansi.Strip(line), w))
		}
		out = append(out, line)
	}
	if len(events) == 0 && rows > 0 {
		out = append(out, m.styles.faint.on("           "+m.noEvents()))
	}
	for len(out) < lines {
		out = append(out, "")
	}
	return out
}

// showEvent shows the event at the foot of the pane whole.
func (m *model) showEvent() {
	events := m.events.of(m.eventsMode)
	if len(events) == 0 {
		return
	}
	e := events[len(events)-1-min(m.eventsBack, len(events)-1)]
	m.dialog = &dialog{
		title: "event",
		text: func(m *model) []string {
			return []string{join("  ", units.Clock(e.Time), m.eventWhere(&e, true)), eventText(&e)}
		},
		choices: []command{
			no("close"),
			{Binding: bind("", "", "ctrl+c"), do: (*model).interrupt},
		},
	}
}

// noEvents says what an empty events pane means.
func (m *model) noEvents() string {
	if m.eventsMode == eventsErrors {
		return "no errors so far"
	}
	return "nothing has happened so far"
}

// whereWidth is the column that says where an event happened, when there is
// room for one.
const whereWidth = 32

// eventLine draws one event: when, where, what. wide gives the place a column
// of its own; else it is as short as it can be, because what happened tells more.
func (m *model) eventLine(e *tasks.Event, w int, wide bool) string {
	g := &m.glyphs
	where := m.eventWhere(e, wide)
	switch {
	case where == "":
	case wide:
		where = g.left(where, whereWidth) + "  "
	default:
		where = g.cut(where, max(12, w/3)) + ": "
	}
	return m.eventPaint(e).on(g.cut(" "+units.Clock(e.Time)+"  "+where+eventText(e), w))
}

// eventWhere names the recorder, unless there is but one, and the camera that
// an event is about; with the camera's own name where there is room.
func (m *model) eventWhere(e *tasks.Event, wide bool) string {
	if e.Address == "" {
		return "" // about all recorders, such as a full disk
	}
	if len(m.snap.Recorders) == 1 && e.Camera != noCamera {
		return eventCamera(e, true)
	}
	return join(" ", m.recorderName(e), eventCamera(e, wide))
}

// recorderName is the shortest that tells an event's recorder from others: its
// name, else its address.
func (m *model) recorderName(e *tasks.Event) string {
	for i := range m.snap.Recorders {
		if r := &m.snap.Recorders[i]; r.ID == e.Recorder {
			return cmp.Or(recorderLabel(r), clean(e.Address))
		}
	}
	return clean(e.Address)
}

// eventText is what happened. Of a file it is enough to know which.
func eventText(e *tasks.Event) string {
	if e.Type == tasks.EventFile && e.Path != "" {
		return "saved " + clean(path.Base(filepath.ToSlash(e.Path))) + ", " + units.Size(e.Bytes)
	}
	if e.Type == tasks.EventError || e.Type == tasks.EventNotice {
		return clean(e.Message + advice(e.Remedy))
	}
	return clean(e.Message)
}

func (p *pen) eventPaint(e *tasks.Event) paint {
	switch {
	case e.Type == tasks.EventError, e.Type == tasks.EventRecorder && e.Bad():
		return p.styles.bad
	case e.Bad():
		return p.styles.warn
	case routine(e):
		return p.styles.faint
	}
	return paint{}
}

// eventCamera names the camera that an event is about, with its own name when
// named; empty when it concerns none.
func eventCamera(e *tasks.Event, named bool) string {
	if e.Camera == noCamera {
		return ""
	}
	c := tasks.CameraView{Channel: e.Channel, Stream: e.Track.Stream()}
	if c.Stream == 0 {
		c.Stream = nvr.Main
	}
	if named {
		return join(" ", c.Label(), clean(e.CameraName))
	}
	return c.Label()
}
