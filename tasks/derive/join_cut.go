package derive

import (
	"context"
	"path"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

// Join makes one MP4 of a camera's recordings in the window, in
// archive.JoinedTree. It begins with the last key frame at or before w.From and
// ends before the first one at or after w.To. Gaps stay in the times of its
// pictures. If one file cannot hold everything, for example because the picture
// size changed, there are several.
//
// An earlier file for the same window is replaced if the recordings have
// changed, unless it shows what they no longer do.
//
// Even with an error the result holds what is finished. Errors of the disk are
// those of package archive.
func Join(ctx context.Context, a *archive.Archive, c Camera, w archive.Span, p *Progress) (Result, error) {
	movies, others := c.movies(w)
	m := deriver{archive: a, camera: &c, tree: archive.JoinedTree, window: w, progress: p}
	m.leaveOthersOut(others)
	if len(movies) == 0 {
		return m.result.end("MP4", nil)
	}
	joined := derivation{
		dir: archive.CameraDir(c.Recorder, c.Track), sources: movies,
		origin: archive.Origin{Request: requestOf(m.tree, &c, "", w), Sources: sourcesOf(movies...)},
		name:   func(first, last time.Time) string { return nameOf(first, last, w) },
		notes:  []string{"joined from " + nvr.Count(len(movies), "recording")},
	}
	err := m.derive(ctx, joined)
	return m.result.end("MP4", err)
}

const nameLayout = "20060102-150405"

// nameOf returns the name of a file for a window: its ends, or those of the
// content where it is open.
func nameOf(first, last time.Time, w archive.Span) string {
	first, last = ends(w, first, last)
	return first.Format(nameLayout) + "_" + last.Format(nameLayout)
}

// ends returns the ends of a window, or those of its content where it is open.
func ends(w archive.Span, first, last time.Time) (from, to time.Time) {
	if !w.From.IsZero() {
		first = w.From
	}
	if !w.To.IsZero() {
		last = w.To
	}
	return first, last
}

// Cut makes a clip of each of a camera's recordings that shows some of the
// window, in archive.CutTree: from the last key frame at or before w.From to
// the first at or after w.To. Together the clips show the whole window, so
// recordings inside it are copied whole.
//
// Even with an error the result holds what is finished. Errors of the disk are
// those of package archive.
func Cut(ctx context.Context, a *archive.Archive, c Camera, w archive.Span, p *Progress) (Result, error) {
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
			return m.result.end("MP4", err)
		}
	}
	return m.result.end("MP4", nil)
}

// within returns the ends of the window that fall inside a recording.
func within(f archive.Finished, w archive.Span) archive.Span {
	var in archive.Span
	if w.From.After(f.Start) {
		in.From = w.From
	}
	if !w.To.IsZero() && w.To.Before(f.End) {
		in.To = w.To
	}
	return in
}
