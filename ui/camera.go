package ui

import (
	"cmp"
	"slices"
	"time"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// cameraFacts returns the details of the camera; h lines are visible.
func (p *pane) cameraFacts(w, h int) []string {
	d, r, g, s := &p.camera, p.row.rec, &p.glyphs, &p.styles
	f := &facts{pen: p.pen, w: w}
	f.add(p.nouns.group, recorderTitle(r), paint{})
	f.add("row", r.Source, paint{})
	asked, sofar := p.period(d.Periods), p.cover.soFar(d.Periods)
	if width(asked)+width(sofar)+2 <= w-labelWidth {
		asked, sofar = join(", ", asked, sofar), ""
	}
	f.add("period", asked, paint{})
	f.add("", sofar, paint{})
	if has := recordedSpan(&p.cover.Coverage); has.To.After(has.From) {
		f.add("recorded", units.Length(p.cover.RecordedTime)+", "+p.period([]tasks.Span{has}), paint{})
	}
	stream := track(&d.CameraView)
	if d.Offline {
		stream += ", the recorder does not see the camera now"
	}
	f.add("stream", stream, paint{})
	f.add("state", g.state[d.State]+" "+stateSentence(&d.CameraView, p.s.At), s.state[d.State])
	f.add("on disk", p.files(&d.CameraView), paint{})
	if d.Attempt > 1 {
		f.add("attempt", itoa(d.Attempt)+" of "+itoa(d.Attempts), paint{})
	}
	f.trouble("held", r.Hold.What, r.Hold.Remedy, s.bad)
	if troubled(&d.CameraView) && d.Failure.What != r.Hold.What {
		f.trouble("cause", d.Failure.What, d.Failure.Remedy, s.state[d.State])
	}
	if all, cells := p.cover.drawn(w); cells != nil {
		f.lines = append(f.lines, "", p.strip(cells), s.faint.on(axis(all, w)))
		f.lines = append(f.lines, p.legend(cells, p.cover.lengths, w)...)
	}
	f.gaps(&p.cover, h)
	p.speedFacts(f)
	if p.mode == detailsFull { // next to the list, the recordings are more useful
		p.lastEvents(f)
	}
	return p.addRecordings(f.lines, w, h)
}

// track names a camera's stream and its track number on the recorder.
func track(c *tasks.CameraView) string {
	switch {
	case c.Stream == 0:
		return ""
	case c.Channel == 0:
		return c.Stream.String()
	}
	return c.Stream.String() + ", track " + itoa(int(c.Track))
}

// stateSentence returns the state and what belongs to it.
func stateSentence(c *tasks.CameraView, now time.Time) string {
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
		more = "next try in " + until(c.Next, now)
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

// files returns how many recordings and bytes are on disk, out of how many.
func (p *pen) files(c *tasks.CameraView) string {
	switch {
	case c.Recordings == 0 && !c.TotalKnown:
		return "not searched yet"
	case c.Recordings == 0:
		return "no files"
	}
	atLeast := p.glyphs.atLeast
	if c.TotalKnown {
		atLeast = ""
	}
	return itoa(c.Files) + " of " + atLeast + units.Count(c.Recordings, "file") + ", " + units.Progress(c.Bytes, c.Total)
}

// speedFacts draws the speed of the last minutes, with figures if there is
// room.
func (p *pane) speedFacts(f *facts) {
	rates := p.camera.Rates
	if len(rates) == 0 || slices.Max(rates) < 1 {
		return
	}
	spark := func(w int) string { return p.styles.busy.on(p.glyphs.spark(rates, max(0, min(w, len(rates))))) }
	f.lines = append(f.lines, "")
	if p.mode != detailsFull {
		f.lines = append(f.lines, p.label("speed")+spark(f.w-labelWidth))
		return
	}
	now, sum := "", 0.0
	if p.camera.Rate >= 1 {
		now = units.Rate(p.camera.Rate)
	}
	for _, v := range rates {
		sum += v
	}
	f.add("speed", join(", ", now, "mean "+units.Rate(sum/float64(len(rates))), "peak "+units.Rate(slices.Max(rates))), paint{})
	f.lines = append(f.lines, spark(f.w))
}

// eventsInDetails is how many of its own events a camera's details list.
const eventsInDetails = 4

// lastEvents lists the camera's latest events, newest first. It leaves out
// routine ones, since the recordings are listed anyway.
func (p *pane) lastEvents(f *facts) {
	shown := 0
	for i := len(p.camera.Events) - 1; i >= 0 && shown < eventsInDetails; i-- {
		e := &p.camera.Events[i]
		if routine(e) {
			continue
		}
		if shown++; shown == 1 {
			f.lines = append(f.lines, "")
		}
		f.add(units.Clock(e.Time), eventText(e), p.eventPaint(e))
	}
}
