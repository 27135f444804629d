package ui

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// cover is the coverage of a camera with the figures for its details, computed
// once for many frames.
type cover struct {
	tasks.Coverage
	taken   time.Time
	lengths [numSlots]time.Duration // of the asked time, in each slot
	gaps    []tasks.Stretch         // neither on disk nor on its way, earliest first
	absent  time.Duration           // total length of gaps
	lost    time.Duration           // the part of absent that the recorder had
	lostIn  int                     // in how many gaps
}

// coverOf computes the coverage of a camera at a moment, up to a time on its
// recorder's clock.
func coverOf(d tasks.CameraDetail, until, at time.Time) cover {
	c := cover{Coverage: tasks.CoverageOf(d, until), taken: at}
	for _, s := range c.Stretches {
		c.lengths[slotOf[s.Presence]] += lasts(s)
		if s.Presence != tasks.NotRecorded && s.Presence != tasks.Lost && s.Presence != tasks.LeftOut {
			continue
		}
		// Merge neighbours that are missing for the same reason.
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

// soFar returns how much of the periods has passed; empty if all of it has.
func (c *cover) soFar(periods []tasks.Span) string {
	n := len(c.Asked)
	if n == 0 || tasks.Everything(periods[0]) || !c.Asked[n-1].To.Before(periods[len(periods)-1].To) {
		return ""
	}
	return units.Length(c.AskedTime) + " so far"
}

// missing says how much the recorder had that is neither on disk nor on its
// way; empty if nothing is missing.
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

// unrecorded says for how much of the period the recorder has nothing, as with
// recording by motion.
func (c *cover) unrecorded() string {
	if c.absent == c.lost {
		return ""
	}
	return inGaps(c.absent-c.lost, len(c.gaps)-c.lostIn) + ", not recorded"
}

// inGaps writes a total length and its number of gaps.
func inGaps(all time.Duration, n int) string {
	if n == 1 {
		return units.Length(all)
	}
	return units.Length(all) + " in " + units.Count(n, "gap")
}

// gaps lists what is not on disk, when and why: the longest gaps, in order of
// time, as many as h lines of details leave room for.
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

// longest returns the n longest stretches, in order of time, and the number and
// total length of the others. If only one other is left, it returns all.
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

// gap draws one gap in w cells: when, how long, and why. With days it includes
// the date.
func (p *pen) gap(s tasks.Stretch, days bool, w int) string {
	const day, clock = "01-02 ", "15:04:05"
	from, to := s.From.Format(clock), s.To.Format(clock)
	switch {
	case !days:
	case s.From.YearDay() == s.To.YearDay():
		from = s.From.Format(day) + from
	default: // as wide as the other texts, to align the columns
		from, to = s.From.Format("01-02 15:04"), s.To.Format("01-02 15:04")
	}
	const room = 6 // for a length such as "36m05s"
	const wide = 47
	sep := "  "
	if w < wide {
		sep = " "
	}
	at := slotOf[s.Presence]
	return p.glyphs.cut(p.styles.slots[at].on(p.glyphs.slots[at])+" "+from+strings.TrimSpace(p.glyphs.span)+to+sep+
		p.glyphs.right(units.Length(lasts(s)), room)+sep+slotNames[at], w)
}

// period writes the first stretch and how many more there are.
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
