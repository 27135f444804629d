package derive

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/media/mp4"
	"example.com/hikgrab/nvr/media/splice"
	"example.com/hikgrab/tasks/archive"
)

// deriver makes the files of one call of Join or Cut.
type deriver struct {
	archive  *archive.Archive
	camera   *Camera
	tree     archive.Tree
	window   archive.Span
	progress *Progress
	result   Result
}

// derivation is a file to make. It may become several.
type derivation struct {
	origin  archive.Origin
	dir     string // under the tree
	sources []archive.Finished
	name    func(first, last time.Time) string // returns the name for content from first to last
	notes   []string                           // for the manifest
}

// derive makes a file, unless an earlier run made it from the same sources.
func (m *deriver) derive(ctx context.Context, w derivation) error {
	old := m.archive.DerivedOf(m.tree, w.origin.Request)
	done := slices.DeleteFunc(slices.Clone(old), func(d archive.Derived) bool { return d.Origin.Sources != w.origin.Sources })
	if len(done) > 0 && len(done) == done[0].Origin.Of {
		m.result.Files = append(m.result.Files, done...)
		return nil
	}
	pieces := make([]splice.Piece, len(w.sources))
	for i, f := range w.sources {
		pieces[i] = m.archive.Piece(f.Path, begins(f))
	}
	files, left, err := splice.Plan(ctx, pieces, m.window)
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return fmt.Errorf("read the recordings of %s: %w", m.camera, err)
	}
	m.leaveOut(w.sources, left)
	if len(files) == 0 {
		return nil
	}
	name := w.name(wholeSpan(files))
	old = slices.DeleteFunc(old, func(d archive.Derived) bool { return d.Origin.Sources == w.origin.Sources })
	if m.outranked(files, old, path.Join(string(m.tree), w.dir, name)) {
		return nil
	}
	if len(left) > 0 {
		w.notes = append(w.notes, fmt.Sprintf("%d of them could not be used", len(left)))
	}
	return m.deriveAll(ctx, w, name, files, old)
}

// leaveOthersOut notes the files that are not MP4s.
func (m *deriver) leaveOthersOut(others []archive.Finished) {
	if m.camera.photos() {
		m.result.note(onlyPhotos)
		return
	}
	m.result.leaveOut(others, "no MP4")
}

// leaveOut notes the pieces that yield nothing, grouped by reason.
func (m *deriver) leaveOut(sources []archive.Finished, left []splice.LeftOut) {
	var reasons []string
	files := map[string][]archive.Finished{}
	for _, l := range left {
		why := l.Reason.Error()
		if files[why] == nil {
			reasons = append(reasons, why)
		}
		files[why] = append(files[why], sources[l.Piece])
	}
	for _, why := range reasons {
		m.result.leaveOut(files[why], why)
	}
}

// outranked reports whether older files have the name of the new ones and show
// more than the present recordings do.
func (m *deriver) outranked(files []splice.File, old []archive.Derived, name string) bool {
	if covers(files, old) || !slices.ContainsFunc(old, func(d archive.Derived) bool { return strings.HasPrefix(d.Path, name) }) {
		return false
	}
	m.result.Files = append(m.result.Files, old...)
	m.result.note("%s is kept as it is, because it shows more than the recordings that are there now; move it away to have it made again", old[0].Path)
	return true
}

// covers reports whether nothing is lost if files replace the old ones.
func covers(files []splice.File, old []archive.Derived) bool {
	frames := 0
	for _, f := range files {
		frames += f.Frames
	}
	first, last := wholeSpan(files)
	before := map[string]int{}
	for _, d := range old {
		before[d.Origin.Sources] += d.Frames
		if before[d.Origin.Sources] > frames || d.Start.Before(first) || d.End.After(last) {
			return false
		}
	}
	return true
}

// wholeSpan returns the time that files show, in whole seconds as in a
// manifest.
func wholeSpan(files []splice.File) (first, last time.Time) {
	first = files[0].Start.Truncate(time.Second)
	for _, f := range files {
		if end := f.End.Add(time.Second - 1).Truncate(time.Second); end.After(last) {
			last = end
		}
	}
	return first, last
}

func (m *deriver) deriveAll(ctx context.Context, w derivation, name string, files []splice.File, old []archive.Derived) error {
	for _, f := range files {
		m.progress.Total.Add(2 * f.Bytes) // each is read again, for its checksum
	}
	made := map[string]bool{}
	for i := range files {
		d, err := m.write(ctx, m.deriving(w, name, files, i))
		if err != nil {
			return err
		}
		made[d.Path] = true
		m.result.derived(d)
	}
	if !covers(files, old) {
		return nil
	}
	for _, d := range old {
		if made[d.Path] {
			continue
		}
		if err := m.archive.Withdraw(m.tree, d); err != nil {
			return err
		}
	}
	return nil
}

// whySeparate says why the file at i is separate from the one before it; for the
// first file, from the one after it.
func whySeparate(files []splice.File, i int) string {
	i = max(i, 1)
	before, f := &files[i-1], &files[i]
	switch {
	case before.Codec != f.Codec:
		return fmt.Sprintf("the codec changed from %s to %s", before.Codec, f.Codec)
	case before.Width != f.Width || before.Height != f.Height:
		return fmt.Sprintf("the picture size changed from %d×%d to %d×%d", before.Width, before.Height, f.Width, f.Height)
	case f.Start.Before(before.End):
		return "both show the same time, as when a clock is set back"
	case f.Start.Sub(before.End) > splice.GapLimit:
		return fmt.Sprintf("nothing was recorded for %s", f.Start.Sub(before.End).Round(time.Minute))
	}
	return "the format of picture or sound changed"
}

func (m *deriver) deriving(w derivation, name string, files []splice.File, i int) archive.Deriving {
	d := archive.Deriving{
		Tree: m.tree, Dir: w.dir, Name: name,
		Recorder: m.camera.Recorder, Label: m.camera.Label, Camera: m.camera.Name, Track: m.camera.Track,
		Shows: files[i], Notes: slices.Clone(w.notes), Origin: w.origin,
	}
	d.Origin.Number, d.Origin.Of = i+1, len(files)
	if gaps := files[i].GapCount; gaps > 0 {
		d.Notes = append(d.Notes, fmt.Sprintf("%s, %s in all", nvr.Count(gaps, "gap"), files[i].GapTime.Round(time.Second)))
	}
	if len(files) > 1 {
		d.Notes = append(d.Notes, fmt.Sprintf("file %d of %d: %s", i+1, len(files), whySeparate(files, i)))
	}
	return d
}

func (m *deriver) write(ctx context.Context, what archive.Deriving) (archive.Derived, error) {
	var copying error
	d, err := m.archive.Derive(ctx, what, func(dst io.WriteSeeker) error {
		copying = splice.Write(ctx, dst, what.Shows, &m.progress.Done)
		return copying
	}, &m.progress.Done)
	_, refused := errors.AsType[*mp4.Refusal](copying)
	switch {
	case err == nil:
		m.progress.Total.Add(d.Bytes - what.Shows.Bytes)
		return d, nil
	case ctx.Err() != nil:
		return d, context.Cause(ctx)
	case refused || errors.Is(copying, splice.ErrChanged): // not the disk's fault
		return d, fmt.Errorf("make %s: %w", path.Join(string(what.Tree), what.Dir, what.Name+".mp4"), copying)
	}
	return d, err
}
