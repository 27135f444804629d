package ui

import (
	"cmp"
	"strings"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// header draws the top of the screen: what runs, how far it is, and how many
// cameras are in each state.
type header struct {
	*pen
	s     *tasks.Snapshot
	title string // the name of the sheet
}

func (h header) lines(w int) []string { return []string{h.headline(w), h.overall(w), h.countsLine(w)} }

// freeFrom is the screen width from which the header shows the free disk space.
const freeFrom = 80

// headline names the sheet and then the parts of the run that fit: the number
// of recorders, or, without any, of the machines that files are collected from.
func (h header) headline(w int) string {
	g, s := &h.glyphs, h.s
	right := "elapsed " + units.Duration(s.Elapsed) + " "
	if s.Disk.Free >= 0 && s.Disk.Dir != "" && w >= freeFrom {
		right = "free " + units.Size(s.Disk.Free) + "   " + right
	}
	line := " " + h.styles.title.on("hikgrab") + "  " + g.cut(clean(h.title), max(8, w/3))
	sep := " " + g.dot + " "
	collected := s.Collected()
	groups, rows := units.Count(len(s.Recorders), h.nouns.group), h.nouns.rows(len(s.Cameras))
	if n := len(s.Recorders) - collected.Groups; n > 0 {
		groups = units.Count(n, "recorder")
	}
	if n := len(s.Cameras) - collected.Rows; n > 0 && collected.Files > 0 {
		rows = units.Count(n, "camera") + sep + units.Count(collected.Files, "file")
	}
	items := []string{"   " + groups, sep + rows}
	if n := len(s.Machines); n > 0 && !h.nouns.files {
		items = append(items, sep+units.Count(n, "machine"))
	}
	jobs := sep + units.Count(s.Jobs, "job")
	if s.PerRecorder != tasks.AutoPerRecorder {
		jobs += " (" + itoa(s.PerRecorder) + " per " + h.nouns.group + ")"
	}
	items = append(items, jobs)
	if text := bandwidth(s); text != "" {
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

// bandwidth returns the limit and when it ends; empty if there never is one.
func bandwidth(s *tasks.Snapshot) string {
	text := ""
	if s.Limit > 0 {
		text = "at most " + units.Rate(float64(s.Limit))
	}
	if !s.LimitUntil.IsZero() {
		text = cmp.Or(text, "no limit") + " until " + s.LimitUntil.Format("15:04")
	}
	return text
}

// overall draws the main line: a bar, and next to it as many of percentage,
// sizes, speed and end as leave the bar enough room.
func (h header) overall(w int) string {
	look := h.styles.busy
	if h.s.Finished && troubles(h.s.Counts) == 0 {
		look = h.styles.good
	}
	const leastBar = 10
	for _, text := range h.figures() {
		if bar := w - 1 - width(text); bar >= leastBar {
			return " " + h.bar(h.s.Bytes, h.s.Total, bar, look) + text
		}
	}
	return h.glyphs.left(" "+percentText(h.s), w)
}

// figures returns the texts next to the overall bar, from the longest to the
// shortest.
func (h header) figures() []string {
	s, g := h.s, &h.glyphs
	percent := "  " + g.right(percentText(s), 4)
	if s.Total == 0 && s.Bytes == 0 {
		word := "searching" + g.ellipsis
		switch {
		case s.Finished && troubles(s.Counts) > 0:
			word = "nothing could be fetched"
		case s.Finished:
			word = "nothing to fetch"
		case blocked(s):
			word = "held"
		}
		return []string{percent + "  " + word + " ", percent + " "}
	}
	total := units.Size(s.Total)
	if !s.TotalKnown {
		total = g.atLeast + total
	}
	size := "  " + g.right(units.Size(s.Bytes), 8) + " of " + total
	var speed, left, end, who string
	what := deriving(s.Cameras)
	switch {
	case s.Finished:
		speed, left = "  finished", "  in "+units.Duration(s.Elapsed)
	case s.AllPaused:
		speed = "  paused"
	case s.Active == 0 && what != "":
		speed = "  " + what
	default:
		speed = "  " + g.right(units.Rate(s.Rate), 10)
		left, end, who = h.end()
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

// end returns the time left, when it ends, and which of several recorders ends
// last. While that is unknown, left says how far the search is.
func (h header) end() (left, end, who string) {
	s := h.s
	if !s.TotalKnown {
		n := 0
		for i := range s.Recorders {
			if s.Recorders[i].TotalKnown {
				n++
			}
		}
		return "  searched " + itoa(n) + " of " + itoa(len(s.Recorders)), "", ""
	}
	if s.ETA <= 0 {
		return "", "", ""
	}
	if r := s.Last(); r != nil && len(s.Recorders) > 1 {
		who = ", " + h.glyphs.cut(cmp.Or(recorderLabel(r), clean(r.Address)), 24)
	}
	return "  " + units.Duration(s.ETA) + " left", "  until " + units.Finish(s.At, s.At.Add(s.ETA)), who
}

func percentText(s *tasks.Snapshot) string { return itoa(percentOf(s)) + "%" }

// countsLine shows the number of cameras in each state; they add up to all
// cameras. The rest of the line shows the throughput so far.
func (h header) countsLine(w int) string {
	line := h.counts(h.s.Counts, w-1)
	room := w - 2 - width(line)
	peak := "  peak " + units.Rate(h.s.Peak) + " "
	if h.s.Peak < 1 || room < 12 {
		return " " + line
	}
	if room < 30+width(peak) {
		peak = " "
	}
	n := min(room-width(peak)-2, 60)
	return h.glyphs.between(" "+line, h.styles.busy.on(h.glyphs.spark(h.s.Rates, n))+peak, w)
}

// countOrder is the order of the counts: active states first, then open ones,
// then the results.
var countOrder = []tasks.State{
	tasks.Downloading, tasks.Searching, tasks.Retrying, tasks.Pausing, tasks.Paused, tasks.Waiting,
	tasks.Done, tasks.Empty, tasks.Incomplete, tasks.Failed, tasks.Skipped,
}

// counts writes the states that have cameras: in words, with glyphs only, or by
// the groups of the state filter, whichever fits into w cells first.
func (p *pen) counts(c tasks.Counts, w int) string {
	var words, short, few []string
	var glyph string
	var number int // of cameras with that glyph
	var groups [numFilters]int
	for _, s := range countOrder {
		if c[s] == 0 {
			continue
		}
		look := p.styles.state[s]
		words = append(words, look.on(p.glyphs.state[s])+" "+itoa(c[s])+" "+s.String())
		if p.glyphs.state[s] == glyph { // pausing and paused share one
			number += c[s]
			short = short[:len(short)-1]
		} else {
			glyph, number = p.glyphs.state[s], c[s]
		}
		short = append(short, look.on(glyph)+itoa(number))
		groups[filterOf[s]] += c[s]
	}
	if len(words) == 0 {
		return "no " + p.nouns.row + "s yet"
	}
	for f, n := range groups {
		if n > 0 {
			few = append(few, itoa(n)+" "+stateFilter(f).String())
		}
	}
	for _, line := range []string{strings.Join(words, "  "), strings.Join(short, "  "), strings.Join(short, " ")} {
		if width(line) <= w {
			return line
		}
	}
	return p.glyphs.cut(strings.Join(few, " "), w)
}

// troubles returns the number of cameras that ended with something missing.
func troubles(c tasks.Counts) int { return c[tasks.Failed] + c[tasks.Incomplete] }
