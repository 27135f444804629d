package report

import (
	"cmp"
	"slices"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/ui/remedy"
)

// New reports on an archive in its present state. Files is the result of
// a.Recordings.
func New(a *archive.Archive, files []archive.Recording, now time.Time) *Report {
	r := &Report{Type: "report", Time: now.Round(time.Second), States: map[string]int{}, Sheets: a.Beside(".xlsx")}
	for _, f := range files {
		if f.There {
			r.Recordings++
			r.Bytes += f.Bytes
		} else {
			r.Gone++
		}
	}
	stills := a.Sampler()
	for _, h := range tasks.Histories(a, files) {
		if n := len(r.Recorders); n == 0 || r.Recorders[n-1].Recorder != h.Recorder {
			r.Recorders = append(r.Recorders, Recorder{Recorder: h.Recorder, Name: h.Label})
		}
		group := &r.Recorders[len(r.Recorders)-1]
		c := cameraOf(&h, stills)
		group.Cameras = append(group.Cameras, c)
		r.Cameras++
		r.States[c.State]++
		if c.Files > 0 {
			r.Recorded++
		}
		r.add(c.Lengths)
		if f, ok := failureOf(&h, c); ok {
			r.Failures = append(r.Failures, f)
		}
	}
	slices.SortStableFunc(r.Failures, func(a, b Failure) int { return cmp.Compare(rank(a.State), rank(b.State)) })
	for _, run := range a.Runs() {
		r.Runs = append(r.Runs, Run{
			Begun: stamp(run.Begun), Took: run.Took.Round(time.Millisecond).Seconds(), Period: run.Period,
			Cameras: run.Cameras, Files: run.Files, Bytes: run.Bytes, ExitCode: run.ExitCode,
		})
	}
	return r
}

func rank(state string) int {
	switch state {
	case tasks.Failed.String():
		return 0
	case tasks.Incomplete.String():
		return 1
	}
	return 2
}

func cameraOf(h *tasks.History, stills *archive.Sampler) Camera {
	c := Camera{
		Channel: h.Track.Channel(), Track: int(h.Track), Camera: h.Name, Machines: h.Machines, State: h.Outcome.State,
		At: stamp(h.Outcome.At), From: wall(h.Outcome.From), To: wall(h.Outcome.To),
	}
	for i := range h.Days {
		d := dayOf(&h.Days[i], stills)
		c.add(d.Lengths)
		c.Files += len(d.Recordings)
		for _, f := range d.Recordings {
			c.Bytes += f.Bytes
		}
		c.Days = append(c.Days, d)
	}
	if n := len(c.Days); c.State == "" && n > 0 {
		c.State = c.Days[n-1].State
	}
	return c
}

func dayOf(d *tasks.Day, stills *archive.Sampler) Day {
	day := Day{
		Date: d.Date.Format(dayLayout), State: d.State.String(), date: d.Date,
		Lengths: Lengths{Asked: d.AskedTime().Seconds(), Recorded: d.Recorded().Seconds(), OnDisk: d.OnDiskTime().Seconds()},
	}
	for _, s := range d.Asked {
		day.Asked = append(day.Asked, day.span(s))
	}
	for _, s := range d.Elsewhere {
		day.Elsewhere = append(day.Elsewhere, day.span(s))
	}
	if len(d.OnDisk) > 0 && d.OnDisk[0].From.Equal(d.Date) && (len(d.Files) == 0 || d.Files[0].Start.After(d.Date)) {
		day.Over = append(day.Over, day.span(d.OnDisk[0]))
	}
	for _, m := range d.Missing {
		if m.To.Sub(m.From) <= tasks.GapLimit {
			continue
		}
		day.Missing = append(day.Missing, Missing{
			Span: day.span(m.Span), Why: m.Why, Kind: m.Failure.Kind, What: m.Failure.What,
			Remedy: string(m.Failure.Remedy), Hint: remedy.Plain(m.Failure.Remedy),
		})
	}
	files := make([]archive.Finished, 0, len(d.Files))
	for i, f := range d.Files {
		files = append(files, f.Finished)
		day.Recordings = append(day.Recordings, Recording{
			Path: f.Path, Start: wall(f.Start), End: wall(f.End), Bytes: f.Bytes, Hash: f.SHA256, Codec: f.Codec,
			stretch: day.lies(f.Start, f.End), Beside: i > 0 && d.Files[i-1].Start.Equal(f.Start),
		})
	}
	for _, s := range stills.Sample(files, stillsOfDay) {
		day.Stills = append(day.Stills, Still{Path: s.Path, Time: wall(s.At), Source: s.Source, stretch: day.lies(s.At, s.At)})
	}
	return day
}

func (d *Day) span(s tasks.Span) Span {
	return Span{From: wall(s.From), To: wall(s.To), stretch: d.lies(s.From, s.To)}
}

// lies returns the part of a stretch that is on the day.
func (d *Day) lies(from, to time.Time) stretch {
	const whole = 24 * 60 * 60
	at := min(max(0, int(from.Sub(d.date).Seconds())), whole)
	end := min(max(at, int(to.Sub(d.date).Seconds())), whole)
	return stretch{at, end - at}
}

// failureOf describes a camera that ended badly, if it did.
func failureOf(h *tasks.History, c Camera) (Failure, bool) {
	o := h.Outcome
	if rank(o.State) == 2 && (o.State != tasks.Empty.String() || o.What == "") {
		return Failure{}, false
	}
	return Failure{
		Recorder: h.Recorder, Name: h.Label, Channel: c.Channel, Track: c.Track, Camera: c.Camera, State: o.State, At: c.At,
		Kind: o.Failure, What: o.What, Remedy: o.Remedy, Hint: remedy.Plain(nvr.Remedy(o.Remedy)),
	}, true
}

func wall(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(wallLayout)
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.RFC3339)
}
