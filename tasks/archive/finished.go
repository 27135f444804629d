package archive

import (
	"cmp"
	"path/filepath"
	"slices"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/media/splice"
)

// Finished is a finished file and its content, as needed to make more from it.
// Times are the recorder's wall clock, carried in UTC.
type Finished struct {
	Recorder string // nvr.Address.String
	Label    string // the operator's name for the recorder
	Camera   string // the recorder's name for the camera
	Track    nvr.Track
	Start    time.Time // as the search announced it; of a clip, what it covers
	End      time.Time
	Begins   time.Time // of the first picture; zero if there are no pictures, or none were counted
	Path     string    // under the output directory, with slashes
	Bytes    int64
	SHA256   string // lower-case hex
}

func (r *record) finished() Finished {
	return Finished{
		Recorder: r.Recorder, Label: r.Label, Camera: r.Camera, Track: r.Track,
		Start: readWall(r.Start), End: readWall(r.End), Begins: readWall(r.Begins), Path: r.Path, Bytes: r.Bytes, SHA256: r.SHA256.String(),
	}
}

// Recording is the file of a recording that was finished once.
type Recording struct {
	Finished
	There bool // it exists unchanged; otherwise somebody moved, removed or changed it

	// The rest of its manifest line. The picture fields are empty if Frames is 0.
	Codec         string // "H.264" or "H.265" if the pictures were looked at
	Width, Height int
	FPS           float64
	Frames        int
	Duration      time.Duration // including gaps
	Attempts      int
	FinishedAt    time.Time
	Clock         Clock
	Kind          string
	Notes         string // separated by "; "
}

func (a *Archive) recording(r *record) Recording {
	return Recording{
		Finished: r.finished(), There: a.present(entryOf(r)),
		Codec: r.Codec, Width: r.Width, Height: r.Height, FPS: r.FPS, Frames: r.Frames,
		Duration: time.Duration(r.Seconds * float64(time.Second)), Attempts: r.Attempts, FinishedAt: r.At,
		Clock: r.Clock, Kind: r.Kind, Notes: uncell(r.notes()),
	}
}

// Recordings returns every recording file that the journal knows, sorted by
// recorder, track and time.
func (a *Archive) Recordings() ([]Recording, error) {
	var all []Recording
	err := a.eachDone(func(r record) {
		if r.Tree == "" {
			all = append(all, a.recording(&r))
		}
	})
	slices.SortFunc(all, func(f, g Recording) int {
		return cmp.Or(cmp.Compare(f.Recorder, g.Recorder), cmp.Compare(f.Track, g.Track), f.Start.Compare(g.Start), cmp.Compare(f.Path, g.Path))
	})
	return all, a.fail("read", journalName, err)
}

// Finished returns the Recordings that exist.
func (a *Archive) Finished() ([]Finished, error) {
	all, err := a.Recordings()
	var there []Finished
	for _, f := range There(all) {
		there = append(there, f.Finished)
	}
	return there, err
}

// There returns those of all that exist.
func There(all []Recording) []Recording {
	return slices.DeleteFunc(slices.Clone(all), func(f Recording) bool { return !f.There })
}

// RawBesideMP4 returns how many recordings exist twice, as the recorder sent
// them and as MP4 or clip, and how many bytes the raw files take.
func (a *Archive) RawBesideMP4() (files int, bytes int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for id, e := range a.index.done {
		_, whole := a.index.done[movieOf(id.recording)]
		if id.form == asSent && (whole || len(a.index.clips[id.recording]) > 0) && a.present(e) {
			files++
			bytes += e.bytes
		}
	}
	return files, bytes
}

// FinishedOf returns the finished files of recordings, each file once, in the
// order of the items: the one that Stored returns. It leaves out recordings
// without one.
func (a *Archive) FinishedOf(items []Item) []Finished {
	var all []Finished
	seen := map[string]bool{}
	for _, it := range items {
		e, ok := a.serving(it)
		if !ok || seen[e.path] {
			continue
		}
		seen[e.path] = true
		r := itemRecord(it)
		r.Path, r.Bytes, r.SHA256 = e.path, e.bytes, e.sum
		f := r.finished()
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

// Locate returns the absolute path of a finished file, for another program to
// read.
func (a *Archive) Locate(f Finished) (string, error) {
	src, err := a.root.OpenRead(f.Path) // no link leads out of the directory, and it is a plain file
	if err != nil {
		return "", a.fail("open", f.Path, err)
	}
	_ = src.Close() // nothing was read
	name, err := filepath.Abs(a.path(f.Path))
	return name, a.fail("open", f.Path, err)
}

// Piece returns a finished MP4 for package splice, which begins at start.
func (a *Archive) Piece(path string, start time.Time) splice.Piece {
	return splice.Piece{Name: path, Start: start, Open: func() (splice.Input, error) {
		f, err := a.root.OpenRead(path)
		if err != nil {
			return nil, a.fail("open", path, err)
		}
		return splice.FromFile(f)
	}}
}
