package ui

import (
	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// eventsMode says what the events pane shows.
type eventsMode int

const (
	eventsAll eventsMode = iota
	eventsErrors
	eventsOff
	numEventsModes
)

// eventsKept is how many events of each sort the pane can scroll back.
const eventsKept = 1000

// eventLog keeps the latest events, and the latest errors apart, so that a
// thousand finished files do not push an error out.
type eventLog struct {
	seq      uint64
	all, bad []tasks.Event
	buf      []tasks.Event
}

// pull takes over what happened since the last call.
func (e *eventLog) pull(q Queue) {
	e.buf = q.Events(e.seq, e.buf[:0])
	for i := range e.buf {
		e.seq = max(e.seq, e.buf[i].Seq)
		e.all = append(e.all, e.buf[i])
		if e.buf[i].Bad() {
			e.bad = append(e.bad, e.buf[i])
		}
	}
	e.all, e.bad = latest(e.all), latest(e.bad)
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
	if mode == eventsErrors {
		return e.bad
	}
	return e.all
}

// eventsPane draws the events pane: a title and the latest events, the newest
// last.
func (m *model) eventsPane(w, lines int) []string {
	title, other := "events", "L errors only"
	if m.eventsMode == eventsErrors {
		title, other = "events: errors only", "L off"
	}
	events := m.events.of(m.eventsMode)
	rows := lines - 1
	m.eventsBack = max(0, min(m.eventsBack, len(events)-rows))
	if m.eventsBack > 0 {
		other = itoa(m.eventsBack) + " newer below"
	}
	out := []string{m.rule(m.focused(focusEvents, title), other, m.styles.title, w)}
	end := len(events) - m.eventsBack
	for _, e := range events[max(0, end-rows):end] {
		out = append(out, m.eventLine(&e, w, w >= 100))
	}
	for len(out) < lines {
		out = append(out, "")
	}
	return out
}

// eventLine draws one event: when, where, what. wide gives the recorder and
// the camera columns of their own.
func (m *model) eventLine(e *tasks.Event, w int, wide bool) string {
	g := &m.glyphs
	where := eventCamera(e)
	if wide {
		where = g.left(clean(e.Address), 18) + " " + g.left(where, 24) + " "
	} else {
		if where == "" || len(m.snap.Recorders) > 1 {
			where = join(" ", clean(e.Address), where)
		}
		if where != "" {
			where = g.cut(where, max(12, w/3)) + ": "
		}
	}
	text := clean(e.Message)
	line := g.cut(" "+units.Clock(e.Time)+"  "+where+text, w)
	return m.eventPaint(e).on(line)
}

func (m *model) eventPaint(e *tasks.Event) paint {
	switch {
	case e.Type == tasks.EventError, e.Type == tasks.EventRecorder && e.Bad():
		return m.styles.bad
	case e.Bad():
		return m.styles.warn
	}
	return paint{}
}

// eventCamera names the camera that an event is about; empty when it concerns
// none.
func eventCamera(e *tasks.Event) string {
	if e.Camera == noCamera {
		return ""
	}
	c := tasks.CameraView{Channel: e.Channel, Stream: e.Track.Stream(), Name: e.CameraName}
	if c.Stream == 0 {
		c.Stream = nvr.Main
	}
	return join(" ", c.Label(), clean(c.Name))
}
