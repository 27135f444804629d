package ui

import (
	"strings"
	"time"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/remedy"
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
	if !r.Home {
		add("device", m.device(r), paint{})
	}
	add("row", r.Source, paint{})
	add("machine", m.owner(r), paint{})
	add("network", r.Network, paint{})
	add(m.nouns.row+"s", m.counts(r.Counts, w-labelWidth), paint{})
	add("on disk", m.recorderSize(r), paint{})
	if r.Limit > 0 {
		add("load", load(r), paint{})
	}
	if r.Hold.Held() {
		lines = append(lines, "")
		add("held", r.Hold.What, s.bad)
		add("to do", remedy.Screen(r.Hold.Remedy), s.warn)
		add("next try", m.nextProbe(r.Hold), paint{})
	}
	if f := m.commonFailure(r); f.What != "" {
		add("cause", f.What, s.bad)
		add("to do", remedy.Screen(f.Remedy), s.warn)
	}
	return append(lines, m.cameraStrips(r, w)...)
}

// load says how many downloads at once are asked of a recorder, and whether more
// would be of use.
func load(r *tasks.RecorderView) string {
	text := itoa(r.Active) + " of " + units.Count(r.Limit, "download") + " at once"
	if r.Full {
		text += ", more brings nothing"
	}
	return text
}

func (p *pen) recorderSize(r *tasks.RecorderView) string {
	switch {
	case r.Total == 0 && r.Bytes == 0:
		return ""
	case !r.TotalKnown:
		return units.Size(r.Bytes) + " of " + p.glyphs.atLeast + units.Size(r.Total)
	}
	return units.Size(r.Bytes) + " of " + units.Size(r.Total)
}

func (m *model) nextProbe(h tasks.Hold) string {
	if h.Until.IsZero() {
		return "when you press r"
	}
	return "in " + until(h.Until, m.snap.At) + ", at " + units.At(m.snap.At, h.Until)
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
	var covers []tasks.Coverage
	name := 0
	for i := r.First; i < r.First+r.Count; i++ {
		if d, ok := m.queue.Camera(m.snap.Cameras[i].ID); ok {
			covers = append(covers, tasks.CoverageOf(d, r.Clock(m.snap.At)))
			name = max(name, width(stripTitle(&d.CameraView)))
		}
	}
	k.lines = m.drawStrips(covers, min(name, max(18, w/4), w/3), w)
	return k.lines
}

// drawStrips draws the strips in lines of w cells, of which name are for the
// name of the camera; none when nothing is known of any.
func (p *pen) drawStrips(covers []tasks.Coverage, name, w int) []string {
	g := &p.glyphs
	scale := w - name - 3 // a glyph and two spaces
	var all tasks.Span
	for i := range covers {
		if c := &covers[i]; c.Camera.Recordings > 0 {
			all = widen(all, extent(c, scale))
		}
	}
	if !all.To.After(all.From) {
		return nil
	}
	lines := []string{"", spaces(name+3) + p.styles.faint.on(axis(all, scale))}
	var seen []slot
	for i := range covers {
		c := &covers[i]
		v := &c.Camera
		glyph := p.styles.state[v.State].on(g.state[v.State])
		head := glyph + " " + g.left(stripTitle(v), name) + " "
		if !worthDrawing(c) { // nobody knows what the recorder has
			lines = append(lines, head+p.styles.faint.on(v.State.String()))
			continue
		}
		cells := make([]slot, max(0, scale))
		timeline(c, all, cells)
		seen = append(seen, cells...)
		lines = append(lines, head+p.strip(cells))
	}
	return append(lines, p.legend(seen, [numSlots]time.Duration{}, w)...)
}

// stripTitle is a camera's title before its strip.
func stripTitle(c *tasks.CameraView) string { return strings.Replace(cameraTitle(c), "  ", " ", 1) }
