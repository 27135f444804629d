package derive

import (
	"cmp"
	"path"
	"slices"
	"strings"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

// Camera is one stream of one channel and its finished files.
type Camera struct {
	Recorder string // nvr.Address.String
	Label    string // the operator's name for the recorder
	Name     string // the recorder's name for the camera
	Track    nvr.Track
	Files    []archive.Finished // in time order
}

// String returns the recorder and the camera as messages name them.
func (c *Camera) String() string { return archive.CameraDir(c.Recorder, c.Track) }

// Cameras groups files by camera: by recorder, then by track. The names are
// those of the latest file.
func Cameras(files []archive.Finished) []Camera {
	byKey := map[archive.CameraKey]*Camera{}
	for _, f := range files {
		k := archive.CameraKey{Recorder: strings.ToLower(f.Recorder), Track: f.Track}
		if byKey[k] == nil {
			byKey[k] = &Camera{Recorder: f.Recorder, Track: f.Track}
		}
		byKey[k].Files = append(byKey[k].Files, f)
	}
	all := make([]Camera, 0, len(byKey))
	for _, c := range byKey {
		slices.SortFunc(c.Files, inTime)
		for _, f := range c.Files {
			c.Label, c.Name = cmp.Or(f.Label, c.Label), cmp.Or(f.Camera, c.Name)
		}
		all = append(all, *c)
	}
	slices.SortFunc(all, func(c, d Camera) int {
		return cmp.Or(cmp.Compare(strings.ToLower(c.Recorder), strings.ToLower(d.Recorder)), cmp.Compare(c.Track, d.Track))
	})
	return all
}

// inTime orders files by time. Of two with the same beginning the longer comes
// first: a clip shows nothing that its recording does not.
func inTime(f, g archive.Finished) int {
	return cmp.Or(begins(f).Compare(begins(g)), g.End.Compare(f.End), cmp.Compare(f.Path, g.Path))
}

// begins returns the wall clock time of a file's first picture, as far as it is
// known.
func begins(f archive.Finished) time.Time {
	if f.Begins.IsZero() {
		return f.Start
	}
	return f.Begins
}

func shows(f archive.Finished, w archive.Span) bool {
	from, to := begins(f), f.End
	if late := from.Sub(f.Start); late > 0 {
		to = to.Add(late) // the whole recording may be as late as its first picture
	}
	if f.Start.Before(from) {
		from = f.Start
	}
	return (w.To.IsZero() || from.Before(w.To)) && (w.From.IsZero() || to.After(w.From))
}

// photos reports whether there are only photos; nothing is made of those.
func (c *Camera) photos() bool { return c.Track.Stream() == nvr.Photo }

// movies splits the camera's files that show some of the window into MP4s and
// others. A raw file beside its MP4 is in neither.
func (c *Camera) movies(w archive.Span) (movies, others []archive.Finished) {
	made := map[[2]time.Time]bool{}
	for _, f := range c.Files {
		if !shows(f, w) {
			continue
		}
		if path.Ext(f.Path) == ".mp4" {
			movies = append(movies, f)
			made[[2]time.Time{f.Start, f.End}] = true
		} else {
			others = append(others, f)
		}
	}
	others = slices.DeleteFunc(others, func(f archive.Finished) bool { return made[[2]time.Time{f.Start, f.End}] })
	slices.SortFunc(movies, inTime)
	return movies, others
}
