package ui

// focus is the part of the screen that the movement keys control.
type focus int

const (
	focusList focus = iota
	focusDetails
	focusEvents
	numFocuses
)

// scroll moves the cursor by n rows, or scrolls the part in focus.
func (m *model) scroll(n int) {
	switch m.focus {
	case focusDetails:
		m.details.top = max(0, m.details.top+n)
	case focusEvents:
		m.events.back = max(0, m.events.back-n)
	case focusList, numFocuses:
		m.list.moveTo(m.list.cursor + n)
	}
}

// nextFocus moves the focus to the next visible part.
func (m *model) nextFocus() {
	for range numFocuses {
		if m.focus = (m.focus + 1) % numFocuses; m.layout.shows(m.focus) {
			return
		}
	}
}

func (m *model) setFilter(f filter) {
	m.list.filter = f
	m.list.rebuild(&m.snap)
}

func (m *model) showStates(f stateFilter) { m.setFilter(newFilter(f, m.list.filter.text)) }

// nextMatch goes to the next camera that matches the text of the last filter.
func (m *model) nextMatch(step int) {
	sought := &m.list.sought
	if !m.list.seek(&m.snap, step, func(r row) bool { return sought.camera(r.cam, sought.recorder(r.rec)) }) {
		m.say("no " + m.nouns.row + " matches " + sought.needle)
	}
}

func (m *model) nextFailed(step int) {
	if !m.list.seek(&m.snap, step, func(r row) bool { return filterOf[r.cam.State] == filterFailed }) {
		m.say("the filter shows no failed " + m.nouns.row)
	}
}

func (m *model) sortBy(key sortKey, reverse bool) {
	m.list.order = take(&m.snap, key, reverse)
	m.list.rebuild(&m.snap)
	text := "sorted by " + key.String()
	if reverse {
		text += ", reversed"
	}
	m.say(text)
}

// moreDetails opens the details, then expands them to the whole screen. With
// the focus on the events, it shows the one at the foot in full.
func (m *model) moreDetails() {
	d := &m.details
	switch {
	case m.focus == focusEvents:
		if e := m.events.atFoot(); e != nil {
			m.dialog = eventDialog(*e)
		}
		return
	case d.mode == detailsFull:
		m.lessDetails()
		return
	case d.mode == detailsOff && arrange(m.layout.w, m.layout.h, detailsPane, m.events.mode != eventsOff).hasPane():
		d.mode = detailsPane
	default:
		d.mode, m.focus = detailsFull, focusDetails
	}
	m.resize(m.layout.w, m.layout.h)
}

func (m *model) lessDetails() {
	m.details.mode = max(detailsOff, m.details.mode-1)
	m.focus = focusList
	m.resize(m.layout.w, m.layout.h)
}

func (m *model) nextEvents() {
	m.events.mode = (m.events.mode + 1) % numEventsModes
	m.events.back = 0
	m.resize(m.layout.w, m.layout.h)
	m.say(eventsWords[m.events.mode].chosen)
}

// escape undoes one step: it leaves full details, the focus or a frozen screen,
// clears the filter or the marks, or closes the details. It never quits.
func (m *model) escape() {
	switch {
	case m.details.mode == detailsFull:
		m.lessDetails()
	case m.focus != focusList:
		m.focus, m.events.back = focusList, 0
	case m.frozen:
		m.frozen = false
	case m.list.filter.on():
		m.setFilter(filter{})
	case len(m.list.marks) > 0:
		clear(m.list.marks)
	case m.layout.hasPane():
		m.lessDetails()
	}
}
