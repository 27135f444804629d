package ui

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// cover is what there is of the camera under the cursor, with what its details
// say about that: worked out once, however often they are drawn.
type cover struct {
	tasks.Coverage
	taken   time.Time
	lengths [numSlots]time.Duration // of what was asked, in each slot
	gaps    []tasks.Stretch         // what is not on disk and will not come by itself, earliest first
	missing time.Duration           // the length of gaps
	lost    time.Duration           // of that, what the recorder had
	lostIn  int                     // and in how many gaps
}

// coverOf works out the coverage of a camera at a moment, up to a time of its
// recorder's clock.
func coverOf(d tasks.CameraDetail, until, at time.Time) cover {
	c := cover{Coverage: tasks.CoverageOf(d, until), taken: at}
	for _, s := range c.Stretches {
		c.lengths[slotOf(s.Presence)] += lasts(s)
		switch s.Presence {
		case tasks.NotRecorded, tasks.Lost, tasks.LeftOut:
			c.addGap(s)
		default:
		}
	}
	c.gaps = slices.DeleteFunc(c.gaps, func(s tasks.Stretch) bool { return lasts(s) <= tasks.GapLimit })
	for _, s := range c.gaps {
		c.missing += lasts(s)
		if s.Presence != tasks.NotRecorded {
			c.lost += lasts(s)
			c.lostIn++
		}
	}
	return c
}

// addGap notes a gap; neighbours that are missing for the same reason are one.
func (c *cover) addGap(s tasks.Stretch) {
	if n := len(c.gaps); n > 0 && c.gaps[n-1].Presence == s.Presence && c.gaps[n-1].To.Equal(s.From) {
		c.gaps[n-1].To = s.To
		return
	}
	c.gaps = append(c.gaps, s)
}

func lasts(s tasks.Stretch) time.Duration { return s.To.Sub(s.From) }

// missing says in a sentence what the recorder had of the period that is not on
// disk and will not come by itself; empty when nothing is missing.
func (m *model) missing() string {
	c := &m.cover
	if c.lost == 0 {
		return ""
	}
	again := " (r tries again)"
	switch state := c.Camera.State; {
	case state == tasks.Skipped:
		again = " (r takes the skip back)"
	case isPaused(state):
		again = ""
	}
	return inGaps(c.lost, c.lostIn) + ", recorded" + again
}

// unrecorded says in a sentence of how much of the period the recorder has
// nothing, which is how recording by motion looks.
func (m *model) unrecorded() string {
	c := &m.cover
	if c.missing == c.lost {
		return ""
	}
	return inGaps(c.missing-c.lost, len(c.gaps)-c.lostIn) + ", not recorded"
}

// inGaps is a length of time that is spread over n gaps.
func inGaps(all time.Duration, n int) string {
	if n == 1 {
		return units.Length(all)
	}
	return units.Length(all) + " in " + units.Count(n, "gap")
}

// missingLines says what is not on disk, and when and why: the longest gaps, in the
// order of time, of as many as h lines of details have room for beside the rest.
func (m *model) missingLines(w, h int) []string {
	if len(m.cover.gaps) == 0 {
		return nil
	}
	shown, hidden, rest := longest(m.cover.gaps, max(3, h/6))
	var lines []string
	if text := m.missing(); text != "" {
		lines = m.fact("missing", text, m.styles.bad, w)
	}
	if text := m.unrecorded(); text != "" {
		lines = append(lines, m.fact("gaps", text, paint{}, w)...)
	}
	days := !oneDay(widen(shown[0].Span, shown[len(shown)-1].Span))
	for _, s := range shown {
		lines = append(lines, m.gapLine(s, days, w))
	}
	if hidden > 0 {
		lines = append(lines, m.styles.faint.on(m.glyphs.cut("  and "+itoa(hidden)+" shorter, "+units.Length(rest), w)))
	}
	return lines
}

// longest takes the n longest of all, still in their order, and says how many
// others there are and how long those are together. What would be the only other
// one is taken as well.
func longest(all []tasks.Stretch, n int) (shown []tasks.Stretch, hidden int, rest time.Duration) {
	if len(all) <= n+1 {
		return all, 0, 0
	}
	byLength := func(a, b tasks.Stretch) int {
		return cmp.Or(cmp.Compare(lasts(a), lasts(b)), b.From.Compare(a.From))
	}
	shown = slices.SortedFunc(slices.Values(all[:n]), byLength)
	for _, s := range all[n:] {
		if lasts(s) > lasts(shown[0]) {
			s, shown[0] = shown[0], s
			slices.SortFunc(shown, byLength)
		}
		rest += lasts(s)
	}
	slices.SortFunc(shown, func(a, b tasks.Stretch) int { return a.From.Compare(b.From) })
	return shown, len(all) - n, rest
}

// gapLine is one gap in w cells: when, how long, and why. days says that the
// list reaches over more than one.
func (p *pen) gapLine(s tasks.Stretch, days bool, w int) string {
	const day, clock = "01-02 ", "15:04:05"
	from, to := s.From.Format(clock), s.To.Format(clock)
	switch {
	case !days:
	case s.From.YearDay() == s.To.YearDay():
		from = s.From.Format(day) + from
	default: // as wide as the other, for the columns
		from, to = s.From.Format("01-02 15:04"), s.To.Format("01-02 15:04")
	}
	const room = 6 // of a length such as "36m05s"
	const wide = 47
	gap := "  "
	if w < wide {
		gap = " "
	}
	at := slotOf(s.Presence)
	return p.glyphs.cut(p.styles.slots[at].on(p.glyphs.slots[at])+" "+from+strings.TrimSpace(p.glyphs.span)+to+gap+
		p.glyphs.right(units.Length(lasts(s)), room)+gap+slotNames[at], w)
}
