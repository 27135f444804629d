package ui

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// cover is what there is of a camera, with what its details say about that:
// worked out once, however often they are drawn.
type cover struct {
	tasks.Coverage
	taken   time.Time
	lengths [numSlots]time.Duration // of what was asked, in each slot
	gaps    []tasks.Stretch         // what is not on disk and will not come by itself, earliest first
	absent  time.Duration           // the length of gaps
	lost    time.Duration           // of that, what the recorder had
	lostIn  int                     // and in how many gaps
}

// coverOf works out the coverage of a camera at a moment, up to a time of its
// recorder's clock.
func coverOf(d tasks.CameraDetail, until, at time.Time) cover {
	c := cover{Coverage: tasks.CoverageOf(d, until), taken: at}
	for _, s := range c.Stretches {
		c.lengths[slotOf[s.Presence]] += lasts(s)
		if s.Presence != tasks.NotRecorded && s.Presence != tasks.Lost && s.Presence != tasks.LeftOut {
			continue
		}
		// Neighbours that are missing for the same reason are one gap.
		if n := len(c.gaps); n > 0 && c.gaps[n-1].Presence == s.Presence && c.gaps[n-1].To.Equal(s.From) {
			c.gaps[n-1].To = s.To
		} else {
			c.gaps = append(c.gaps, s)
		}
	}
	c.gaps = slices.DeleteFunc(c.gaps, func(s tasks.Stretch) bool { return lasts(s) <= tasks.GapLimit })
	for _, s := range c.gaps {
		c.absent += lasts(s)
		if s.Presence != tasks.NotRecorded {
			c.lost += lasts(s)
			c.lostIn++
		}
	}
	return c
}

func lasts(s tasks.Stretch) time.Duration { return s.To.Sub(s.From) }

// soFar is how much of the periods is not still to come; empty when all of it is.
func (c *cover) soFar(periods []tasks.Span) string {
	n := len(c.Asked)
	if n == 0 || tasks.Everything(periods[0]) || !c.Asked[n-1].To.Before(periods[len(periods)-1].To) {
		return ""
	}
	return units.Length(c.AskedTime) + " so far"
}

// missing says in a sentence what the recorder had of the period that is not on
// disk and will not come by itself; empty when nothing is missing.
func (c *cover) missing() string {
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
func (c *cover) unrecorded() string {
	if c.absent == c.lost {
		return ""
	}
	return inGaps(c.absent-c.lost, len(c.gaps)-c.lostIn) + ", not recorded"
}

// inGaps is a length of time that is spread over n gaps.
func inGaps(all time.Duration, n int) string {
	if n == 1 {
		return units.Length(all)
	}
	return units.Length(all) + " in " + units.Count(n, "gap")
}

// gaps adds what is not on disk, and when and why: the longest gaps, in the order
// of time, of as many as h lines of details have room for beside the rest.
func (f *facts) gaps(c *cover, h int) {
	if len(c.gaps) == 0 {
		return
	}
	shown, hidden, rest := longest(c.gaps, max(3, h/6))
	f.add("missing", c.missing(), f.styles.bad)
	f.add("gaps", c.unrecorded(), paint{})
	days := !oneDay(widen(shown[0].Span, shown[len(shown)-1].Span))
	for _, s := range shown {
		f.lines = append(f.lines, f.gap(s, days, f.w))
	}
	if hidden > 0 {
		f.lines = append(f.lines, f.styles.faint.on(f.glyphs.cut("  and "+itoa(hidden)+" shorter, "+units.Length(rest), f.w)))
	}
}

// longest takes the n longest of all, still in their order, and says how many
// others there are and how long those are together. What would be the only other
// one is taken as well.
func longest(all []tasks.Stretch, n int) (shown []tasks.Stretch, hidden int, rest time.Duration) {
	if len(all) <= n+1 {
		return all, 0, 0
	}
	byLength := slices.SortedFunc(slices.Values(all), func(a, b tasks.Stretch) int {
		return cmp.Or(cmp.Compare(lasts(b), lasts(a)), a.From.Compare(b.From))
	})
	for _, s := range byLength[n:] {
		rest += lasts(s)
	}
	slices.SortFunc(byLength[:n], func(a, b tasks.Stretch) int { return a.From.Compare(b.From) })
	return byLength[:n], len(all) - n, rest
}

// gap is one gap in w cells: when, how long, and why. days says that the list
// reaches over more than one.
func (p *pen) gap(s tasks.Stretch, days bool, w int) string {
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
	sep := "  "
	if w < wide {
		sep = " "
	}
	at := slotOf[s.Presence]
	return p.glyphs.cut(p.styles.slots[at].on(p.glyphs.slots[at])+" "+from+strings.TrimSpace(p.glyphs.span)+to+sep+
		p.glyphs.right(units.Length(lasts(s)), room)+sep+slotNames[at], w)
}

// period writes the first of some stretches of time, and how many more there are.
func (p *pen) period(spans []tasks.Span) string {
	if len(spans) == 0 {
		return ""
	}
	const form = "2006-01-02 15:04"
	from, to := spans[0].From, spans[0].To
	text := from.Format(form) + p.glyphs.span
	switch {
	case tasks.Everything(spans[0]):
		text = "everything, up to " + to.Format(form)
	case from.Format(time.DateOnly) == to.Format(time.DateOnly):
		text += to.Format("15:04")
	default:
		text += to.Format(form)
	}
	if n := len(spans) - 1; n > 0 {
		text += " and " + itoa(n) + " more"
	}
	return text
}

func oneDay(all tasks.Span) bool { return all.To.Sub(all.From) <= 25*time.Hour }
