package ui

import (
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/muesli/termenv"

	"example.com/hikgrab/tasks"
)

// How often the screen asks the queue: often while numbers move, seldom when
// nobody is looking or nothing happens.
const (
	liveEvery = 250 * time.Millisecond
	idleEvery = time.Second
)

// model is the state of the screen and the only tea.Model. Its parts are not
// models; their methods change them directly.
type model struct {
	pen
	queue Queue
	opts  Options
	term  *terminal

	browse, helping, steering []command // keys of the main screen, the help and the machines

	layout   layout
	snap     tasks.Snapshot
	list     list
	details  details
	events   events
	focus    focus
	help     help
	machines machines
	dialog   *dialog
	prompt   *prompt
	notice   notice
	frozen   bool
	blurred  bool // the terminal reported that it lost the focus

	leaving leaveStage
	keep    bool   // keep the last screen readable after quitting
	frame   string // that screen
	rang    bool
}

// notice is the sentence that answers a key, shown for a while.
type notice struct {
	text  string
	until time.Time
}

// leaveStage is how far quitting has come.
type leaveStage int

const (
	leaveNot      leaveStage = iota
	leaveDraining            // when the active files are complete
	leaveStopping            // the queue has been told to stop
)

func newModel(q Queue, o Options, t *terminal) *model {
	profile := termenv.ANSI
	if t.dumb {
		profile = termenv.Ascii
	}
	o.ASCII = o.ASCII || !knowsUnicode(t.getenv)
	rows := nouns{"camera", "recorder", false}
	if o.Files {
		rows = nouns{"file", "machine", true}
	}
	return &model{
		queue:  q,
		opts:   o,
		term:   t,
		pen:    pen{glyphsFor(o.ASCII, t.getenv), newStyles(t.getenv("NO_COLOR") == "", profile), rows},
		browse: browseKeys(), helping: helpKeys(), steering: machineKeys(),
		list: list{
			height: 1, on: rowID{0, noCamera}, marks: make(map[tasks.CameraID]bool),
			folds: folds{byHand: make(map[tasks.RecorderID]bool), opened: make(map[tasks.RecorderID]bool)},
		},
		details: details{mode: detailsPane},
	}
}

// Init takes the first snapshot and starts the tick that drives everything.
func (m *model) Init() tea.Cmd {
	m.refresh()
	return tea.Batch(m.announce(), m.tick())
}

// tickMsg says that it is time to ask the queue again.
type tickMsg time.Time

func (m *model) tick() tea.Cmd {
	return tea.Tick(m.interval(), func(t time.Time) tea.Msg { return tickMsg(t) })
}

func (m *model) interval() time.Duration {
	if m.blurred || m.snap.Finished || m.snap.Active == 0 && m.snap.Counts[tasks.Searching] == 0 {
		return idleEvery
	}
	return liveEvery
}

// refresh takes a new snapshot of the queue, unless the screen is frozen.
func (m *model) refresh() {
	if m.frozen {
		return
	}
	m.queue.Snapshot(&m.snap)
	m.events.pull(m.queue)
	m.list.rebuild(&m.snap)
	m.look()
}

func (m *model) look() { m.details.look(m.queue, &m.snap, m.list.current(), m.layout) }

// resize lays out the parts on a screen of w × h cells.
func (m *model) resize(w, h int) {
	m.layout = arrange(w, h, m.details.mode, m.events.mode != eventsOff)
	if m.layout.list > 0 {
		m.list.height = m.layout.list
		m.list.rebuild(&m.snap)
	}
	if !m.layout.shows(m.focus) {
		m.focus = focusList
	}
}

// say shows a sentence in place of the hints for some seconds.
func (m *model) say(text string) {
	const shown = 5 * time.Second
	m.notice = notice{text, m.opts.Now().Add(shown)}
}
