package derive

import (
	"context"
	"path"
	"time"

	"example.com/hikgrab/tasks/archive"
)

// Cut makes a clip of each of a camera's recordings that shows some of the
// window, in archive.CutTree: from the last key frame at or before w.From to
// the first at or after w.To. All clips together show the whole window, so that
// recordings which lie in it are copied whole.
//
// Beside an error the result holds what is finished. Errors of the disk are
// those of package archive.
func Cut(ctx context.Context, a *archive.Archive, c Camera, w Window, p *Progress) (Result, error) {
	movies, others := c.movies(w)
	m := deriver{archive: a, camera: &c, tree: archive.CutTree, window: w, progress: p}
	m.leaveOthersOut(others)
	for _, f := range movies {
		err := m.derive(ctx, derivation{
			dir: path.Dir(f.Path), sources: []archive.Finished{f},
			origin: archive.Origin{Request: requestOf(m.tree, &c, f.Path, w), Sources: sourcesOf(f)},
			name:   func(time.Time, time.Time) string { return nameOf(f.Start, f.End, within(f, w)) },
			notes:  []string{"cut from " + path.Base(f.Path)},
		})
		if err != nil {
			return m.end(err)
		}
	}
	return m.end(nil)
}

// within returns the ends of the window that lie in a recording.
func within(f archive.Finished, w Window) Window {
	var in Window
	if w.From.After(f.Start) {
		in.From = w.From
	}
	if !w.To.IsZero() && w.To.Before(f.End) {
		in.To = w.To
	}
	return in
}
