package ui

// The smallest terminal that shows anything useful.
const (
	minWidth  = 40
	minHeight = 10
)

// wideFrom is the width from which the details go to the right of the list.
const wideFrom = 120

// roomyFrom is the height from which the events stay visible below full
// details.
const roomyFrom = 30

// headerLines counts the title, the overall bar, the counts and a rule.
const headerLines = 4

// detailsMode is how much room the details get.
type detailsMode int

const (
	detailsOff detailsMode = iota
	detailsPane
	detailsFull
)

// layout is the place of each part of the screen, computed only from its size
// and the operator's choices.
type layout struct {
	w, h  int
	small bool // only room for one sentence

	titles    bool // column titles above the list
	list      int  // lines of the list
	listWidth int
	side      int // width of the details on the right; 0 means none
	below     int // lines of the details under the list, including their title
	full      int // lines of the details in place of the list
	events    int // lines of the events, including their title
}

// arrange divides a screen of w × h cells. Header, titles, list or full, below,
// events and one line of hints add up to h.
func arrange(w, h int, details detailsMode, events bool) layout {
	l := layout{w: w, h: h, listWidth: w}
	if w < minWidth || h < minHeight {
		l.small = true
		return l
	}
	if events && (details != detailsFull || h >= roomyFrom) {
		l.events = eventLines(h)
	}
	rest := h - headerLines - l.events - 1
	if details == detailsFull {
		l.full = rest
		return l
	}
	if details == detailsPane {
		switch {
		case w >= wideFrom:
			l.side = min(max(w/3, 42), 70)
			l.listWidth = w - l.side - 1
		case h >= 18:
			l.below = 1 + briefLines
		}
	}
	l.titles = w >= wideFrom && h >= 16
	l.list = rest - l.below
	if l.titles {
		l.list--
	}
	return l
}

// eventLines returns the height of the events pane; 0 if the list needs the
// room.
func eventLines(h int) int {
	switch {
	case h < 14:
		return 0
	case h < 28:
		return 3
	case h < 36:
		return 5
	}
	return 8
}

// hasPane reports whether the details are next to or below the list.
func (l layout) hasPane() bool { return l.side+l.below > 0 }

// shows reports whether a scrollable part is visible.
func (l layout) shows(f focus) bool {
	return f == focusList || f == focusDetails && l.side+l.full > 0 || f == focusEvents && l.events > 0
}

// body returns the number of lines between header and events.
func (l layout) body() int {
	n := l.list + l.below + l.full
	if l.titles {
		n++
	}
	return n
}

// columns holds the widths of a row's parts; 0 leaves one out. Each part but
// the name has a space before it.
type columns struct {
	name, bar, percent, size, rate, state, try int
	totals                                     bool // the size column shows done / total
}

// rowIndent is the width before a camera's name: cursor, fold, glyph, two
// spaces.
const rowIndent = 5

// nameEnough is the name width from which spare cells go mostly to the bar.
const nameEnough = 32

// leastBar is the narrowest useful bar.
const leastBar = 8

// columnsFor divides a row of w cells, given the width that names want. Spare
// cells go to the name, and once that is wide enough, to the bar too. If the
// name is too narrow, other columns give up cells, the least informative first.
func columnsFor(w, names int) columns {
	c := columns{percent: 4, state: 10}
	switch {
	case w >= 110:
		c.bar, c.size, c.rate, c.try, c.totals = 24, 15, 10, 3, true
	case w >= 90:
		c.bar, c.size, c.rate, c.try, c.totals = 16, 15, 10, 3, true
	case w >= 72:
		c.bar, c.size, c.rate = 12, 8, 10
	}
	c.name = w - rowIndent
	for _, part := range []int{c.bar, c.percent, c.size, c.rate, c.state, c.try} {
		if part > 0 {
			c.name -= part + 1
		}
	}
	give := func(from *int, least int) {
		if n := min(*from-least, names-c.name); *from > 0 && n > 0 {
			*from, c.name = *from-n, c.name+n
		}
	}
	give(&c.bar, leastBar)
	if c.totals && names > c.name {
		c.totals = false
		give(&c.size, 8)
	}
	if c.try > 0 && names > c.name {
		c.try, c.name = 0, c.name+c.try+1
	}
	if spare := c.name - max(nameEnough, names); spare > 0 && c.bar > 0 {
		const most = 48
		more := min(spare*2/3, most-c.bar)
		c.bar, c.name = c.bar+more, c.name-more
	}
	return c
}
