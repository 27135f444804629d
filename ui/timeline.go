package ui

import (
	"slices"
	"strings"
	"time"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// slot is what one cell of a timeline shows.
type slot int

// The slots of a timeline, in the order of its legend.
const (
	slotOutside slot = iota // not asked for, or still in the future
	slotDone                // on disk
	slotMost                // on disk all that was recorded, which is not all of the time
	slotLittle              // the same, less than half of the time
	slotPart                // on disk, and more is still to come
	slotActive              // coming now
	slotRetry               // will be tried again
	slotWaiting             // on the recorder, to be fetched
	slotFailed              // could not be had
	slotSkipped             // on the recorder, left out by the operator
	slotGrowing             // the recorder still writes it
	slotGap                 // the recorder has nothing
	slotUnknown             // the recorder has not told what it has
	numSlots
)

// slotNames are the words of a timeline's legend.
var slotNames = [numSlots]string{
	slotDone: "on disk", slotMost: "with gaps", slotLittle: "little recorded", slotPart: "in part", slotActive: "coming", slotRetry: "to retry", slotWaiting: "to fetch",
	slotFailed: "failed", slotSkipped: "skipped", slotGrowing: "being recorded", slotGap: "not recorded", slotUnknown: "not known",
}

// slotOf is the slot of a cell all of which is in one way.
var slotOf = [...]slot{
	tasks.Unknown: slotUnknown, tasks.NotRecorded: slotGap, tasks.Growing: slotGrowing, tasks.LeftOut: slotSkipped, tasks.Lost: slotFailed,
	tasks.ToFetch: slotWaiting, tasks.ToRetry: slotRetry, tasks.Coming: slotActive, tasks.OnDisk: slotDone,
}

// worthDrawing reports whether a timeline of a coverage tells anything.
func worthDrawing(c *tasks.Coverage) bool {
	return c.AskedTime > 0 && (c.Camera.Recordings > 0 || c.Camera.State == tasks.Empty)
}

// drawn is a camera's timeline of w cells, and what it covers; nil when it would
// tell nothing.
func (c *cover) drawn(w int) (all tasks.Span, cells []slot) {
	if !worthDrawing(&c.Coverage) {
		return all, nil
	}
	all = extent(&c.Coverage, w)
	return all, timeline(&c.Coverage, all, w)
}

// extent is the stretch that a camera's timeline of w cells covers: from the
// begin of its first period to the end of its last, or, when what the recorder
// has is but a small part of one long period, that part and some cells around it.
func extent(c *tasks.Coverage, w int) tasks.Span {
	var asked tasks.Span
	for _, s := range c.Asked {
		asked = widen(asked, s)
	}
	has := recordedSpan(c)
	part := has.To.Sub(has.From)
	around := max(1, w/10)
	if len(c.Asked) != 1 || part <= 0 || part >= asked.To.Sub(asked.From)/4 || w <= 2*around {
		return asked
	}
	margin := time.Duration(float64(part) / float64(w-2*around) * float64(around))
	if from := has.From.Add(-margin); from.After(asked.From) {
		asked.From = from
	}
	if to := has.To.Add(margin); to.Before(asked.To) {
		asked.To = to
	}
	return asked
}

// recordedSpan is the stretch from the begin of the first to the end of the
// last recording, within what was asked; zero when there is none.
func recordedSpan(c *tasks.Coverage) tasks.Span {
	var all tasks.Span
	for _, s := range c.Stretches {
		if slotOf[s.Presence] < slotGap {
			all = widen(all, s.Span)
		}
	}
	return all
}

// widen makes all reach over s.
func widen(all, s tasks.Span) tasks.Span {
	if all.From.IsZero() || s.From.Before(all.From) {
		all.From = s.From
	}
	if s.To.After(all.To) {
		all.To = s.To
	}
	return all
}

// timeline returns w cells, each with what became of the part of all that it
// stands for.
func timeline(c *tasks.Coverage, all tasks.Span, w int) []slot {
	cells := make([]slot, max(0, w))
	length := all.To.Sub(all.From)
	if length <= 0 || w <= 0 {
		return cells
	}
	// Everything is counted in nanoseconds since the begin; a cell is the
	// stretch from i*step to (i+1)*step.
	step := float64(length) / float64(len(cells))
	shares := make([][numSlots]float64, len(cells))
	for _, s := range c.Stretches {
		at := slotOf[s.Presence]
		if at != slotDone && s.To.Sub(s.From) <= tasks.GapLimit {
			continue // the second between two files
		}
		a := max(0, float64(s.From.Sub(all.From)))
		b := min(float64(length), float64(s.To.Sub(all.From)))
		for i := int(a / step); i < len(cells) && a < b; i++ {
			edge := min(b, float64(i+1)*step)
			if edge > a {
				shares[i][at] += edge - a
				a = edge
			}
		}
	}
	for i := range cells {
		cells[i] = weigh(shares[i], min(float64(time.Second), step/2))
	}
	return cells
}

// weigh decides what one cell shows, where less than tiny counts as nothing:
// trouble and movement always, then whether something is still to come beside
// what is on disk, then how much of the time there is footage of.
func weigh(c [numSlots]float64, tiny float64) slot {
	for _, s := range []slot{slotFailed, slotActive, slotRetry} {
		if c[s] > tiny {
			return s
		}
	}
	other := slotOutside
	for _, s := range []slot{slotWaiting, slotSkipped, slotGrowing, slotGap, slotUnknown} {
		if c[s] > tiny {
			other = s
			break
		}
	}
	switch {
	case c[slotDone] <= tiny:
		return other
	case other == slotOutside:
		return slotDone
	case other < slotGap:
		return slotPart
	case c[slotDone] < c[slotGap]+c[slotUnknown]:
		return slotLittle
	}
	return slotMost
}

// strip draws cells; equal neighbours share one run of colour.
func (p *pen) strip(cells []slot) string {
	var b strings.Builder
	for from := 0; from < len(cells); {
		to := from + 1
		for to < len(cells) && cells[to] == cells[from] {
			to++
		}
		s := cells[from]
		b.WriteString(p.styles.slots[s].on(repeat(p.glyphs.slots[s], to-from)))
		from = to
	}
	return b.String()
}

// legend explains the slots that occur in cells, in lines of at most w cells.
// With lengths it says how much of the time that was asked is in each.
func (p *pen) legend(cells []slot, lengths [numSlots]time.Duration, w int) []string {
	var items []string
	for s := slotDone; s < numSlots; s++ {
		if !slices.Contains(cells, s) && lengths[s] <= tasks.GapLimit {
			continue
		}
		item := p.styles.slots[s].on(p.glyphs.slots[s]) + " " + slotNames[s]
		if lengths[s] > 0 {
			item += " " + units.Length(lengths[s])
		}
		items = append(items, item)
	}
	return p.flow(w, "  ", items...)
}

// axisSteps are the distances between the labels under a timeline.
var axisSteps = []time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 4 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	24 * time.Hour, 2 * 24 * time.Hour, 7 * 24 * time.Hour, 28 * 24 * time.Hour,
}

// axis labels a timeline of w cells with times of day, and with the day where
// one begins when it spans several.
func axis(all tasks.Span, w int) string {
	length := all.To.Sub(all.From)
	if length <= 0 || w < 5 {
		return ""
	}
	const room = 7 // a label of five cells and the space around it
	step := axisSteps[len(axisSteps)-1]
	for _, s := range axisSteps {
		if int64(length/s)*room <= int64(w) {
			step = s
			break
		}
	}
	days := length > 25*time.Hour
	line := []byte(spaces(w))
	free := 0
	for t := all.From.Truncate(step); t.Before(all.To) && step > 0; t = t.Add(step) {
		if t.Before(all.From) {
			continue
		}
		at := int(float64(t.Sub(all.From)) / float64(length) * float64(w))
		label := t.Format("15:04")
		if days && t.Equal(t.Truncate(24*time.Hour)) {
			label = t.Format("01-02")
		}
		if at >= free && at+len(label) <= w {
			copy(line[at:], label)
			free = at + len(label) + 1
		}
	}
	return strings.TrimRight(string(line), " ")
}
