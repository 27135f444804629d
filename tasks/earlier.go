package tasks

import (
	"slices"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

// Latest returns the last that is known of every camera that list asks for, the
// cameras of the run that covered is about first: without the others, and those
// that the run did not come to, the state of a sheet would be that of its last run
// only. What is known of the others, from the journal and from what is on disk,
// comes in the order of the rows.
//
// Files is what is on disk, as archive.Recordings has it.
func Latest(a *archive.Archive, files []archive.Recording, list []Task, covered []Coverage) []Coverage {
	known := map[archive.CameraKey]*Coverage{}
	recorders := map[string][]*Coverage{}
	for key, o := range a.CameraOutcomes() {
		state := State(slices.Index(stateNames[:], o.State))
		if state < 0 || key.Track == 0 && state != Failed {
			continue
		}
		c := &Coverage{
			Earlier: true, Recorder: RecorderView{Address: key.Recorder}, Camera: CameraView{State: state, Name: o.Camera},
			Period: Span{From: o.From, To: o.To}, At: o.At,
		}
		if key.Track != 0 {
			c.Camera.Channel, c.Camera.Stream, c.Camera.Track = key.Track.Channel(), key.Track.Stream(), key.Track
		}
		if state != Done {
			c.Camera.Failure = Failure{Kind: o.Failure, What: o.What, Remedy: nvr.Remedy(o.Remedy)}
		}
		known[key] = c
		recorders[key.Recorder] = append(recorders[key.Recorder], c)
	}
	var all []Coverage
	now := map[archive.CameraKey]bool{}
	for _, c := range covered {
		o := known[c.Key()]
		if c.untouched() && (o != nil || c.Camera.Channel == 0 && len(recorders[c.Recorder.Address]) > 0) {
			continue
		}
		if o != nil {
			c.At, c.Period = o.At, o.Period
		}
		if n := len(c.Asked); n > 0 {
			c.Period = Span{From: c.Asked[0].From, To: c.Asked[n-1].To}
		}
		now[c.Key()] = true
		all = append(all, c)
	}
	for _, f := range files {
		if c := known[archive.CameraKey{Recorder: f.Recorder, Track: f.Track}]; c != nil {
			c.count(f.Finished)
		}
	}
	for _, t := range list {
		mine := recorders[t.Address.String()]
		slices.SortFunc(mine, func(a, b *Coverage) int { return int(a.Key().Track) - int(b.Key().Track) })
		for _, c := range mine {
			if c.Recorder.Source == "" && !now[c.Key()] && t.AsksFor(c.Camera) {
				c.Recorder.Source, c.Recorder.Name = t.Source, t.Name
				all = append(all, *c)
			}
		}
	}
	return all
}

// untouched reports whether the run ended before it came to the camera.
func (c *Coverage) untouched() bool {
	v := c.Camera
	return !v.State.Ended() && v.Recordings == 0 && v.Failure.Kind == ""
}

// Key returns the camera as the journal has it.
func (c *Coverage) Key() archive.CameraKey {
	key := archive.CameraKey{Recorder: c.Recorder.Address}
	if c.Camera.Channel != 0 {
		key.Track = nvr.TrackOf(c.Camera.Channel, c.Camera.Stream)
	}
	return key
}

func (c *Coverage) count(f archive.Finished) {
	v := &c.Camera
	v.Name, v.Files, v.Recordings, v.Bytes = f.Camera, v.Files+1, v.Recordings+1, v.Bytes+f.Bytes
	if c.First.IsZero() || f.Start.Before(c.First) {
		c.First = f.Start
	}
	if f.End.After(c.Last) {
		c.Last = f.End
	}
}
