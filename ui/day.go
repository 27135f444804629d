package ui

import (
	"time"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// period writes the first of some stretches of time, and how many more there are.
func (p *pen) period(spans []tasks.Span) string {
	if len(spans) == 0 {
		return ""
	}
	const form = "2006-01-02 15:04"
	from, to := spans[0].From, spans[0].To
	text := from.Format(form) + p.glyphs.span
	if from.Format(time.DateOnly) == to.Format(time.DateOnly) {
		text += to.Format("15:04")
	} else {
		text += to.Format(form)
	}
	if tasks.Everything(spans[0]) {
		text = "everything, up to " + to.Format(form)
	}
	if n := len(spans) - 1; n > 0 {
		text += " and " + itoa(n) + " more"
	}
	return text
}

// soFar is how much of the period is not still to come; empty when all of it is.
func (m *model) soFar(d *tasks.CameraDetail) string {
	n, all := len(m.cover.Asked), len(d.Periods)
	if n == 0 || tasks.Everything(d.Periods[0]) || !m.cover.Asked[n-1].To.Before(d.Periods[all-1].To) {
		return ""
	}
	return units.Length(m.cover.AskedTime) + " so far"
}

// recorded is what the recorder has of the period, as far as that is known.
func (m *model) recorded() string {
	has := recordedSpan(&m.cover.Coverage)
	if !has.To.After(has.From) {
		return ""
	}
	return units.Length(m.cover.RecordedTime) + ", " + m.period([]tasks.Span{has})
}

// dayLabel names what a timeline covers.
func dayLabel(all tasks.Span) string {
	if oneDay(all) {
		return all.From.Format("01-02")
	}
	return "days"
}

func oneDay(all tasks.Span) bool { return all.To.Sub(all.From) <= 25*time.Hour }

// worthDrawing reports whether a timeline of a coverage tells anything.
func worthDrawing(c *tasks.Coverage) bool {
	return c.AskedTime > 0 && (c.Camera.Recordings > 0 || c.Camera.State == tasks.Empty)
}

// dayLines draw a camera's day: the strip, the times under it, and the legend
// with the time that is in each way.
func (m *model) dayLines(w int) []string {
	c := &m.cover.Coverage
	if !worthDrawing(c) {
		return nil
	}
	all, cells := extent(c, w), make([]slot, max(0, w))
	timeline(c, all, cells)
	lines := []string{"", m.strip(cells), m.styles.faint.on(axis(all, w))}
	return append(lines, m.legend(cells, m.cover.lengths, w)...)
}
