package ui

import (
	"cmp"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// listLines draws the window of the list, exactly as many lines as the layout
// gives it, each exactly as wide.
func (m *model) listLines(l layout) []string {
	margin := ""
	if l.side > 0 {
		margin = " " // before the wall
	}
	c := columnsFor(l.listWidth-width(margin), m.namesWant())
	m.alike = m.alikeIn(c.name + 1)
	lines := make([]string, 0, l.body())
	height := l.list
	if l.titles {
		height++
		lines = append(lines, m.styles.faint.on(m.columnTitles(c, m.order, l.listWidth)))
	}
	rows := m.list.visible()
	for i, r := range rows {
		line := m.rowLine(r, m.list.opened(m.list.top+i), c) + margin
		if m.list.top+i == m.list.cursor {
			line = m.underCursor(line, c)
		}
		lines = append(lines, line)
	}
	if len(rows) == 0 {
		for _, text := range m.nothing() {
			lines = append(lines, m.glyphs.left("   "+text, l.listWidth))
		}
	}
	for len(lines) < height {
		lines = append(lines, spaces(l.listWidth))
	}
	return lines[:height]
}

// underCursor turns a row's colours round, but not those of its bar, which would
// show the rest as done.
func (m *model) underCursor(line string, c columns) string {
	turn := func(from, to int) string { return m.styles.cursor.on(ansi.Strip(ansi.Cut(line, from, to))) }
	begin := rowIndent + c.name
	end := begin + c.bar + 1
	if plain := ansi.Strip(ansi.Cut(line, begin, end)); c.bar == 0 || !strings.ContainsAny(plain, m.glyphs.barDone+m.glyphs.barRest) {
		return m.styles.cursor.on(ansi.Strip(line))
	}
	return turn(0, begin+1) + ansi.Cut(line, begin+1, end) + turn(end, width(line))
}

// nothing says why the list is empty.
func (m *model) nothing() []string {
	if m.filter.on() {
		return []string{"", "No " + m.nouns.row + " matches.", "esc shows all " + m.nouns.rows(len(m.snap.Cameras)) + "."}
	}
	if m.opts.Files {
		return []string{"", "Nothing is known that is not here; the machines are asked."}
	}
	return []string{"", "There is nothing to download: the sheet names no recorder."}
}

func (p *pen) columnTitles(c columns, o order, w int) string {
	g := &p.glyphs
	size := "done"
	if c.totals {
		size = "done / total"
	}
	mark := func(title string, keys ...sortKey) string {
		switch {
		case !slices.Contains(keys, o.key):
			return title
		case o.reverse:
			return title + " " + g.reversed
		}
		return title + " " + g.sorted
	}
	var b strings.Builder
	b.WriteString(spaces(rowIndent - 1))
	b.WriteString(g.left(mark(p.nouns.group+" / "+p.nouns.row, sortName), c.name+1))
	for _, part := range []struct {
		title string
		width int
		left  bool
	}{
		{"progress", c.bar, true},
		{"%", c.percent, false},
		{mark(size, sortSize, sortLeft), c.size, false},
		{mark("speed", sortRate), c.rate, false},
		{mark("left", sortETA, sortState), c.state, false},
		{"try", c.try, false},
	} {
		switch {
		case part.width == 0:
		case part.left:
			b.WriteString(" " + g.left(part.title, part.width))
		default:
			b.WriteString(" " + g.right(part.title, part.width))
		}
	}
	return g.left(b.String(), w)
}

// rowLine draws one row without regard to the cursor's reverse video.
func (m *model) rowLine(r row, opened bool, c columns) string {
	rec := &m.snap.Recorders[r.recorder]
	if r.camera < 0 {
		return m.recorderLine(r, opened, rec, c)
	}
	return m.cameraLine(r, rec, &m.snap.Cameras[r.camera], c)
}

// margin is the first cell of a row: the cursor, or a mark.
func (m *model) margin(r row) string {
	switch {
	case r.camera >= 0 && m.marks[r.id.camera]:
		return m.styles.key.on(m.glyphs.marked)
	case r.id == m.list.on:
		return m.glyphs.cursor
	}
	return " "
}

func (m *model) recorderLine(r row, opened bool, rec *tasks.RecorderView, c columns) string {
	g, s := &m.glyphs, &m.styles
	fold := g.folded
	switch {
	case rec.Count == 0:
		fold = " "
	case opened:
		fold = g.opened
	}
	glyph, p, word := g.state[rec.State], s.state[rec.State], m.recorderWord(rec)
	switch {
	case shut(rec.Hold):
		glyph, p, word = g.held, s.bad, holdWord(rec.Hold, m.snap.At)
	case rec.Hold.Held():
		glyph, p, word = g.state[tasks.Retrying], s.warn, holdWord(rec.Hold, m.snap.At)
	}
	head := m.margin(r) + fold + p.on(glyph) + " "
	title := m.listTitle(rec, c.name+1)
	titled := s.strong
	if rec.State.Ended() && rec.State != tasks.Failed && rec.State != tasks.Incomplete {
		titled = s.faint
	}
	cause := m.commonFailure(rec).What
	if shut(rec.Hold) {
		cause = rec.Hold.What
	}
	if cause != "" {
		return head + m.saying(title, titled, cause, p, c.name+1, c) + m.tail(word, p, 0, c)
	}
	return head + m.owned(rec, titled, c.name+1) + m.middle(rec.Bytes, rec.Total, rec.TotalKnown, rec.State == tasks.Done, m.speed(rec.Rate), p, c) + m.tail(word, p, 0, c)
}

// commonFailure is what went wrong with all cameras of a recorder that failed
// as a whole; zero when it did not, or when they differ.
func (m *model) commonFailure(r *tasks.RecorderView) tasks.Failure {
	if r.Count == 0 || r.Counts[tasks.Failed] != r.Count || r.Bytes > 0 {
		return tasks.Failure{}
	}
	common := m.snap.Cameras[r.First].Failure
	for i := r.First + 1; i < r.First+r.Count; i++ {
		if m.snap.Cameras[i].Failure.What != common.What {
			return tasks.Failure{}
		}
	}
	return common
}

func (m *model) cameraLine(r row, rec *tasks.RecorderView, cam *tasks.CameraView, c columns) string {
	g, s := &m.glyphs, &m.styles
	p := s.state[cam.State]
	head := m.margin(r) + " " + p.on(g.state[cam.State]) + "  "
	word := m.stateWord(cam, rec)
	if cam.State == tasks.Failed && cam.Bytes == 0 && cam.Failure.What != "" {
		return head + m.saying(cameraTitle(cam), paint{}, cam.Failure.What, p, c.name, c) + m.tail(word, p, cam.Attempt, c)
	}
	titled := paint{}
	if cam.State == tasks.Done || cam.State == tasks.Empty || cam.State == tasks.Skipped {
		titled = s.faint
	}
	return head + titled.on(g.left(cameraTitle(cam), c.name)) + m.middle(cam.Bytes, cam.Total, cam.TotalKnown, cam.State == tasks.Done, cmp.Or(derived(cam), m.speed(cam.Rate)), p, c) + m.tail(word, p, cam.Attempt, c)
}

// speed is what the speed column says.
func (p *pen) speed(rate float64) string {
	if rate < 1 {
		return p.glyphs.dash
	}
	return units.Rate(rate)
}

// middle is bar, percentage, size and speed. What is not whole is never at 100 %,
// whatever has come of it.
func (p *pen) middle(done, total int64, known, whole bool, speed string, look paint, c columns) string {
	g := &p.glyphs
	var b strings.Builder
	nothing := total == 0 && done == 0
	if c.bar > 0 {
		b.WriteByte(' ')
		if nothing {
			b.WriteString(spaces(c.bar))
		} else {
			b.WriteString(p.bar(done, total, c.bar, look))
		}
	}
	percent := g.dash
	if !nothing {
		n := units.Percent(done, total)
		if !whole {
			n = min(n, 99)
		}
		percent = itoa(n) + "%"
	}
	b.WriteString(" " + g.right(percent, c.percent))
	if c.size > 0 {
		b.WriteString(" " + g.right(p.sizes(done, total, known, c), c.size))
	}
	if c.rate > 0 {
		b.WriteString(" " + g.right(speed, c.rate))
	}
	return b.String()
}

// sizes is what the size column says.
func (p *pen) sizes(done, total int64, known bool, c columns) string {
	switch {
	case total == 0 && done == 0:
		return p.glyphs.dash
	case !c.totals:
		return units.Size(done)
	case !known && width(p.glyphs.atLeast)+len(units.Progress(done, total)) <= c.size:
		return p.glyphs.atLeast + units.Progress(done, total)
	}
	return units.Progress(done, total)
}

// saying puts a sentence where bar, percentage, size and speed would stand: of
// what failed or is held, the cause says more than an empty bar. A sentence that
// is too long for that begins earlier, right behind the title, whose column has
// name cells.
func (p *pen) saying(title string, titled paint, text string, look paint, name int, c columns) string {
	g := &p.glyphs
	room := c.percent + 1
	for _, part := range []int{c.bar, c.size, c.rate} {
		if part > 0 {
			room += part + 1
		}
	}
	const least = 10 // cells, for fewer it is not worth while
	text, title = clean(text), g.cut(title, name)
	begin := max(width(title)+2, min(name+1, name+room-width(text)))
	if name+room-begin < least {
		return titled.on(g.left(title, name)) + spaces(room)
	}
	return titled.on(g.left(title, begin)) + look.on(g.left(text, name+room-begin))
}

// tail is the state or the time left, and the attempt.
func (p *pen) tail(word string, look paint, attempt int, c columns) string {
	g := &p.glyphs
	line := " " + look.on(g.right(word, c.state))
	switch {
	case c.try == 0:
	case attempt > 1:
		line += " " + g.right(itoa(attempt), c.try)
	default:
		line += spaces(c.try + 1)
	}
	return line
}
