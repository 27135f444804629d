package tasks

import (
	"slices"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

// Earlier returns what is known of cameras that list asks for and that covered
// has not, because this run was not about them: how they ended last, from the
// journal, and what of them is on disk. Without those the state of a sheet would
// be that of its last run only. They come in the order of the rows.
//
// Files is what is on disk, as archive.Finished has it.
func Earlier(a *archive.Archive, files []archive.Finished, list []Task, covered []Coverage) []Coverage {
	now := map[archive.CameraKey]bool{}
	for _, c := range covered {
		now[c.key()] = true
	}
	known := map[archive.CameraKey]*Coverage{}
	recorders := map[string][]*Coverage{}
	for key, o := range a.CameraOutcomes() {
		state := State(slices.Index(stateNames[:], o.State))
		if state < 0 || now[key] || key.Track == 0 && state != Failed {
			continue
		}
		c := &Coverage{Earlier: true, Recorder: RecorderView{Address: key.Recorder}, Camera: CameraView{State: state}}
		if key.Track != 0 {
			c.Camera.Channel, c.Camera.Stream = key.Track.Channel(), key.Track.Stream()
		}
		known[key] = c
		recorders[key.Recorder] = append(recorders[key.Recorder], c)
	}
	for _, f := range files {
		if c := known[archive.CameraKey{Recorder: f.Recorder, Track: f.Track}]; c != nil {
			c.count(f)
		}
	}
	var all []Coverage
	for _, t := range list {
		mine := recorders[t.Address.String()]
		slices.SortFunc(mine, func(a, b *Coverage) int { return int(a.key().Track) - int(b.key().Track) })
		for _, c := range mine {
			if c.Recorder.Source == "" && t.AsksFor(c.Camera) {
				c.Recorder.Source, c.Recorder.Name = t.Source, t.Name
				all = append(all, *c)
			}
		}
	}
	return all
}

// key returns the camera as the journal has it.
func (c *Coverage) key() archive.CameraKey {
	key := archive.CameraKey{Recorder: c.Recorder.Address}
	if c.Camera.Channel != 0 {
		key.Track = nvr.TrackOf(c.Camera.Channel, c.Camera.Stream)
	}
	return key
}

// count adds a file to what is on disk.
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
