package ui

import (
	"cmp"
	"time"

	"github.com/charmbracelet/x/ansi"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/remedy"
	"example.com/hikgrab/ui/units"
)

// belowPane draws the details under the list in three lines: what is fetched,
// the day as a timeline, and the cause of trouble or the latest event.
func (m *model) belowPane(w, h int) []string {
	title, more := m.detailsTitle(), "i details"
	lines := []string{""}
	r, ok := m.list.current()
	switch {
	case !ok:
	case r.camera < 0:
		lines = append(lines, m.recorderBrief(&m.snap.Recorders[r.recorder], w-2)...)
	case m.detail.ID == r.id.camera:
		lines = append(lines, m.cameraBrief(&m.snap.Recorders[r.recorder], &m.detail, w-2)...)
		more = cmp.Or(m.briefLegend(w-2, w-20), more)
	}
	const around = 8         // of the rule, and spaces
	if ok && r.camera >= 0 { // its recorder may be scrolled out of sight
		whose := title + " " + m.glyphs.dot + " " + recorderTitle(&m.snap.Recorders[r.recorder])
		if width(whose)+width(more)+around <= w {
			title = whose
		}
	}
	lines[0] = m.rule(m.glyphs.cut(title, w-width(more)-around), more, m.styles.title, w)
	for i := 1; i < len(lines); i++ {
		lines[i] = " " + lines[i]
	}
	for len(lines) < h {
		lines = append(lines, "")
	}
	return lines[:h]
}

// briefLegend explains the timeline of w cells under the list, for the rule above
// it, in at most room cells; empty when there is none.
func (m *model) briefLegend(w, room int) string {
	c := &m.cover.Coverage
	if !worthDrawing(c) {
		return ""
	}
	cells := make([]slot, max(0, w-labelWidth))
	timeline(c, extent(c, len(cells)), cells)
	return ansi.Strip(m.legend(cells, [numSlots]time.Duration{}, room)[0])
}

func (m *model) cameraBrief(r *tasks.RecorderView, d *tasks.CameraDetail, w int) []string {
	g := &m.glyphs
	what := ""
	for _, part := range []string{m.period(d.Periods), m.files(&d.CameraView), track(&d.CameraView)} {
		if more := join("   ", what, part); what == "" || width(more) <= w-labelWidth {
			what = more
		}
	}
	lines := []string{m.styles.faint.on(g.left("period", labelWidth)) + g.cut(what, w-labelWidth)}
	if c := &m.cover.Coverage; worthDrawing(c) {
		all, cells := extent(c, w-labelWidth), make([]slot, max(0, w-labelWidth))
		timeline(c, all, cells)
		lines = append(lines, m.styles.faint.on(g.left(dayLabel(all), labelWidth))+m.strip(cells))
	}
	switch {
	case troubled(&d.CameraView):
		return m.causeBrief(lines, "cause", d.Failure.What, d.Failure.Remedy, m.styles.state[d.State], w)
	case r.Hold.Held():
		return m.causeBrief(lines, "held", r.Hold.What, r.Hold.Remedy, m.styles.bad, w)
	case m.missing() != "" && (d.State.Ended() || len(d.Events) == 0):
		lines = append(lines, m.inOneLine("missing", m.missing(), m.styles.bad, w))
	case m.unrecorded() != "" && (d.State.Ended() || len(d.Events) == 0):
		lines = append(lines, m.inOneLine("gaps", m.unrecorded(), paint{}, w))
	case len(d.Events) > 0:
		e := &d.Events[len(d.Events)-1]
		lines = append(lines, m.inOneLine("last", units.Clock(e.Time)+" "+eventText(e), paint{}, w))
	}
	return lines
}

// briefLines are the lines of the details under the list, its title left out.
const briefLines = 3

// causeBrief adds what is wrong and what to do about it, in the lines that are
// left.
func (p *pen) causeBrief(lines []string, label, what string, help nvr.Remedy, look paint, w int) []string {
	todo := remedy.Screen(help)
	left := briefLines - len(lines)
	if todo == "" {
		return append(lines, p.factIn(label, clean(what), look, w, left)...)
	}
	if left < 2 {
		return append(lines, p.inOneLine(label, what+hint(todo), look, w))
	}
	lines = append(lines, p.factIn(label, clean(what), look, w, left-1)...)
	return append(lines, p.factIn("to do", clean(todo), p.styles.warn, w, briefLines-len(lines))...)
}

func (m *model) recorderBrief(r *tasks.RecorderView, w int) []string {
	label, what, help := "held", r.Hold.What, r.Hold.Remedy
	if !r.Hold.Held() {
		f := m.commonFailure(r)
		label, what, help = "cause", f.What, f.Remedy
	}
	if what != "" { // the list has the counts, in a word
		return m.causeBrief(nil, label, what, help, m.styles.bad, w)
	}
	counts := m.styles.faint.on(m.glyphs.left(m.nouns.row+"s", labelWidth)) + m.counts(r.Counts, w-labelWidth)
	if r.Home {
		return []string{counts}
	}
	return []string{
		counts,
		m.inOneLine("device", m.device(r), paint{}, w),
		m.inOneLine("row", r.Source, paint{}, w),
	}
}
