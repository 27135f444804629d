package ui

import (
	"slices"
	"strings"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// recordingGlyph is how a recording's state shows in a list of recordings.
func (p *pen) recordingGlyph(s tasks.RecordingState) string {
	g, looks := &p.glyphs, &p.styles
	at := func(s tasks.State) string { return looks.state[s].on(g.state[s]) }
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
	from, n := m.recordingsFrom(d.Recordings, h-len(lines)-2), len(d.Recordings)
	title := m.styles.title.on(units.Count(n, "recording"))
	if from > 0 {
		title += m.styles.faint.on("  " + itoa(from) + " more above, tab scrolls")
	}
	lines = append(lines, "", title)
	total := len(lines) + n - from
	top := max(0, min(m.detailsTop, total-h))
	for i := from; i < n; i++ {
		line := ""
		if at := len(lines); at >= top && at < top+h {
			line = m.recordingLine(&d.Recordings[i], w)
		}
		lines = append(lines, line)
	}
	return lines
}

// recordingsFrom is the recording to begin the list with when it has h lines:
// what happens now stays in sight, unless the operator scrolls.
func (m *model) recordingsFrom(all []tasks.RecordingView, h int) int {
	if h < 4 || len(all) <= h || m.focus == focusDetails || m.detailsTop > 0 {
		return 0
	}
	now := slices.IndexFunc(all, func(r tasks.RecordingView) bool { return r.State != tasks.RecordingDone })
	if now < 0 {
		now = len(all)
	}
	return max(0, min(now-h/3, len(all)-h))
}

func (m *model) recordingLine(r *tasks.RecordingView, w int) string {
	g, state := &m.glyphs, r.State
	if state == tasks.RecordingRetrying && isPaused(m.detail.State) { // its time comes and goes
		state = tasks.RecordingWaiting
	}
	var b strings.Builder
	to := g.span
	if w < 60 {
		to = strings.TrimSpace(to) // leaves room for what comes after
	}
	b.WriteString(m.recordingGlyph(state) + " " + r.Start.Format("01-02 15:04:05") + to + r.End.Format("15:04:05"))
	size := units.Size(max(r.Size, r.Bytes))
	if r.Size == 0 && r.Bytes == 0 {
		size = g.dash
	}
	b.WriteString(" " + g.right(size, 9))
	switch state {
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
		if r.Bytes > 0 { // kept for when it goes on
			b.WriteString(" " + itoa(units.Percent(r.Bytes, r.Size)) + "%")
		}
	}
	return g.cut(b.String(), w)
}
