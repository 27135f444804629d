package ui

import (
	"strings"
	"time"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// device is what a recorder says of itself.
func (m *model) device(r *tasks.RecorderView) string {
	if !r.SignedIn {
		return "not signed in"
	}
	d := r.Device
	text := join(" ", d.Kind.String(), d.Model, d.Firmware)
	if d.ClockKnown && d.ClockError.Abs() >= time.Minute {
		ahead := "ahead"
		if d.ClockError < 0 {
			ahead = "behind"
		}
		text += ", its clock is " + units.Duration(d.ClockError.Abs()) + " " + ahead
	}
	return text
}

// recorderFacts are the details of a recorder: what it is, why it is held, and
// each of its cameras as a strip of its time.
func (m *model) recorderFacts(r *tasks.RecorderView, w int) []string {
	s := &m.styles
	var lines []string
	add := func(label, value string, p paint) {
		if value != "" {
			lines = append(lines, m.fact(label, clean(value), p, w)...)
		}
	}
	add("device", m.device(r), paint{})
	add("row", r.Source, paint{})
	add("cameras", m.counts(r.Counts, w-labelWidth), paint{})
	add("fetched", m.recorderSize(r), paint{})
	if r.Limit > 0 {
		add("load", itoa(r.Active)+" of "+units.Count(r.Limit, "download")+" at once", paint{})
	}
	if r.Hold.Held() {
		lines = append(lines, "")
		add("held", r.Hold.What, s.bad)
		add("to do", r.Hold.Hint, s.warn)
		add("next try", m.nextProbe(r.Hold), paint{})
	}
	if f := m.commonFailure(r); f.What != "" {
		add("cause", f.What, s.bad)
		add("to do", f.Hint, s.warn)
	}
	return append(lines, m.cameraStrips(r, w)...)
}

func (m *model) recorderSize(r *tasks.RecorderView) string {
	switch {
	case r.Total == 0 && r.Bytes == 0:
		return ""
	case !r.TotalKnown:
		return units.Size(r.Bytes) + " of " + m.glyphs.atLeast + units.Size(r.Total)
	}
	return units.Size(r.Bytes) + " of " + units.Size(r.Total)
}

func (m *model) nextProbe(h tasks.Hold) string {
	if h.Until.IsZero() {
		return "when you press r"
	}
	return "in " + until(h.Until, m.snap.At) + ", at " + units.Clock(h.Until)
}

// stripEvery is how often the strips of a recorder's cameras are drawn anew:
// each asks the queue for all recordings of a camera.
const stripEvery = 2 * time.Second

// strips are the timelines of one recorder's cameras, kept for a while.
type strips struct {
	recorder tasks.RecorderID
	width    int
	taken    time.Time
	lines    []string
}

// cameraStrips draws one line for each camera of r: its name and its time as a
// strip, all to the same scale, so that a gap common to all stands out.
func (m *model) cameraStrips(r *tasks.RecorderView, w int) []string {
	k := &m.strips
	if k.recorder == r.ID && k.width == w && !k.taken.IsZero() && m.snap.At.Sub(k.taken).Abs() < stripEvery {
		return k.lines
	}
	*k = strips{recorder: r.ID, width: w, taken: m.snap.At}
	var details []tasks.CameraDetail
	var all tasks.Span
	for i := r.First; i < r.First+r.Count; i++ {
		d, ok := m.queue.Camera(m.snap.Cameras[i].ID)
		if !ok {
			continue
		}
		if len(d.Recordings) > 0 {
			all = widen(all, extent(&d))
		}
		details = append(details, d)
	}
	if all.To.After(all.From) {
		k.lines = m.drawStrips(r, details, all, w)
	}
	return k.lines
}

func (m *model) drawStrips(r *tasks.RecorderView, details []tasks.CameraDetail, all tasks.Span, w int) []string {
	g := &m.glyphs
	name := min(18, w/3)
	scale := w - name - 3
	lines := []string{"", spaces(name+3) + m.styles.faint.on(axis(all, scale))}
	var seen []slot
	for i := range details {
		d := &details[i]
		glyph := m.styles.state[d.State].on(g.state[d.State])
		head := glyph + " " + g.left(strings.Replace(cameraTitle(&d.CameraView), "  ", " ", 1), name) + " "
		if len(d.Recordings) == 0 && !d.State.Ended() { // nobody knows yet what the recorder has
			lines = append(lines, head+m.styles.faint.on(d.State.String()))
			continue
		}
		cells := m.slots(r, d, all, scale)
		seen = append(seen, cells...)
		lines = append(lines, head+m.strip(cells))
	}
	return append(lines, m.legend(seen, w))
}
