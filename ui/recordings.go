package ui

import (
	"slices"
	"strings"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// recordingLooks maps the state of a recording to the camera state with the
// same glyph.
var recordingLooks = [...]tasks.State{
	tasks.RecordingWaiting: tasks.Waiting, tasks.RecordingActive: tasks.Downloading, tasks.RecordingRetrying: tasks.Retrying,
	tasks.RecordingDone: tasks.Done, tasks.RecordingFailed: tasks.Failed,
}

// addRecordings lists the camera's recordings below lines. There can be
// thousands, so it only counts those outside the h visible lines.
func (p *pane) addRecordings(lines []string, w, h int) []string {
	all := p.camera.Recordings
	if len(all) == 0 {
		return lines
	}
	from := p.recordingsFrom(h - len(lines) - 2)
	title := p.styles.title.on(units.Count(len(all), "recording"))
	if from > 0 {
		title += p.styles.faint.on("  " + itoa(from) + " more above, tab scrolls")
	}
	lines = append(lines, "", title)
	top := max(0, min(p.top, len(lines)+len(all)-from-h))
	for i := range all[from:] {
		line := ""
		if at := len(lines); at >= top && at < top+h {
			line = p.recordingLine(&all[from+i], w)
		}
		lines = append(lines, line)
	}
	return lines
}

// recordingsFrom returns the first recording of the list in h lines. Active
// recordings stay visible, unless the operator scrolls.
func (p *pane) recordingsFrom(h int) int {
	all := p.camera.Recordings
	if h < 4 || len(all) <= h || p.focused || p.top > 0 {
		return 0
	}
	now := slices.IndexFunc(all, func(r tasks.RecordingView) bool { return r.State != tasks.RecordingDone })
	if now < 0 {
		now = len(all)
	}
	return max(0, min(now-h/3, len(all)-h))
}

func (p *pane) recordingLine(r *tasks.RecordingView, w int) string {
	g, state := &p.glyphs, r.State
	if state == tasks.RecordingRetrying && isPaused(p.camera.State) { // its retry time comes and goes
		state = tasks.RecordingWaiting
	}
	to := g.span
	if w < 60 {
		to = strings.TrimSpace(to) // make room for what follows
	}
	size := g.dash
	if r.Size > 0 || r.Bytes > 0 {
		size = units.Size(max(r.Size, r.Bytes))
	}
	more, percent := "", " "+itoa(units.Percent(r.Bytes, r.Size))+"%"
	switch {
	case state == tasks.RecordingActive, state == tasks.RecordingWaiting && r.Bytes > 0: // a partial file waits to be continued
		more = percent
	case state == tasks.RecordingRetrying:
		more = " retry " + until(r.Next, p.s.At)
	case state == tasks.RecordingFailed:
		more = " " + p.styles.bad.on(clean(r.Failure.What))
	case state == tasks.RecordingDone && w > 80:
		more = "  " + clean(r.Path)
	}
	look := recordingLooks[state]
	return g.cut(p.styles.state[look].on(g.state[look])+" "+r.Start.Format("01-02 15:04:05")+to+r.End.Format("15:04:05")+" "+g.right(size, 9)+more, w)
}
