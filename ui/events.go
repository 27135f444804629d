package ui

import (
	"cmp"
	"path"
	"path/filepath"

	"github.com/charmbracelet/x/ansi"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/remedy"
	"example.com/hikgrab/ui/units"
)

// eventsMode is what the events pane shows.
type eventsMode int

const (
	eventsMain   eventsMode = iota // all except what the list shows anyway
	eventsErrors                   // errors only
	eventsAll                      // also every finished file
	eventsOff
	numEventsModes
)

// eventsWords names each mode: when chosen, above the pane, and the one L
// switches to.
var eventsWords = [numEventsModes]struct{ chosen, title, next string }{
	{"events: what matters", "events", "L errors only"},
	{"events: errors only", "events: errors only", "L every file"},
	{"events: every file", "events: every file", "L off"},
	{chosen: "events are off; L shows them"},
}

// eventsKept is how many events of each mode the pane keeps to scroll back.
const eventsKept = 1000

// events holds the latest events and how the operator views them. Each mode has
// its own, so that a thousand finished files do not push out an error.
type events struct {
	mode eventsMode
	back int // how many of the newest are scrolled out
	seq  uint64
	kept [numEventsModes][]tasks.Event // oldest first
	buf  []tasks.Event
}

// pull adds the events since the last call.
func (e *events) pull(q Queue) {
	before := len(e.shown())
	e.buf = q.Events(e.seq, e.buf[:0])
	for _, event := range e.buf {
		e.seq = max(e.seq, event.Seq)
		for mode, wanted := range [...]bool{eventsMain: !routine(&event), eventsErrors: event.Bad(), eventsAll: true} {
			if wanted {
				e.kept[mode] = append(e.kept[mode], event)
			}
		}
	}
	if e.back > 0 { // new events do not move a reader of old ones
		e.back += len(e.shown()) - before
	}
	for mode, all := range e.kept { // drop the oldest in large steps, so that copying is rare
		if len(all) >= 2*eventsKept {
			e.kept[mode] = append(all[:0], all[len(all)-eventsKept:]...)
		}
	}
}

func (e *events) shown() []tasks.Event { return e.kept[e.mode] }

// routine reports whether an event is one of the thousands of a normal run,
// which the bars and counts show already.
func routine(e *tasks.Event) bool {
	return e.Type == tasks.EventFile ||
		e.Type == tasks.EventCamera && (e.State == tasks.Searching || e.State == tasks.Downloading)
}

type eventsPane struct {
	*pen
	*events
	s       *tasks.Snapshot
	focused bool // the movement keys scroll the pane
}

// lines returns a title and the latest events, newest last: h lines of w cells.
func (p *eventsPane) lines(w, h int) []string {
	words, all := eventsWords[p.mode], p.shown()
	height := h - 1
	p.back = max(0, min(p.back, len(all)-height))
	if p.back > 0 {
		words.next = itoa(p.back) + " newer below"
	}
	lines := []string{p.rule(focusedTitle(words.title, p.focused), words.next, p.styles.title, w)}
	end := len(all) - p.back
	for i, e := range all[max(0, end-height):end] {
		line := p.line(&e, w, w >= 100)
		if p.focused && i == min(height, end)-1 {
			line = p.styles.cursor.on(p.glyphs.left(ansi.Strip(line), w))
		}
		lines = append(lines, line)
	}
	switch {
	case len(all) > 0 || height <= 0:
	case p.mode == eventsErrors:
		lines = append(lines, p.styles.faint.on("           no errors so far"))
	default:
		lines = append(lines, p.styles.faint.on("           nothing has happened so far"))
	}
	return filled(lines, h)
}

// atFoot returns the event at the foot of the pane, or nil.
func (e *events) atFoot() *tasks.Event {
	if n := len(e.shown()); n > 0 {
		return &e.shown()[n-1-min(e.back, n-1)]
	}
	return nil
}

// whereWidth is the width of the column for where an event happened, if there
// is room.
const whereWidth = 32

// line draws one event: when, where, what. If wide, the place has its own
// column; otherwise it is as short as possible, because what happened matters
// more.
func (p *eventsPane) line(e *tasks.Event, w int, wide bool) string {
	g := &p.glyphs
	where := eventWhere(e, p.s, wide)
	switch {
	case where == "":
	case wide:
		where = g.left(where, whereWidth) + "  "
	default:
		where = g.cut(where, max(12, w/3)) + ": "
	}
	return p.eventPaint(e).on(g.cut(" "+units.Clock(e.Time)+"  "+where+eventText(e), w))
}

// eventWhere names the recorder, if there are several, and the camera of an
// event, with the camera's own name if there is room.
func eventWhere(e *tasks.Event, s *tasks.Snapshot, wide bool) string {
	if e.Address == "" {
		return "" // about all recorders, such as a full disk
	}
	alone := len(s.Recorders) == 1
	camera := ""
	if e.Camera != noCamera {
		camera = tasks.CameraView{Channel: e.Channel, Stream: e.Track.Stream()}.Label()
		if wide || alone {
			camera = join(" ", camera, clean(e.CameraName))
		}
		if alone {
			return camera
		}
	}
	recorder := clean(e.Address) // its name is shorter, if it has one
	for i := range s.Recorders {
		if r := &s.Recorders[i]; r.ID == e.Recorder {
			recorder = cmp.Or(recorderLabel(r), recorder)
		}
	}
	return join(" ", recorder, camera)
}

// eventText says what happened. For a file, its name is enough.
func eventText(e *tasks.Event) string {
	if e.Type == tasks.EventFile && e.Path != "" {
		return "saved " + clean(path.Base(filepath.ToSlash(e.Path))) + ", " + units.Size(e.Bytes)
	}
	if e.Type == tasks.EventError || e.Type == tasks.EventNotice {
		return clean(advised(e.Message, e.Remedy))
	}
	return clean(e.Message)
}

// advised joins what happened and what to do.
func advised(what string, r nvr.Remedy) string { return join("; ", what, remedy.Screen(r)) }

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
