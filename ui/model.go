package ui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"example.com/hikgrab/tasks"
)

// How often the screen asks the queue: often enough for numbers while
// something moves, seldom when nobody looks or nothing happens.
const (
	liveEvery = 250 * time.Millisecond
	idleEvery = time.Second
)

// model is the state of the screen and the only tea.Model. Its parts have
// methods that change them at once; none of them is a model of its own.
type model struct {
	pen
	queue Queue
	opts  Options
	term  *terminal
	keys  keyMap

	w, h   int
	layout layout

	snap   tasks.Snapshot
	events eventLog

	list   list
	spare  []row // the list's rows of the time before, to be filled again
	shown  int   // cameras that pass the filter
	filter filter
	sought matcher // what n and N look for
	order  order
	folds  folds
	marks  map[tasks.CameraID]bool
	alike  map[string]bool // names in the list that several recorders have
	marked rowID           // the row marked last

	detail     tasks.CameraDetail // of the camera under the cursor
	cover      cover              // of the same camera
	strips     strips             // of the recorder under the cursor
	details    detailsMode
	detailsTop int
	eventsMode eventsMode
	eventsBack int // how many of the newest events are scrolled out
	focus      focus

	help     bool
	helpTop  int
	helpFind string // what the help is narrowed to

	machines  bool // are shown instead of recorders
	machineAt int  // the one under the cursor

	dialog  *dialog
	prompt  *prompt
	notice  notice
	frozen  bool
	blurred bool // the terminal has told that nobody looks

	leaving leaveStage
	left    bool   // the operator's word
	keep    bool   // leave the last screen readable
	frame   string // that screen
	rang    bool
}

// keyMap is every key by what has the keyboard.
type keyMap struct {
	browse   []command
	help     []command
	machines []command
}

// notice is a sentence that answers a key, shown for a while.
type notice struct {
	text  string
	until time.Time
}

// focus is the part of the screen that the movement keys move.
type focus int

const (
	focusList focus = iota
	focusDetails
	focusEvents
	numFocuses
)

// leaveStage is how far leaving has come.
type leaveStage int

const (
	leaveNot      leaveStage = iota
	leaveDraining            // when the files under way are complete
	leaveStopping            // the queue has been told to stop
)

func newModel(q Queue, o Options, t *terminal) *model {
	profile := termenv.ANSI
	if t.dumb {
		profile = termenv.Ascii
	}
	o.ASCII = o.ASCII || !knowsUnicode(t.getenv)
	return &model{
		queue:   q,
		opts:    o,
		term:    t,
		pen:     pen{glyphsFor(o.ASCII, t.getenv), newStyles(!o.NoColor && t.getenv("NO_COLOR") == "", profile), nounsFor(o.Files)},
		keys:    keyMap{browse: browseKeys(), help: helpKeys(), machines: machineKeys()},
		list:    list{height: 1, on: rowID{0, noCamera}},
		marks:   make(map[tasks.CameraID]bool),
		details: detailsPane,
	}
}

// Init takes the first snapshot and starts the one tick that everything hangs on.
func (m *model) Init() tea.Cmd {
	m.refresh()
	return tea.Batch(m.announce(), m.tick())
}

// tickMsg says that it is time to look at the queue again.
type tickMsg time.Time

func (m *model) tick() tea.Cmd {
	return tea.Tick(m.interval(), func(t time.Time) tea.Msg { return tickMsg(t) })
}

// interval is the time to the next look.
func (m *model) interval() time.Duration {
	every := liveEvery
	if m.blurred || m.snap.Finished || m.snap.Active == 0 && m.snap.Counts[tasks.Searching] == 0 {
		every = idleEvery
	}
	return max(every, m.opts.Refresh)
}

// refresh takes the present from the queue, unless the screen is frozen.
func (m *model) refresh() {
	if m.frozen {
		return
	}
	m.queue.Snapshot(&m.snap)
	before := len(m.events.of(m.eventsMode))
	m.events.pull(m.queue)
	if m.eventsBack > 0 { // who reads old events is not moved by new ones
		m.eventsBack += max(0, len(m.events.of(m.eventsMode))-before)
	}
	m.forgetMarks()
	m.rebuild()
	m.look()
}

// look takes the recordings of the camera under the cursor, if they are shown.
func (m *model) look() {
	r, ok := m.list.current()
	if !ok || r.camera < 0 || m.layout.side+m.layout.below+m.layout.full == 0 {
		return
	}
	const many, every = 1000, time.Second // what takes longer is looked at less often
	switch same := m.detail.ID == r.id.camera; {
	case !same:
		m.detailsTop = 0
	case len(m.detail.Recordings) > many && m.snap.At.Sub(m.cover.taken).Abs() < every:
		return
	}
	if d, ok := m.queue.Camera(r.id.camera); ok {
		m.detail = d
		m.cover = coverOf(d, m.snap.Recorders[r.recorder].Clock(m.snap.At), m.snap.At)
	}
}

// forgetMarks drops the marks of cameras that are no longer there: "all
// cameras" of a recorder gives way to its real ones.
func (m *model) forgetMarks() {
	if len(m.marks) == 0 {
		return
	}
	kept := make(map[tasks.CameraID]bool, len(m.marks))
	for i := range m.snap.Cameras {
		if id := m.snap.Cameras[i].ID; m.marks[id] {
			kept[id] = true
		}
	}
	m.marks = kept
}

// resize gives every part its place.
func (m *model) resize() {
	m.layout = arrange(m.w, m.h, m.details, m.eventsMode != eventsOff)
	if m.layout.list > 0 {
		m.list.setHeight(m.layout.list)
	}
	m.strips = strips{}
	if m.focus == focusDetails && m.layout.side+m.layout.full == 0 || m.focus == focusEvents && m.layout.events == 0 {
		m.focus = focusList
	}
}

// say shows a sentence in the place of the hints for some seconds.
func (m *model) say(text string) {
	const shown = 5 * time.Second
	m.notice = notice{text, m.opts.Now().Add(shown)}
}

// blocked reports whether nothing can go on without the operator: all that is
// left is paused, or waits for a recorder that is held with no end.
func (m *model) blocked() bool {
	s := &m.snap
	c := s.Counts
	if s.Finished || s.Active > 0 || len(s.Cameras) == 0 || c[tasks.Searching]+c[tasks.Retrying]+c[tasks.Downloading]+c[tasks.Pausing] > 0 {
		return false
	}
	if c[tasks.Waiting] == 0 {
		return false // paused by the operator, who knows
	}
	for i := range s.Recorders {
		r := &s.Recorders[i]
		if r.Counts[tasks.Waiting] > 0 && (!r.Hold.Held() || !r.Hold.Until.IsZero()) {
			return false
		}
	}
	return true
}
