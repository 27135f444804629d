package tasks

import (
	"cmp"
	"slices"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

// OnlyFailed returns the part of list that failed or was incomplete last time,
// according to the archive. It drops recorders without such a camera; the
// others keep only those cameras. Cameras requested by a name the archive does
// not know stay.
func OnlyFailed(list []Task, a *archive.Archive) (failed []Task) {
	known, bad := map[string]map[nvr.Track]archive.Outcome{}, map[string]bool{}
	for key, o := range a.CameraOutcomes() {
		if known[key.Recorder] == nil {
			known[key.Recorder] = map[nvr.Track]archive.Outcome{}
		}
		known[key.Recorder][key.Track] = o
		bad[key.Recorder] = bad[key.Recorder] || badEnd(o)
	}
	for _, t := range list {
		outcomes := known[t.Address.String()]
		if !bad[t.Address.String()] {
			continue
		}
		if !badEnd(outcomes[0]) { // otherwise it could not even be listed
			if t.Cameras = t.failed(outcomes); len(t.Cameras) == 0 {
				continue
			}
		}
		failed = append(failed, t)
	}
	return failed
}

// badEnd reports whether --only failed repeats a camera with this outcome.
func badEnd(o archive.Outcome) bool {
	return o.State == Failed.String() || o.State == Incomplete.String()
}

// failed returns the task's cameras that ended badly.
func (t Task) failed(outcomes map[nvr.Track]archive.Outcome) (picks []Pick) {
	stream := cmp.Or(t.Stream, nvr.Main)
	for track, o := range outcomes {
		if len(t.Cameras) == 0 && track.Stream() == stream && badEnd(o) {
			picks = append(picks, Pick{Channel: track.Channel(), Stream: stream})
		}
	}
	slices.SortFunc(picks, func(a, b Pick) int { return a.Channel - b.Channel })
	for _, p := range t.Cameras {
		s := cmp.Or(p.Stream, stream)
		if p.Name == "" {
			if badEnd(outcomes[nvr.TrackOf(p.Channel, s)]) {
				picks = append(picks, p)
			}
			continue
		}
		remembered := false
		for track, o := range outcomes {
			if track.Stream() == s && sameName(o.Camera, p.Name) {
				remembered = true
				if badEnd(o) {
					picks = append(picks, Pick{Channel: track.Channel(), Stream: s})
				}
			}
		}
		if !remembered {
			picks = append(picks, p)
		}
	}
	return picks
}
