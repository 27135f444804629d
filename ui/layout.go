package ui

// The least terminal that shows anything useful.
const (
	minWidth  = 40
	minHeight = 10
)

// wideFrom is the width from which the details stand to the right of the list.
const wideFrom = 120

// roomyFrom is the height from which there are events below full details.
const roomyFrom = 30

// headerLines are the title, the overall bar, the counts and a rule.
const headerLines = 4

// detailsMode says how much room the details get.
type detailsMode int

const (
	detailsOff detailsMode = iota
	detailsPane
	detailsFull
)

// layout is where each part of the screen goes: a pure function of the size and
// of what the operator wants to see.
type layout struct {
	w, h  int
	small bool // too small for anything but a sentence

	titles    bool // a line of column titles above the list
	list      int  // lines of the list
	listWidth int
	side      int // width of the details on the right; 0 when they are not there
	below     int // lines of the details under the list, their title included
	full      int // lines of the details when they take the place of the list
	events    int // lines of the events, their title included
}

// arrange divides a screen of w × h cells. The parts add up: header, titles,
// list or full, below, events and one line of hints make h.
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

// eventLines is the height of the events pane: none where the list needs all.
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

// hasPane reports whether the details are beside or below the list.
func (l layout) hasPane() bool { return l.side+l.below > 0 }

// shows reports whether a part that can be scrolled is in sight.
func (l layout) shows(f focus) bool {
	return f == focusList || f == focusDetails && l.side+l.full > 0 || f == focusEvents && l.events > 0
}

// body is the number of lines between header and events.
func (l layout) body() int {
	n := l.list + l.below + l.full
	if l.titles {
		n++
	}
	return n
}

// columns are the widths of a row's parts; 0 leaves a part out. A space stands
// before each part but the name.
type columns struct {
	name, bar, percent, size, rate, state, try int
	totals                                     bool // the size column says done / total
}

// rowIndent is what stands before a camera's name: cursor, fold, glyph, two spaces.
const rowIndent = 5

// nameEnough is the width of a name from which the bar takes more than half of
// what is spare.
const nameEnough = 32

// leastBar is the narrowest bar that still tells something.
const leastBar = 8

// columnsFor divides a row of w cells, in which names want so many. What is
// spare goes to the name, and where that has enough, to the bar as well; what it
// lacks the others give, those first that say least.
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
