package archive

import (
	"bytes"
	"cmp"
	"errors"
	"io/fs"
	"slices"
	"strconv"
	"time"

	"example.com/hikgrab/nvr"
)

// Finished is a finished file and what it shows: what is needed to make more of
// it. Times are the recorder's wall clock, carried in UTC.
type Finished struct {
	Recorder string // nvr.Address.String
	Label    string // the operator's name for the recorder
	Camera   string // the recorder's name for the camera
	Track    nvr.Track
	Start    time.Time // as the search announced it; of a clip, what it covers
	End      time.Time
	Begins   time.Time // of the first picture; zero where there are no pictures, or none were counted
	Path     string    // under the output directory, with slashes
	Bytes    int64
	SHA256   string // lower-case hex
}

// Finished returns every file of the manifest that is there with the size that
// the manifest says, sorted by recorder, track and time. What else is there is
// not looked at.
func (a *Archive) Finished() ([]Finished, error) {
	files, err := a.manifest.all()
	if err != nil {
		return nil, a.fail("read", manifestName, err)
	}
	all := make([]Finished, 0, len(files))
	for path, l := range files {
		if f := l.finished(path); a.present(entry{path: path, bytes: l.bytes}) {
			all = append(all, f)
		}
	}
	slices.SortFunc(all, func(f, g Finished) int {
		return cmp.Or(cmp.Compare(f.Recorder, g.Recorder), cmp.Compare(f.Track, g.Track), f.Start.Compare(g.Start), cmp.Compare(f.Path, g.Path))
	})
	return all, nil
}

// RawBesideMP4 returns how many recordings are there twice, as the recorder sent
// them and as MP4 or clip, and how many bytes the former take.
func (a *Archive) RawBesideMP4() (files int, bytes int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for id, e := range a.index.done {
		_, whole := a.index.done[movieOf(id.recording)]
		if id.format == Raw && (whole || len(a.index.clips[id.recording]) > 0) && a.present(e) {
			files++
			bytes += e.bytes
		}
	}
	return files, bytes
}

// FinishedOf returns the finished files of recordings, each file once, in the
// order of the items: the one that Stored names. Recordings without one are
// left out.
func (a *Archive) FinishedOf(items []Item) []Finished {
	var all []Finished
	seen := map[string]bool{}
	for _, it := range items {
		e, ok := a.serving(it)
		if !ok || seen[e.path] {
			continue
		}
		seen[e.path] = true
		f := Finished{
			Recorder: field(it.Recorder), Label: field(it.Label), Camera: field(it.Camera), Track: it.Recording.Track,
			Start: nvr.WallTime(it.Recording.Start).Truncate(time.Second), End: nvr.WallTime(it.Recording.End).Truncate(time.Second),
			Path: e.path, Bytes: e.bytes, SHA256: e.sum.String(),
		}
		if e.covers != nil {
			f.Start, f.End = e.covers.From, e.covers.To
		}
		if e.begins != 0 {
			f.Begins = milliWall(e.begins)
		}
		all = append(all, f)
	}
	return all
}

// finished returns what a line of the manifest says.
func (l listed) finished(path string) Finished {
	track, _ := strconv.Atoi(l.track) // 0 when somebody wrote something else
	return Finished{
		Recorder: uncell(l.recorder), Label: uncell(l.label), Camera: uncell(l.camera), Track: nvr.Track(track),
		Start: readWall(l.start), End: readWall(l.end), Begins: readWall(l.begins),
		Path: path, Bytes: l.bytes, SHA256: l.sum.String(),
	}
}

// all returns every line, those included that could not be written yet.
func (m *manifest) all() (map[string]listed, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	files := map[string]listed{}
	take := func(path string, l listed) { files[path] = l }
	f, err := m.root.OpenRead(manifestName)
	switch {
	case err == nil:
		_, err = readManifest(f, take)
		err = errors.Join(err, f.Close())
	case errors.Is(err, fs.ErrNotExist): // an operator moved it away
		err = nil
	}
	if err != nil {
		return nil, err
	}
	for line := range bytes.Lines(m.pending) {
		if path, l, ok := parseManifestLine(bytes.TrimSuffix(line, []byte{'\n'}), false); ok {
			take(path, l)
		}
	}
	return files, nil
}
