package ui

import (
	"strings"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// recordingGlyph is how a recording's state shows in a list of recordings.
func (m *model) recordingGlyph(s tasks.RecordingState) string {
	g, p := &m.glyphs, &m.styles
	at := func(s tasks.State) string { return p.state[s].on(g.state[s]) }
	switch s {
	case tasks.RecordingActive:
		return at(tasks.Downloading)
	case tasks.RecordingRetrying:
		return at(tasks.Retrying)
	case tasks.RecordingDone:
		return at(tasks.Done)
	case tasks.RecordingFailed:
		return at(tasks.Failed)
	case tasks.RecordingWaiting:
	}
	return at(tasks.Waiting)
}

// addRecordings lists a camera's recordings below lines. There can be
// thousands: those that are scrolled out of the h lines in sight are counted,
// not drawn.
func (m *model) addRecordings(lines []string, d *tasks.CameraDetail, w, h int) []string {
	if len(d.Recordings) == 0 {
		return lines
	}
	lines = append(lines, "", m.styles.title.on(units.Count(len(d.Recordings), "recording")))
	total := len(lines) + len(d.Recordings)
	top := max(0, min(m.detailsTop, total-h))
	for i := range d.Recordings {
		line := ""
		if at := len(lines); at >= top && at < top+h {
			line = m.recordingLine(&d.Recordings[i], w)
		}
		lines = append(lines, line)
	}
	return lines
}

func (m *model) recordingLine(r *tasks.RecordingView, w int) string {
	g := &m.glyphs
	var b strings.Builder
	b.WriteString(m.recordingGlyph(r.State) + " " + r.Start.Format("01-02 15:04:05") + g.span + r.End.Format("15:04:05"))
	size := units.Size(max(r.Size, r.Bytes))
	if r.Size == 0 && r.Bytes == 0 {
		size = g.dash
	}
	b.WriteString(" " + g.right(size, 9))
	switch r.State {
	case tasks.RecordingActive:
		b.WriteString(" " + itoa(units.Percent(r.Bytes, r.Size)) + "%")
	case tasks.RecordingRetrying:
		b.WriteString(" retry " + until(r.Next, m.snap.At))
	case tasks.RecordingFailed:
		b.WriteString(" " + m.styles.bad.on(clean(r.Failure.What)))
	case tasks.RecordingDone:
		if w > 80 {
			b.WriteString("  " + clean(r.Path))
		}
	case tasks.RecordingWaiting:
	}
	return g.cut(b.String(), w)
}
