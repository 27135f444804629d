package ui

import (
	"strings"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

// slot is what became of one stretch of a camera's time.
type slot int

// The slots of a timeline, from what matters least to what matters most where
// several share a cell.
const (
	slotOutside slot = iota // not asked for, or still in the future
	slotGap                 // the recorder has nothing
	slotWaiting             // on the recorder, not fetched yet
	slotDone                // on disk
	slotActive              // coming now, or about to be tried again
	slotFailed              // could not be had
	numSlots
)

// slotNames are the words of a timeline's legend.
var slotNames = [numSlots]string{
	slotGap: "gap", slotWaiting: "to fetch", slotActive: "coming", slotDone: "fetched", slotFailed: "failed",
}

// slotOf is how a recording's state shows on a timeline.
func slotOf(s tasks.RecordingState) slot {
	switch s {
	case tasks.RecordingActive, tasks.RecordingRetrying:
		return slotActive
	case tasks.RecordingDone:
		return slotDone
	case tasks.RecordingFailed:
		return slotFailed
	case tasks.RecordingWaiting:
	}
	return slotWaiting
}

// extent is the stretch that a camera's timeline covers: from the begin of its
// first period to the end of its last. When what the recorder has is but a small
// part of that, or when no period bounds it, the stretch that has recordings.
func extent(d *tasks.CameraDetail) tasks.Span {
	var asked, has tasks.Span
	for _, p := range d.Periods {
		asked = widen(asked, p)
	}
	has = coverage(d)
	const unbounded = 50 * 365 * 24 * time.Hour
	length, part := asked.To.Sub(asked.From), has.To.Sub(has.From)
	switch {
	case part <= 0:
		return asked
	case asked.From.IsZero() || asked.To.IsZero() || length > unbounded:
		return has
	case len(d.Periods) == 1 && part < length/4:
		margin := part / 8
		return tasks.Span{From: latestOf(asked.From, has.From.Add(-margin)), To: earliestOf(asked.To, has.To.Add(margin))}
	}
	return asked
}

// coverage is the stretch from the begin of a camera's first recording to the
// end of its last; zero when there is none.
func coverage(d *tasks.CameraDetail) tasks.Span {
	var all tasks.Span
	for i := range d.Recordings {
		all = widen(all, tasks.Span{From: d.Recordings[i].Start, To: d.Recordings[i].End})
	}
	return all
}

// widen makes all reach over s.
func widen(all, s tasks.Span) tasks.Span {
	if !s.From.IsZero() && (all.From.IsZero() || s.From.Before(all.From)) {
		all.From = s.From
	}
	all.To = latestOf(all.To, s.To)
	return all
}

func latestOf(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earliestOf(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}

// timeline fills cells with what became of the stretch of d that each stands
// for. now is the recorder's wall clock: what lies behind it is not a gap.
func timeline(d *tasks.CameraDetail, all tasks.Span, now time.Time, cells []slot) {
	clear(cells)
	length := all.To.Sub(all.From)
	if length <= 0 || len(cells) == 0 {
		return
	}
	// Everything is counted in nanoseconds since the begin; a cell is the
	// stretch from edge(i) to edge(i+1).
	step := float64(length) / float64(len(cells))
	covered := make([][numSlots]float64, len(cells))
	spread := func(from, to time.Time, s slot) {
		a := max(0, float64(from.Sub(all.From)))
		b := min(float64(length), float64(to.Sub(all.From)))
		for i := int(a / step); i < len(cells) && a < b; i++ {
			edge := min(b, float64(i+1)*step)
			if edge > a {
				covered[i][s] += edge - a
				a = edge
			}
		}
	}
	for _, p := range d.Periods {
		to := p.To
		if now.Before(to) {
			to = now
		}
		spread(p.From, to, slotGap) // asked for; a gap unless something covers it
	}
	for i := range d.Recordings {
		spread(d.Recordings[i].Start, d.Recordings[i].End, slotOf(d.Recordings[i].State))
	}
	for i := range cells {
		cells[i] = weigh(covered[i])
	}
}

// weigh decides what one cell shows: trouble and movement always, what is
// missing rather than what is there, a gap when it is the greater part.
func weigh(c [numSlots]float64) slot {
	switch held := c[slotWaiting] + c[slotDone]; {
	case c[slotFailed] > 0:
		return slotFailed
	case c[slotActive] > 0:
		return slotActive
	case held == 0 && c[slotGap] == 0:
		return slotOutside
	case held < c[slotGap]/2 || held == 0:
		return slotGap
	case c[slotWaiting] > c[slotDone]/8:
		return slotWaiting
	}
	return slotDone
}

// strip draws cells; equal neighbours share one run of colour.
func (m *model) strip(cells []slot) string {
	var b strings.Builder
	for from := 0; from < len(cells); {
		to := from + 1
		for to < len(cells) && cells[to] == cells[from] {
			to++
		}
		s := cells[from]
		b.WriteString(m.styles.slots[s].on(repeat(m.glyphs.slots[s], to-from)))
		from = to
	}
	return b.String()
}

// legend explains the slots that occur in cells, as far as w cells reach.
func (m *model) legend(cells []slot, w int) string {
	var seen [numSlots]bool
	for _, s := range cells {
		seen[s] = true
	}
	var items []string
	for s := numSlots - 1; s > slotOutside; s-- {
		if seen[s] {
			items = append(items, m.styles.slots[s].on(m.glyphs.slots[s])+" "+slotNames[s])
		}
	}
	if line := strings.Join(items, "  "); width(line) <= w {
		return line
	}
	return m.glyphs.cut(strings.Join(items, " "), w)
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

// wallClock is what a recorder's clock shows now, so that times of its
// recordings can be compared with it.
func wallClock(r *tasks.RecorderView, now time.Time) time.Time {
	if r == nil {
		return nvr.WallTime(now)
	}
	return r.Device.WallClock(now)
}
