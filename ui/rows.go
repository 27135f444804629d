package ui

import (
	"cmp"
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// rows draws the visible part of the list.
type rows struct {
	*pen
	*list
	s         *tasks.Snapshot
	c         columns
	ambiguous map[string]bool // names that look the same on several recorders at this column width
}

// rowsIn returns the drawer of l in rows of w cells.
func (p *pen) rowsIn(w int, l *list, s *tasks.Snapshot) *rows {
	r := &rows{pen: p, list: l, s: s}
	r.c = columnsFor(w, r.namesWant())
	r.ambiguous = r.ambiguousIn(r.c.name + 1)
	return r
}

// lines draws the rows, exactly as many lines as the layout gives the list,
// each exactly as wide. Without rows it shows the text in nothing.
func (r *rows) lines(l layout, nothing []string) []string {
	margin := ""
	if l.side > 0 {
		margin = " " // before the wall
	}
	var lines []string
	if l.titles {
		lines = append(lines, r.styles.faint.on(r.glyphs.left(r.titles(), l.listWidth)))
	}
	for i, row := range r.visible() {
		line := r.line(row, r.opened(r.top+i)) + margin
		if r.top+i == r.cursor {
			line = r.underCursor(line)
		}
		lines = append(lines, line)
	}
	if len(r.rows) == 0 {
		for _, text := range nothing {
			lines = append(lines, r.glyphs.left("   "+text, l.listWidth))
		}
	}
	height := l.body() - l.below
	for len(lines) < height {
		lines = append(lines, spaces(l.listWidth))
	}
	return lines[:height]
}

// underCursor reverses a row's colours except in its bar, where the rest would
// look done.
func (r *rows) underCursor(line string) string {
	turn := func(from, to int) string { return r.styles.cursor.on(ansi.Strip(ansi.Cut(line, from, to))) }
	begin := rowIndent + r.c.name
	end := begin + r.c.bar + 1
	if plain := ansi.Strip(ansi.Cut(line, begin, end)); r.c.bar == 0 || !strings.ContainsAny(plain, r.glyphs.barDone+r.glyphs.barRest) {
		return r.styles.cursor.on(ansi.Strip(line))
	}
	return turn(0, begin+1) + ansi.Cut(line, begin+1, end) + turn(end, width(line))
}

// titles draws the column titles, with the sort column marked.
func (r *rows) titles() string {
	g, c := &r.glyphs, r.c
	mark := func(title string, keys ...sortKey) string {
		switch {
		case !slices.Contains(keys, r.order.key):
			return title
		case r.order.reverse:
			return title + " " + g.reversed
		}
		return title + " " + g.sorted
	}
	size := "done"
	if c.totals {
		size = "done / total"
	}
	return spaces(rowIndent-1) + g.left(mark(r.nouns.group+" / "+r.nouns.row, sortName), c.name+1) + g.cells(
		cell{g.left("progress", c.bar), c.bar}, cell{"%", c.percent}, cell{mark(size, sortSize, sortLeft), c.size},
		cell{mark("speed", sortRate), c.rate}, cell{mark("left", sortETA, sortState), c.state}, cell{"try", c.try})
}

// line draws one row without the cursor's highlight.
func (r *rows) line(row row, opened bool) string {
	margin := " "
	switch {
	case row.cam != nil && r.marks[row.cam.ID]:
		margin = r.styles.key.on(r.glyphs.marked)
	case row.id() == r.on:
		margin = r.glyphs.cursor
	}
	if row.cam == nil {
		return margin + r.recorder(row.rec, opened)
	}
	return margin + r.camera(row.cam, row.rec)
}

func (r *rows) recorder(rec *tasks.RecorderView, opened bool) string {
	g, s := &r.glyphs, &r.styles
	fold := g.folded
	switch {
	case rec.Count == 0:
		fold = " "
	case opened:
		fold = g.opened
	}
	glyph, look, word := g.state[rec.State], s.state[rec.State], r.recorderWord(rec)
	switch {
	case shut(rec.Hold):
		glyph, look, word = g.held, s.bad, holdWord(rec.Hold, r.s.At)
	case rec.Hold.Held():
		glyph, look, word = g.state[tasks.Retrying], s.warn, holdWord(rec.Hold, r.s.At)
	}
	head := fold + look.on(glyph) + " "
	titled := s.strong
	if rec.State.Ended() && rec.State != tasks.Failed && rec.State != tasks.Incomplete {
		titled = s.faint
	}
	cause := commonFailure(r.s, rec).What
	if shut(rec.Hold) {
		cause = rec.Hold.What
	}
	if cause != "" {
		return head + r.saying(r.title(rec, r.c.name+1), titled, cause, look, r.c.name+1) + r.tail(word, look, 0)
	}
	return head + r.owned(rec, titled, r.c.name+1) + r.middle(rec.Bytes, rec.Total, rec.TotalKnown, rec.State == tasks.Done, r.speed(rec.Rate), look) + r.tail(word, look, 0)
}

// commonFailure returns the failure shared by all cameras of a recorder that
// failed as a whole; otherwise zero.
func commonFailure(s *tasks.Snapshot, r *tasks.RecorderView) tasks.Failure {
	if r.Count == 0 || r.Counts[tasks.Failed] != r.Count || r.Bytes > 0 {
		return tasks.Failure{}
	}
	cameras := s.Of(r)
	for i := range cameras {
		if cameras[i].Failure.What != cameras[0].Failure.What {
			return tasks.Failure{}
		}
	}
	return cameras[0].Failure
}

func (r *rows) camera(c *tasks.CameraView, rec *tasks.RecorderView) string {
	look := r.styles.state[c.State]
	head := " " + look.on(r.glyphs.state[c.State]) + "  "
	tail := r.tail(r.cameraWord(c, rec), look, c.Attempt)
	if c.State == tasks.Failed && c.Bytes == 0 && c.Failure.What != "" {
		return head + r.saying(cameraTitle(c), paint{}, c.Failure.What, look, r.c.name) + tail
	}
	titled := paint{}
	if c.State == tasks.Done || c.State == tasks.Empty || c.State == tasks.Skipped {
		titled = r.styles.faint
	}
	return head + titled.on(r.glyphs.left(cameraTitle(c), r.c.name)) + r.middle(c.Bytes, c.Total, c.TotalKnown, c.State == tasks.Done, cmp.Or(derived(c), r.speed(c.Rate)), look) + tail
}

func (p *pen) speed(rate float64) string {
	if rate < 1 {
		return p.glyphs.dash
	}
	return units.Rate(rate)
}

// cell is a text in a column; a zero width leaves it out.
type cell struct {
	text  string
	width int
}

// cells sets texts side by side, each right-aligned and after a space.
func (g *glyphs) cells(all ...cell) string {
	var b strings.Builder
	for _, c := range all {
		if c.width > 0 {
			b.WriteString(" " + g.right(c.text, c.width))
		}
	}
	return b.String()
}

// middle draws bar, percentage, size and speed. An incomplete download never
// shows 100 %.
func (r *rows) middle(done, total int64, known, whole bool, speed string, look paint) string {
	bar, percent, size := "", r.glyphs.dash, r.glyphs.dash
	if total > 0 || done > 0 {
		bar = r.bar(done, total, r.c.bar, look)
		n := units.Percent(done, total)
		if !whole {
			n = min(n, 99)
		}
		percent, size = itoa(n)+"%", units.Size(done)
		if r.c.totals {
			size = units.Progress(done, total)
		}
		if least := r.glyphs.atLeast + size; r.c.totals && !known && width(least) <= r.c.size {
			size = least
		}
	}
	return r.glyphs.cells(cell{bar, r.c.bar}, cell{percent, r.c.percent}, cell{size, r.c.size}, cell{speed, r.c.rate})
}

// saying draws a sentence in place of bar, percentage, size and speed, because
// the cause of a failure or hold says more than an empty bar. A long sentence
// starts earlier, right after the title, whose column has name cells.
func (r *rows) saying(title string, titled paint, text string, look paint, name int) string {
	g := &r.glyphs
	room := r.c.percent + 1
	for _, part := range []int{r.c.bar, r.c.size, r.c.rate} {
		if part > 0 {
			room += part + 1
		}
	}
	const least = 10 // cells; a shorter text is useless
	text, title = clean(text), g.cut(title, name)
	begin := max(width(title)+2, min(name+1, name+room-width(text)))
	if name+room-begin < least {
		return titled.on(g.left(title, name)) + spaces(room)
	}
	return titled.on(g.left(title, begin)) + look.on(g.left(text, name+room-begin))
}

// tail draws the state or time left, and the attempt.
func (r *rows) tail(word string, look paint, attempt int) string {
	try := ""
	if attempt > 1 {
		try = itoa(attempt)
	}
	return r.glyphs.cells(cell{look.on(word), r.c.state}, cell{try, r.c.try})
}
