package ui

import (
	"cmp"
	"strings"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// headerLines draws the top of the screen: what runs, how far it is, how many
// cameras are in which state, and a rule that tells what is out of the ordinary.
func (m *model) header(w int) []string {
	return []string{
		m.headline(w),
		m.overall(w),
		m.countsLine(w),
	}
}

// freeFrom is the width from which the head of the screen has room for what is
// free on the disk.
const freeFrom = 80

// headline names the sheet and what the run consists of, as far as it fits.
func (m *model) headline(w int) string {
	g, s := &m.glyphs, &m.snap
	right := "elapsed " + units.Duration(s.Elapsed) + " "
	if s.Disk.Free >= 0 && s.Disk.Dir != "" && w >= freeFrom {
		right = "free " + units.Size(s.Disk.Free) + "   " + right
	}
	line := " " + m.styles.title.on("hikgrab") + "  " + g.cut(clean(m.opts.Title), max(8, w/3))
	sep := " " + g.dot + " "
	items := []string{
		"   " + m.groupsOf(s),
		sep + m.rowsOf(s),
		sep + units.Count(s.Jobs, "job"),
	}
	if s.PerRecorder != tasks.AutoPerRecorder {
		items[2] += " (" + itoa(s.PerRecorder) + " per " + m.nouns.group + ")"
	}
	if len(s.Machines) > 0 && !m.opts.Files {
		items = append(items[:2:2], append([]string{sep + units.Count(len(s.Machines), "machine")}, items[2:]...)...)
	}
	if text := m.bandwidth(); text != "" {
		items = append(items, sep+text)
	}
	if s.Disk.Dir != "" {
		items = append(items, "   "+g.arrow+" "+clean(s.Disk.Dir))
	}
	for _, item := range items {
		if width(line)+width(item)+width(right)+2 > w {
			break
		}
		line += item
	}
	return g.between(line, right, w)
}

// groupsOf says how many recorders there are; where there are none, from how
// many machines files are brought.
func (p *pen) groupsOf(s *tasks.Snapshot) string {
	if recorders := len(s.Recorders) - s.Homeward().Groups; recorders > 0 {
		return units.Count(recorders, "recorder")
	}
	return units.Count(len(s.Recorders), p.nouns.group)
}

// rowsOf says how many cameras there are, and how many files that are brought
// here.
func (p *pen) rowsOf(s *tasks.Snapshot) string {
	home := s.Homeward()
	if cameras := len(s.Cameras) - home.Rows; home.Files > 0 && cameras > 0 {
		return units.Count(cameras, "camera") + " " + p.glyphs.dot + " " + units.Count(home.Files, "file")
	}
	return p.nouns.rows(len(s.Cameras))
}

// bandwidth is the limit and until when it holds; empty when there never is one.
func (m *model) bandwidth() string {
	s := &m.snap
	text := ""
	if s.Limit > 0 {
		text = "at most " + units.Rate(float64(s.Limit))
	}
	if !s.LimitUntil.IsZero() {
		text = cmp.Or(text, "no limit") + " until " + s.LimitUntil.Format("15:04")
	}
	return text
}

// overall is the first line of the eye: a bar, and beside it as much of
// percentage, sizes, speed and end as leaves the bar some room.
func (m *model) overall(w int) string {
	const leastBar = 10
	for _, text := range m.figures() {
		if bar := w - 1 - width(text); bar >= leastBar {
			return " " + m.bar(m.snap.Bytes, m.snap.Total, bar, m.overallPaint()) + text
		}
	}
	return m.glyphs.left(" "+m.percent(), w)
}

func (m *model) overallPaint() paint {
	if m.snap.Finished && troubles(m.snap.Counts) == 0 {
		return m.styles.good
	}
	return m.styles.busy
}

// figures are the texts beside the overall bar, from the fullest to the
// shortest.
func (m *model) figures() []string {
	s, g := &m.snap, &m.glyphs
	percent := "  " + g.right(m.percent(), 4)
	if s.Total == 0 && s.Bytes == 0 {
		if s.Finished && troubles(s.Counts) > 0 {
			return []string{percent + "  nothing could be fetched ", percent + " "}
		}
		if s.Finished {
			return []string{percent + "  nothing to fetch ", percent + " "}
		}
		if m.blocked() {
			return []string{percent + "  held ", percent + " "}
		}
		return []string{percent + "  searching" + g.ellipsis + " ", percent + " "}
	}
	total := units.Size(s.Total)
	if !s.TotalKnown {
		total = g.atLeast + total
	}
	size := "  " + g.right(units.Size(s.Bytes), 8) + " of " + total
	var speed, left, end string
	switch {
	case s.Finished:
		speed, left = "  finished", "  in "+units.Duration(s.Elapsed)
	case s.AllPaused:
		speed = "  paused"
	case s.Active == 0 && m.deriving() != "":
		speed = "  " + m.deriving()
	default:
		speed = "  " + g.right(units.Rate(s.Rate), 10)
		left, end = m.end()
	}
	var who string
	if name := m.slowest(); end != "" && name != "" {
		who = ", " + name
	}
	return []string{
		percent + size + speed + left + end + who + " ",
		percent + size + speed + end + who + " ",
		percent + size + speed + end + " ",
		percent + speed + end + who + " ",
		percent + speed + cmp.Or(end, left) + " ",
		percent + cmp.Or(end, left) + " ",
		percent + " ",
	}
}

// end is how long everything still takes, and when it is over; while that is
// not known, what it waits for.
func (m *model) end() (left, end string) {
	s := &m.snap
	switch {
	case !s.TotalKnown:
		n := len(s.Recorders)
		for i := range s.Recorders {
			if !s.Recorders[i].TotalKnown {
				n--
			}
		}
		return "  searched " + itoa(n) + " of " + itoa(len(s.Recorders)), ""
	case s.ETA > 0:
		return "  " + units.Duration(s.ETA) + " left", "  until " + units.Finish(s.At, s.At.Add(s.ETA))
	}
	return "", ""
}

// slowest names the recorder that everything waits for in the end; empty when
// there is but one.
func (m *model) slowest() string {
	for i := range m.snap.Recorders {
		if r := &m.snap.Recorders[i]; r.ID == m.snap.Slowest && len(m.snap.Recorders) > 1 {
			return m.glyphs.cut(cmp.Or(recorderLabel(r), clean(r.Address)), 24)
		}
	}
	return ""
}

// deriving is what is being made of recordings; empty when nothing is.
func (m *model) deriving() string {
	for i := range m.snap.Cameras {
		if c := &m.snap.Cameras[i]; c.Deriving != "" {
			return c.Deriving
		}
	}
	return ""
}

func (m *model) percent() string {
	return itoa(percentOf(&m.snap)) + "%"
}

// countsLine is how many cameras are in each state; the numbers always add up
// to the number of cameras. What room is left shows the throughput so far.
func (m *model) countsLine(w int) string {
	line := m.counts(m.snap.Counts, w-1)
	room := w - 2 - width(line)
	peak := "  peak " + units.Rate(m.snap.Peak) + " "
	if m.snap.Peak < 1 || room < 12 {
		return " " + line
	}
	if room < 30+width(peak) {
		peak = " "
	}
	n := min(room-width(peak)-2, 60)
	return m.glyphs.between(" "+line, m.styles.busy.on(m.glyphs.spark(m.snap.Rates, n))+peak, w)
}

// countOrder is the order in which the counts stand: movement first, then what
// is still to come, then how it ended.
var countOrder = []tasks.State{
	tasks.Downloading, tasks.Searching, tasks.Retrying, tasks.Pausing, tasks.Paused, tasks.Waiting,
	tasks.Done, tasks.Empty, tasks.Incomplete, tasks.Failed, tasks.Skipped,
}

// counts writes the states that have cameras: in words, or with glyphs alone,
// or in the groups of the state filter, whatever fits into w cells.
func (p *pen) counts(c tasks.Counts, w int) string {
	var words, short []string
	var glyph string
	var number int // of the cameras with that glyph
	var groups [numFilters]int
	for _, s := range countOrder {
		if c[s] == 0 {
			continue
		}
		look, n := p.styles.state[s], itoa(c[s])
		words = append(words, look.on(p.glyphs.state[s])+" "+n+" "+s.String())
		if p.glyphs.state[s] == glyph { // pausing and paused look the same
			number += c[s]
			short[len(short)-1] = look.on(glyph) + itoa(number)
		} else {
			glyph, number = p.glyphs.state[s], c[s]
			short = append(short, look.on(glyph)+n)
		}
		groups[filterOf(s)] += c[s]
	}
	if len(words) == 0 {
		return "no " + p.nouns.row + "s yet"
	}
	var few []string
	for f := filterActive; f < numFilters; f++ {
		if groups[f] > 0 {
			few = append(few, itoa(groups[f])+" "+f.String())
		}
	}
	for _, line := range []string{strings.Join(words, "  "), strings.Join(short, "  "), strings.Join(short, " ")} {
		if width(line) <= w {
			return line
		}
	}
	return p.glyphs.cut(strings.Join(few, " "), w)
}

// troubles is the number of cameras that ended without everything.
func troubles(c tasks.Counts) int { return c[tasks.Failed] + c[tasks.Incomplete] }

// rule draws a line of w cells with text set into it: what is the matter on
// the left, how the list is looked at on the right.
func (p *pen) rule(left, right string, look paint, w int) string {
	g, s := &p.glyphs, &p.styles
	if left != "" {
		left = g.cut(" "+left+" ", w-2)
	}
	if right != "" {
		right = " " + right + " "
	}
	gap := w - 2 - width(left) - width(right)
	if gap < 1 {
		right, gap = "", w-2-width(left)
	}
	return s.faint.on(g.rule) + look.on(left) + s.faint.on(repeat(g.rule, gap)+right+g.rule)
}

// condition is what the rule under the header says: what is out of the
// ordinary and what ends it. The most pressing comes first.
func (m *model) condition() (string, paint) {
	s, look := &m.snap, &m.styles
	switch {
	case m.leaving == leaveStopping:
		return "stopping: what is on disk stays, and the next run continues there; ctrl+c quits at once", look.warn
	case s.Disk.Held != "":
		return clean(s.Disk.Held) + "; downloads wait", look.bad
	case m.frozen:
		return "FROZEN: downloads continue; F unfreezes", look.warn
	case m.leaving == leaveDraining:
		what := "finishing " + units.Count(s.Active, "file")
		if s.Active == 0 && m.deriving() != "" {
			what = "finishing the " + m.deriving()
		}
		return what + ", then quitting; q asks again", look.warn
	case s.Finished:
		return m.finished(), look.title
	case s.Short() > 0:
		return "will not fit: " + units.Size(s.Needed) + " still to come, " + units.Size(s.Disk.Free) + " free; free some space meanwhile", look.warn
	case s.AllPaused:
		return "everything is paused; P resumes", look.warn
	case m.blocked():
		return "nothing can continue: each recorder's line says why; r tries again", look.bad
	}
	return "", look.faint
}

// finished says how it ended and how to leave.
func (m *model) finished() string {
	c := m.snap.Counts
	nothing := ""
	if n := c[tasks.Empty]; n > 0 {
		nothing = itoa(n) + " " + have(n) + " nothing in the period"
	}
	switch bad := troubles(c); {
	case bad > 0:
		return join(", ", "finished: "+itoa(bad)+" of "+m.nouns.rows(len(m.snap.Cameras))+" not complete", nothing) + "; e finds, R retries, q quits"
	case c[tasks.Done] == 0 && nothing != "" && c[tasks.Skipped] == 0:
		return "finished: nothing was recorded in the period on any camera; q quits"
	case c[tasks.Skipped] > 0:
		return join(", ", "finished: "+itoa(c[tasks.Done])+" complete, "+itoa(c[tasks.Skipped])+" skipped", nothing) + "; q quits"
	case nothing != "":
		return "finished: " + itoa(c[tasks.Done]) + " of " + m.nouns.rows(len(m.snap.Cameras)) + " complete, " + nothing + "; q quits"
	}
	if c[tasks.Done] == 1 {
		return "finished: 1 " + m.nouns.row + " complete; q quits"
	}
	return "finished: all " + m.nouns.rows(c[tasks.Done]) + " complete; q quits"
}

// have is the verb for n of something.
func have(n int) string {
	if n == 1 {
		return "has"
	}
	return "have"
}

// looking says how the list is looked at, and where in it when it is longer than
// its window and w cells have room for that as well.
func (m *model) looking(w int) string {
	parts := []string{m.filter.state.String()}
	if m.filter.on() {
		parts = append(parts, itoa(m.shown)+" of "+itoa(len(m.snap.Cameras)))
	}
	if n := len(m.marks); n > 0 {
		parts = append(parts, itoa(n)+" marked")
	}
	by := m.order.key.String()
	if m.order.reverse {
		by += ", reversed"
	}
	sep := " " + m.glyphs.dot + " "
	text := strings.Join(append(parts, by), sep)
	if n := len(m.list.rows); n > m.list.height {
		if place := sep + "row " + itoa(m.list.cursor+1) + " of " + itoa(n); width(text)+width(place) <= w {
			text += place
		}
	}
	return text
}
