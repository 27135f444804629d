package tasks

import (
	"cmp"
	"slices"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

// OnlyFailed returns what of list failed or was incomplete last time, as the
// archive remembers it: recorders without such a camera are left out, the others
// are asked for those cameras. Cameras that are asked for by name stay, since
// nobody knows their numbers yet.
func OnlyFailed(list []Task, a *archive.Archive) (failed []Task) {
	bad := map[string]map[nvr.Track]bool{}
	for key, o := range a.CameraOutcomes() {
		if badEnd(o) {
			if bad[key.Recorder] == nil {
				bad[key.Recorder] = map[nvr.Track]bool{}
			}
			bad[key.Recorder][key.Track] = true
		}
	}
	for _, t := range list {
		tracks := bad[t.Address.String()]
		if len(tracks) == 0 {
			continue
		}
		if !tracks[0] { // else it could not even be listed
			t.Cameras = t.failed(tracks)
			if len(t.Cameras) == 0 {
				continue
			}
		}
		failed = append(failed, t)
	}
	return failed
}

// failed returns those of a task's cameras that are among tracks.
func (t Task) failed(tracks map[nvr.Track]bool) (picks []Pick) {
	stream := orMain(t.Stream)
	if len(t.Cameras) > 0 {
		for _, p := range t.Cameras {
			if p.Name != "" || tracks[nvr.TrackOf(p.Channel, cmp.Or(p.Stream, stream))] {
				picks = append(picks, p)
			}
		}
		return picks
	}
	for track := range tracks {
		if track.Stream() == stream {
			picks = append(picks, Pick{Channel: track.Channel(), Stream: stream})
		}
	}
	slices.SortFunc(picks, func(a, b Pick) int { return a.Channel - b.Channel })
	return picks
}
