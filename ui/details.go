package ui

import (
	"cmp"
	"time"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/remedy"
	"example.com/hikgrab/ui/units"
)

// detailsTitle names what the details are about.
func (m *model) detailsTitle() string {
	r, ok := m.list.current()
	switch {
	case !ok:
		return ""
	case r.camera < 0:
		return recorderTitle(&m.snap.Recorders[r.recorder])
	}
	return cameraTitle(&m.snap.Cameras[r.camera])
}

// sidePane draws the details to the right of the list: exactly h lines of at
// most w cells.
func (m *model) sidePane(w, h int) []string {
	lines := []string{m.styles.title.on(m.glyphs.cut(m.focused(focusDetails, m.detailsTitle()), w))}
	return append(lines, m.window(m.facts(w, h-1), h-1)...)
}

// fullPane draws the details in the place of the list: exactly h lines.
func (m *model) fullPane(w, h int) []string {
	lines := make([]string, 0, h)
	for _, line := range m.window(m.facts(w-2, h), h) {
		lines = append(lines, " "+line)
	}
	return lines
}

// window takes h of lines, from where the operator scrolled to.
func (m *model) window(lines []string, h int) []string {
	h = max(0, h)
	m.detailsTop = max(0, min(m.detailsTop, len(lines)-h))
	lines = lines[m.detailsTop:]
	if below := len(lines) - h; below > 0 && h > 0 {
		more := units.Count(below+1, "more line") + " below"
		if m.focus != focusDetails {
			more += ", tab scrolls"
		}
		lines = append(lines[:h-1:h-1], m.styles.faint.on(more))
	}
	for len(lines) < h {
		lines = append(lines, "")
	}
	return lines
}

// facts are all there is to say about the row under the cursor, of which h
// lines can be seen.
func (m *model) facts(w, h int) []string {
	r, ok := m.list.current()
	switch {
	case !ok:
		return nil
	case r.camera < 0:
		return m.recorderFacts(&m.snap.Recorders[r.recorder], w)
	case m.detail.ID != r.id.camera:
		return nil
	}
	return m.cameraFacts(&m.snap.Recorders[r.recorder], &m.detail, w, h)
}

// cameraFacts are the details of a camera, of which h lines can be seen.
func (m *model) cameraFacts(r *tasks.RecorderView, d *tasks.CameraDetail, w, h int) []string {
	g, s := &m.glyphs, &m.styles
	var lines []string
	add := func(label, value string, p paint) {
		if value != "" {
			lines = append(lines, m.fact(label, clean(value), p, w)...)
		}
	}
	add(m.nouns.group, recorderTitle(r), paint{})
	add("row", r.Source, paint{})
	asked, sofar := m.period(d.Periods), m.soFar(d)
	if width(asked)+width(sofar)+2 <= w-labelWidth {
		asked, sofar = join(", ", asked, sofar), ""
	}
	add("period", asked, paint{})
	add("", sofar, paint{})
	add("recorded", m.recorded(), paint{})
	add("stream", track(&d.CameraView)+offline(d.Offline), paint{})
	add("state", g.state[d.State]+" "+m.stateSentence(&d.CameraView), s.state[d.State])
	add("on disk", m.files(&d.CameraView), paint{})
	if d.Attempt > 1 {
		add("attempt", itoa(d.Attempt)+" of "+itoa(d.Attempts), paint{})
	}
	if r.Hold.Held() {
		add("held", r.Hold.What, s.bad)
		add("to do", remedy.Screen(r.Hold.Remedy), s.warn)
	}
	if troubled(&d.CameraView) && d.Failure.What != r.Hold.What {
		add("cause", d.Failure.What, s.state[d.State])
		add("to do", remedy.Screen(d.Failure.Remedy), s.warn)
	}
	lines = append(lines, m.dayLines(w)...)
	lines = append(lines, m.missingLines(w, h)...)
	lines = append(lines, m.speedLines(d, w)...)
	if m.details == detailsFull { // beside the list, the recordings tell more
		lines = append(lines, m.lastEvents(d, w)...)
	}
	return m.addRecordings(lines, d, w, h)
}

// track names a camera's stream and the number that recorders know it by.
func track(c *tasks.CameraView) string {
	switch {
	case c.Stream == 0:
		return ""
	case c.Channel == 0:
		return c.Stream.String()
	}
	return c.Stream.String() + ", track " + itoa(int(c.Track))
}

func offline(yes bool) string {
	if yes {
		return ", the recorder does not see the camera now"
	}
	return ""
}

// stateSentence is the state with what goes with it.
func (m *model) stateSentence(c *tasks.CameraView) string {
	var more string
	switch c.State {
	case tasks.Downloading:
		if c.Active > 1 {
			more = units.Count(c.Active, "file")
		}
		if c.ETA > 0 && c.TotalKnown {
			more = join(", ", more, units.Duration(c.ETA)+" left")
		}
		if done := derived(c); done != "" {
			return c.Deriving + ", " + done
		}
	case tasks.Retrying:
		more = "next try in " + until(c.Next, m.snap.At)
	case tasks.Done, tasks.Incomplete, tasks.Failed:
		if c.Took >= time.Second {
			more = "in " + units.Duration(c.Took)
		}
	case tasks.Empty:
		more = cmp.Or(c.Reason, "nothing recorded in the period")
	case tasks.Waiting, tasks.Searching, tasks.Pausing, tasks.Paused, tasks.Skipped:
	}
	return join(", ", c.State.String(), more)
}

// files is how many recordings and bytes are there, of how many.
func (p *pen) files(c *tasks.CameraView) string {
	if c.Recordings == 0 && !c.TotalKnown {
		return "not searched yet"
	}
	if c.Recordings == 0 {
		return "no files"
	}
	n := itoa(c.Files) + " of " + units.Count(c.Recordings, "file")
	if !c.TotalKnown {
		n = itoa(c.Files) + " of " + p.glyphs.atLeast + units.Count(c.Recordings, "file")
	}
	return n + ", " + units.Progress(c.Bytes, c.Total)
}

// speedLines draw the speed of the last minutes; in words as well where there
// is room for them.
func (m *model) speedLines(d *tasks.CameraDetail, w int) []string {
	var sum, peak float64
	for _, v := range d.Rates {
		sum, peak = sum+v, max(peak, v)
	}
	if peak < 1 {
		return nil
	}
	spark := func(w int) string { return m.styles.busy.on(m.glyphs.spark(d.Rates, max(0, min(w, len(d.Rates))))) }
	if m.details != detailsFull {
		return []string{"", m.styles.faint.on(m.glyphs.left("speed", labelWidth)) + spark(w-labelWidth)}
	}
	now := ""
	if d.Rate >= 1 {
		now = units.Rate(d.Rate)
	}
	mean := sum / float64(len(d.Rates))
	lines := append([]string{""}, m.fact("speed", join(", ", now, "mean "+units.Rate(mean), "peak "+units.Rate(peak)), paint{}, w)...)
	return append(lines, spark(w))
}

// eventsInDetails is how many of a camera's own events its details list.
const eventsInDetails = 4

// lastEvents lists a camera's latest events, the newest first; its recordings
// are listed anyway.
func (p *pen) lastEvents(d *tasks.CameraDetail, w int) []string {
	var lines []string
	shown := 0
	for i := len(d.Events) - 1; i >= 0 && shown < eventsInDetails; i-- {
		e := &d.Events[i]
		if routine(e) {
			continue
		}
		if shown++; shown == 1 {
			lines = append(lines, "")
		}
		lines = append(lines, p.fact(units.Clock(e.Time), eventText(e), p.eventPaint(e), w)...)
	}
	return lines
}
