package ui

import (
	"slices"
	"strings"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/remedy"
	"example.com/hikgrab/ui/units"
)

// device returns what a recorder reports about itself.
func device(r *tasks.RecorderView) string {
	if !r.SignedIn {
		return "not signed in"
	}
	d := r.Device
	text := join(" ", d.Kind.String(), d.Model, d.Firmware)
	switch {
	case !d.ClockKnown || d.ClockError.Abs() < time.Minute:
		return text
	case d.ClockError < 0:
		return text + ", its clock is " + units.Duration(-d.ClockError) + " behind"
	}
	return text + ", its clock is " + units.Duration(d.ClockError) + " ahead"
}

// trouble adds what went wrong and what to do, if anything did.
func (f *facts) trouble(label, what string, help nvr.Remedy, look paint) {
	if what != "" {
		f.add(label, what, look)
		f.add("to do", remedy.Screen(help), f.styles.warn)
	}
}

// recorderFacts returns the details of a recorder: what it is, why it is held,
// and a strip of coverage for each camera.
func (p *pane) recorderFacts(w int) []string {
	r, s := p.row.rec, &p.styles
	f := &facts{pen: p.pen, w: w}
	if !r.Collected {
		f.add("device", device(r), paint{})
	}
	f.add("row", r.Source, paint{})
	f.add("machine", owner(r), paint{})
	f.add("network", r.Network, paint{})
	f.add(p.nouns.row+"s", p.counts(r.Counts, w-labelWidth), paint{})
	if r.Total > 0 || r.Bytes > 0 {
		size := units.Size(r.Total)
		if !r.TotalKnown {
			size = p.glyphs.atLeast + size
		}
		f.add("on disk", units.Size(r.Bytes)+" of "+size, paint{})
	}
	if r.Limit > 0 {
		f.add("load", load(r), paint{})
	}
	if h := r.Hold; h.Held() {
		f.lines = append(f.lines, "")
		f.trouble("held", h.What, h.Remedy, s.bad)
		next := "when you press r"
		if !h.Until.IsZero() {
			next = "in " + until(h.Until, p.s.At) + ", at " + units.At(p.s.At, h.Until)
		}
		f.add("next try", next, paint{})
	}
	cause := commonFailure(p.s, r)
	f.trouble("cause", cause.What, cause.Remedy, s.bad)
	if k := &p.strips; k.width != w {
		k.width, k.lines = w, k.draw(p.pen, w)
	}
	return append(f.lines, p.strips.lines...)
}

// load says how many downloads at once run on a recorder, out of how many, and
// whether more would help.
func load(r *tasks.RecorderView) string {
	text := itoa(r.Active) + " of " + units.Count(r.Limit, "download") + " at once"
	if r.Full {
		text += ", more brings nothing"
	}
	return text
}

// stripEvery is how often a recorder's strips are refreshed: each asks the
// queue for all recordings of a camera.
const stripEvery = 2 * time.Second

// strips caches the coverage of one recorder's cameras.
type strips struct {
	recorder tasks.RecorderID
	taken    time.Time
	covers   []tasks.Coverage
	width    int
	lines    []string // as drawn at that width
}

func (k *strips) look(q Queue, s *tasks.Snapshot, r *tasks.RecorderView) {
	if k.recorder == r.ID && !k.taken.IsZero() && s.At.Sub(k.taken).Abs() < stripEvery {
		return
	}
	*k = strips{recorder: r.ID, taken: s.At}
	for _, c := range s.Of(r) {
		if d, ok := q.Camera(c.ID); ok {
			k.covers = append(k.covers, tasks.CoverageOf(d, r.Clock(s.At)))
		}
	}
}

// draw draws one line per camera: its name and its coverage as a strip. All
// share one scale, so that a common gap stands out. Nothing is drawn if nothing
// is known.
func (k *strips) draw(p *pen, w int) []string {
	g := &p.glyphs
	title := func(c *tasks.CameraView) string { return strings.Replace(cameraTitle(c), "  ", " ", 1) }
	name := 0
	for i := range k.covers {
		name = max(name, width(title(&k.covers[i].Camera)))
	}
	name = min(name, max(18, w/4), w/3)
	scale := w - name - 3 // a glyph and two spaces
	var all tasks.Span
	for i := range k.covers {
		if c := &k.covers[i]; c.Camera.Recordings > 0 {
			all = widen(all, extent(c, scale))
		}
	}
	if !all.To.After(all.From) {
		return nil
	}
	lines := []string{"", spaces(name+3) + p.styles.faint.on(axis(all, scale))}
	var seen []slot
	for i := range k.covers {
		c := &k.covers[i]
		v := &c.Camera
		head := p.styles.state[v.State].on(g.state[v.State]) + " " + g.left(title(v), name) + " "
		if !worthDrawing(c) { // the recorder's recordings are unknown
			lines = append(lines, head+p.styles.faint.on(v.State.String()))
			continue
		}
		cells := timeline(c, all, scale)
		seen = append(seen, cells...)
		lines = append(lines, head+p.strip(cells))
	}
	return slices.Concat(lines, p.legend(seen, [numSlots]time.Duration{}, w))
}
