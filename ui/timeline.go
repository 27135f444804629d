package ui

import (
	"slices"
	"strings"
	"time"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// slot is the content of one timeline cell.
type slot int

// Slots of a timeline, in the order of the legend.
const (
	slotOutside slot = iota // not asked for, or in the future
	slotDone                // on disk
	slotMost                // all that was recorded is on disk, with gaps
	slotLittle              // the same, but less than half of the time
	slotPart                // partly on disk, more to come
	slotActive              // being fetched
	slotRetry               // to be tried again
	slotWaiting             // on the recorder, to be fetched
	slotFailed              // could not be fetched
	slotSkipped             // on the recorder, skipped by the operator
	slotGrowing             // still being recorded
	slotGap                 // not recorded
	slotUnknown             // not known yet
	numSlots
)

// slotNames holds the words of the legend.
var slotNames = [numSlots]string{
	slotDone: "on disk", slotMost: "with gaps", slotLittle: "little recorded", slotPart: "in part", slotActive: "coming", slotRetry: "to retry", slotWaiting: "to fetch",
	slotFailed: "failed", slotSkipped: "skipped", slotGrowing: "being recorded", slotGap: "not recorded", slotUnknown: "not known",
}

// slotOf maps a presence to the slot of a cell that has nothing else.
var slotOf = [...]slot{
	tasks.Unknown: slotUnknown, tasks.NotRecorded: slotGap, tasks.Growing: slotGrowing, tasks.LeftOut: slotSkipped, tasks.Lost: slotFailed,
	tasks.ToFetch: slotWaiting, tasks.ToRetry: slotRetry, tasks.Coming: slotActive, tasks.OnDisk: slotDone,
}

// worthDrawing reports whether the timeline of a coverage shows anything.
func worthDrawing(c *tasks.Coverage) bool {
	return c.AskedTime > 0 && (c.Camera.Recordings > 0 || c.Camera.State == tasks.Empty)
}

// drawn returns a camera's timeline of w cells and the span it covers; nil if
// it would show nothing.
func (c *cover) drawn(w int) (all tasks.Span, cells []slot) {
	if !worthDrawing(&c.Coverage) {
		return all, nil
	}
	all = extent(&c.Coverage, w)
	return all, timeline(&c.Coverage, all, w)
}

// extent returns the span of a camera's timeline of w cells: from the begin of
// its first period to the end of its last. If the recordings are only a small
// part of a single long period, it is that part with some cells around it.
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

// recordedSpan returns the span from the begin of the first recording to the
// end of the last, within the asked time; zero if there is none.
func recordedSpan(c *tasks.Coverage) tasks.Span {
	var all tasks.Span
	for _, s := range c.Stretches {
		if slotOf[s.Presence] < slotGap {
			all = widen(all, s.Span)
		}
	}
	return all
}

// widen extends all to include s.
func widen(all, s tasks.Span) tasks.Span {
	if all.From.IsZero() || s.From.Before(all.From) {
		all.From = s.From
	}
	if s.To.After(all.To) {
		all.To = s.To
	}
	return all
}

// timeline returns w cells, each showing its share of the span all.
func timeline(c *tasks.Coverage, all tasks.Span, w int) []slot {
	cells := make([]slot, max(0, w))
	length := all.To.Sub(all.From)
	if length <= 0 || w <= 0 {
		return cells
	}
	// Positions are in nanoseconds since the begin; cell i covers i*step to
	// (i+1)*step.
	step := float64(length) / float64(len(cells))
	shares := make([][numSlots]float64, len(cells))
	for _, s := range c.Stretches {
		at := slotOf[s.Presence]
		if at != slotDone && s.To.Sub(s.From) <= tasks.GapLimit {
			continue // the one second between two files
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

// weigh picks the slot of one cell; shares below tiny are ignored. Trouble and
// activity always win, then whether more is to come besides what is on disk,
// then how much of the time was recorded.
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

// strip draws cells, one run of colour for equal neighbours.
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

// legend explains the slots in cells, in lines of at most w cells. With lengths
// it adds the time in each slot.
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

// axisSteps are the possible distances between timeline labels.
var axisSteps = []time.Duration{
	time.Minute, 5 * time.Minute, 15 * time.Minute, 30 * time.Minute,
	time.Hour, 2 * time.Hour, 3 * time.Hour, 4 * time.Hour, 6 * time.Hour, 12 * time.Hour,
	24 * time.Hour, 2 * 24 * time.Hour, 7 * 24 * time.Hour, 28 * 24 * time.Hour,
}

// axis labels a timeline of w cells with times of day, and with the date at
// midnight if it spans several days.
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
