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

// details holds what the screen knows about the row under the cursor.
type details struct {
	mode   detailsMode
	top    int                // lines scrolled out at the top
	camera tasks.CameraDetail // the one under the cursor
	cover  cover              // the coverage of that camera
	strips strips             // the cameras of the recorder under the cursor
}

func (d *details) look(q Queue, s *tasks.Snapshot, r row, l layout) {
	const many, every = 1000, time.Second // many recordings take long, so refresh them less often
	switch {
	case r.rec == nil || l.side+l.below+l.full == 0:
		return
	case r.cam == nil:
		if l.side+l.full > 0 {
			d.strips.look(q, s, r.rec)
		}
		return
	case d.camera.ID != r.cam.ID:
		d.top = 0
	case len(d.camera.Recordings) > many && s.At.Sub(d.cover.taken).Abs() < every:
		return
	}
	if detail, ok := q.Camera(r.cam.ID); ok {
		d.camera, d.cover = detail, coverOf(detail, r.rec.Clock(s.At), s.At)
	}
}

type pane struct {
	*pen
	*details
	s       *tasks.Snapshot
	row     row
	focused bool // the movement keys scroll the pane
}

// title names the subject of the details.
func (p *pane) title() string {
	switch {
	case p.row.rec == nil:
		return ""
	case p.row.cam == nil:
		return recorderTitle(p.row.rec)
	}
	return cameraTitle(p.row.cam)
}

// focusedTitle marks the title of the part in focus.
func focusedTitle(title string, focused bool) string {
	if focused {
		return "[" + title + "]"
	}
	return title
}

// side draws the details to the right of the list: exactly h lines of at most w
// cells.
func (p *pane) side(w, h int) []string {
	title := p.styles.title.on(p.glyphs.cut(focusedTitle(p.title(), p.focused), w))
	return append([]string{title}, p.window(p.facts(w, h-1), h-1)...)
}

// full draws the details in place of the list: exactly h lines.
func (p *pane) full(w, h int) []string {
	lines := p.window(p.facts(w-2, h), h)
	for i := range lines {
		lines[i] = " " + lines[i]
	}
	return lines
}

// window returns h of the lines, starting where the operator scrolled to.
func (p *pane) window(lines []string, h int) []string {
	h = max(0, h)
	p.top = max(0, min(p.top, len(lines)-h))
	lines = lines[p.top:]
	if below := len(lines) - h; below > 0 && h > 0 {
		more := units.Count(below+1, "more line") + " below"
		if !p.focused {
			more += ", tab scrolls"
		}
		lines = append(lines[:h-1:h-1], p.styles.faint.on(more))
	}
	return filled(lines, h)
}

func filled(lines []string, h int) []string {
	for len(lines) < h {
		lines = append(lines, "")
	}
	return lines
}

// facts returns everything there is to say about the row; h lines are visible.
func (p *pane) facts(w, h int) []string {
	switch r := p.row; {
	case r.rec == nil:
		return nil
	case r.cam == nil:
		return p.recorderFacts(w)
	case p.camera.ID != r.cam.ID:
		return nil
	}
	return p.cameraFacts(w, h)
}

// briefLines is the number of lines of the details under the list, without
// title.
const briefLines = 3

// below draws the details under the list in three lines: what is being fetched,
// a timeline, and the trouble or the latest event.
func (p *pane) below(w int) []string {
	title, more := p.title(), "i details"
	f := &facts{pen: p.pen, w: w - 2}
	switch r := p.row; {
	case r.rec == nil:
	case r.cam == nil:
		p.recorderBrief(f)
	case p.camera.ID == r.cam.ID:
		p.cameraBrief(f)
		if _, cells := p.cover.drawn(f.w - labelWidth); cells != nil { // the rule explains the timeline below it
			more = cmp.Or(ansi.Strip(p.legend(cells, [numSlots]time.Duration{}, w-20)[0]), more)
		}
	}
	const around = 8      // for the rule's ends and spaces
	if p.row.cam != nil { // its recorder's row may be scrolled out of sight
		whose := title + " " + p.glyphs.dot + " " + recorderTitle(p.row.rec)
		if width(whose)+width(more)+around <= w {
			title = whose
		}
	}
	lines := []string{p.rule(p.glyphs.cut(title, w-width(more)-around), more, p.styles.title, w)}
	for _, line := range f.lines[:min(len(f.lines), briefLines)] {
		lines = append(lines, " "+line)
	}
	return filled(lines, 1+briefLines)
}

func (p *pane) cameraBrief(f *facts) {
	d, r := &p.camera, p.row.rec
	what := ""
	for _, part := range []string{p.period(d.Periods), p.files(&d.CameraView), track(&d.CameraView)} {
		if more := join("   ", what, part); what == "" || width(more) <= f.w-labelWidth {
			what = more
		}
	}
	f.lines = append(f.lines, p.label("period")+p.glyphs.cut(what, f.w-labelWidth))
	if all, cells := p.cover.drawn(f.w - labelWidth); cells != nil {
		name := "days"
		if oneDay(all) {
			name = all.From.Format("01-02")
		}
		f.lines = append(f.lines, p.label(name)+p.strip(cells))
	}
	over := d.State.Ended() || len(d.Events) == 0
	switch missing, gaps := p.cover.missing(), p.cover.unrecorded(); {
	case troubled(&d.CameraView):
		p.causeBrief(f, "cause", d.Failure.What, d.Failure.Remedy, p.styles.state[d.State])
	case r.Hold.Held():
		p.causeBrief(f, "held", r.Hold.What, r.Hold.Remedy, p.styles.bad)
	case missing != "" && over:
		f.addIn(1, "missing", missing, p.styles.bad)
	case gaps != "" && over:
		f.addIn(1, "gaps", gaps, paint{})
	case len(d.Events) > 0:
		e := &d.Events[len(d.Events)-1]
		f.addIn(1, "last", units.Clock(e.Time)+" "+eventText(e), paint{})
	}
}

// causeBrief adds what is wrong and what to do, in the lines that are left.
func (p *pane) causeBrief(f *facts, label, what string, help nvr.Remedy, look paint) {
	todo := remedy.Screen(help)
	left := briefLines - len(f.lines)
	switch {
	case todo == "":
		f.addIn(left, label, what, look)
	case left < 2:
		f.addIn(1, label, what+"; "+todo, look)
	default:
		f.addIn(left-1, label, what, look)
		f.addIn(briefLines-len(f.lines), "to do", todo, p.styles.warn)
	}
}

func (p *pane) recorderBrief(f *facts) {
	r := p.row.rec
	label, what, help := "held", r.Hold.What, r.Hold.Remedy
	if !r.Hold.Held() {
		cause := commonFailure(p.s, r)
		label, what, help = "cause", cause.What, cause.Remedy
	}
	if what != "" { // the list has the counts
		p.causeBrief(f, label, what, help, p.styles.bad)
		return
	}
	f.lines = append(f.lines, p.label(p.nouns.row+"s")+p.counts(r.Counts, f.w-labelWidth))
	if !r.Collected {
		f.addIn(1, "device", device(r), paint{})
		f.addIn(1, "row", r.Source, paint{})
	}
}
