package ui

import (
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// belowPane draws the details under the list in three lines: what is fetched,
// the day as a timeline, and the cause of trouble or the latest event.
func (m *model) belowPane(w, h int) []string {
	title := m.detailsTitle()
	r, ok := m.list.current()
	if ok && r.camera >= 0 { // its recorder may be scrolled out of sight
		title += " " + m.glyphs.dot + " " + recorderTitle(&m.snap.Recorders[r.recorder])
	}
	lines := []string{m.rule(title, "i details", m.styles.title, w)}
	switch {
	case !ok:
	case r.camera < 0:
		lines = append(lines, m.recorderBrief(&m.snap.Recorders[r.recorder], w-2)...)
	case m.detail.ID == r.id.camera:
		lines = append(lines, m.cameraBrief(&m.snap.Recorders[r.recorder], &m.detail, w-2)...)
	}
	for i := 1; i < len(lines); i++ {
		lines[i] = " " + lines[i]
	}
	for len(lines) < h {
		lines = append(lines, "")
	}
	return lines[:h]
}

func (m *model) cameraBrief(r *tasks.RecorderView, d *tasks.CameraDetail, w int) []string {
	g := &m.glyphs
	what := join("   ", m.period(d.Periods), m.files(&d.CameraView), track(&d.CameraView))
	lines := []string{m.styles.faint.on(g.left("period", labelWidth)) + g.cut(what, w-labelWidth)}
	if all := extent(d); len(d.Recordings) > 0 && all.To.After(all.From) {
		cells := m.slots(r, d, all, w-labelWidth)
		lines = append(lines, m.styles.faint.on(g.left(dayLabel(all), labelWidth))+m.strip(cells))
	}
	switch {
	case d.Failure.What != "" && d.State != tasks.Done:
		lines = append(lines, m.inOneLine("cause", d.Failure.What+hint(d.Failure.Hint), m.styles.state[d.State], w))
	case r.Hold.Held():
		lines = append(lines, m.inOneLine("held", r.Hold.What+hint(r.Hold.Hint), m.styles.bad, w))
	case len(d.Events) > 0:
		e := &d.Events[len(d.Events)-1]
		lines = append(lines, m.inOneLine("last", units.Clock(e.Time)+" "+e.Message, paint{}, w))
	}
	return lines
}

func (m *model) recorderBrief(r *tasks.RecorderView, w int) []string {
	g := &m.glyphs
	lines := []string{
		m.styles.faint.on(g.left("cameras", labelWidth)) + m.counts(r.Counts, w-labelWidth),
		m.inOneLine("device", m.device(r), paint{}, w),
	}
	if r.Hold.Held() {
		return append(lines, m.inOneLine("held", r.Hold.What+hint(r.Hold.Hint), m.styles.bad, w))
	}
	if f := m.commonFailure(r); f.What != "" {
		return append(lines, m.inOneLine("cause", f.What+hint(f.Hint), m.styles.bad, w))
	}
	return append(lines, m.inOneLine("row", r.Source, paint{}, w))
}
