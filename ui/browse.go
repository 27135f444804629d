package ui

import (
	"example.com/hikgrab/tasks"
)

// scroll moves the cursor, or what has the focus, by n rows.
func (m *model) scroll(n int) {
	switch m.focus {
	case focusDetails:
		m.detailsTop = max(0, m.detailsTop+n)
	case focusEvents:
		m.eventsBack = max(0, m.eventsBack-n)
	case focusList, numFocuses:
		m.list.move(n)
	}
}

// nextFocus gives the movement keys to the next part in sight.
func (m *model) nextFocus() {
	for range numFocuses {
		m.focus = (m.focus + 1) % numFocuses
		if m.focus == focusList || m.focus == focusDetails && m.layout.side+m.layout.full > 0 || m.focus == focusEvents && m.layout.events > 0 {
			return
		}
	}
}

// focused marks a title when the movement keys move its part.
func (m *model) focused(f focus, title string) string {
	if m.focus == f {
		return "[" + title + "]"
	}
	return title
}

// fold hides the cameras of the recorder under the cursor; on a camera it goes
// to the recorder first.
func (m *model) fold() {
	r, ok := m.list.current()
	if !ok {
		return
	}
	if r.camera >= 0 {
		m.list.on = rowID{r.id.recorder, noCamera}
	} else {
		m.folds.set(r.id.recorder, true)
	}
	m.rebuild()
}

func (m *model) cannotFold() string {
	r, ok := m.list.current()
	switch {
	case !ok:
		return m.noRows()
	case r.camera < 0 && m.filter.on():
		return "a filter shows all it finds"
	case r.camera < 0 && !m.list.opened(m.list.cursor):
		return "folded already"
	}
	return ""
}

func (m *model) unfold() {
	if r, ok := m.list.current(); ok {
		m.folds.set(r.id.recorder, false)
		m.rebuild()
	}
}

func (m *model) cannotUnfold() string {
	if r, ok := m.list.current(); !ok || r.camera >= 0 || m.list.opened(m.list.cursor) {
		return "unfolded already"
	}
	return ""
}

// setFilter narrows the list.
func (m *model) setFilter(f filter) {
	m.filter = f
	m.rebuild()
}

func (m *model) cycleFilter() { m.showStates((m.filter.state + 1) % numFilters) }

func (m *model) showStates(f stateFilter) { m.setFilter(filter{f, m.filter.text}) }

// nextMatch goes to the next camera that the text of the last filter finds.
func (m *model) nextMatch(step int) {
	if !m.seek(step, func(r *tasks.RecorderView, c *tasks.CameraView) bool {
		return m.sought.camera(c, m.sought.recorder(r))
	}) {
		m.say("no " + m.nouns.row + " matches " + m.sought.needle)
	}
}

func (m *model) noSearch() string {
	if m.sought.needle == "" {
		return "look for something with / first"
	}
	return ""
}

func (m *model) nextFailed(step int) {
	if !m.seek(step, func(_ *tasks.RecorderView, c *tasks.CameraView) bool { return filterOf(c.State) == filterFailed }) {
		m.say("the filter shows no failed " + m.nouns.row)
	}
}

// sortNext sorts by the next key, once.
func (m *model) sortNext() { m.sortBy((m.order.key+1)%numSortKeys, false) }

func (m *model) sortReverse() { m.sortBy(m.order.key, !m.order.reverse) }

func (m *model) sortBy(key sortKey, reverse bool) {
	m.order = take(&m.snap, key, reverse)
	m.rebuild()
	text := "sorted by " + key.String()
	if reverse {
		text += ", reversed"
	}
	m.say(text)
}

// moreDetails opens the details, and at the second time gives them the screen.
func (m *model) moreDetails() {
	switch {
	case m.focus == focusEvents:
		m.showEvent()
		return
	case m.details == detailsFull:
		m.lessDetails()
		return
	case m.details == detailsOff && arrange(m.w, m.h, detailsPane, m.eventsMode != eventsOff).hasPane():
		m.details = detailsPane
	default:
		m.details, m.focus = detailsFull, focusDetails
	}
	m.resize()
}

func (m *model) lessDetails() {
	if m.details > detailsOff {
		m.details--
	}
	m.focus = focusList
	m.resize()
}

// hasPane reports whether the details are beside or below the list.
func (l layout) hasPane() bool { return l.side+l.below > 0 }

// nextEvents switches the events between all, errors and off.
func (m *model) nextEvents() {
	m.eventsMode = (m.eventsMode + 1) % numEventsModes
	m.eventsBack = 0
	m.resize()
	m.rebuild()
	m.say([...]string{"events: what matters", "events: errors only", "events: every file", "events are off; L shows them"}[m.eventsMode])
}

func (m *model) freeze() { m.frozen = !m.frozen }

// escape closes what is open, or clears what is set, the nearest first. It
// never quits.
func (m *model) escape() {
	switch {
	case m.details == detailsFull:
		m.lessDetails()
	case m.focus != focusList:
		m.focus, m.eventsBack = focusList, 0
	case m.frozen:
		m.frozen = false
	case m.filter.on():
		m.setFilter(filter{})
	case len(m.marks) > 0:
		clear(m.marks)
	case m.layout.hasPane():
		m.lessDetails()
	}
}
