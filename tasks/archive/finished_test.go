package archive_test

import (
	"path/filepath"
	"slices"
	"testing"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
)

func TestFinished(t *testing.T) {
	a := open(t, t.TempDir())
	if all, err := a.Finished(); err != nil || len(all) != 0 {
		t.Errorf("Finished of nothing = %+v, %v", all, err)
	}
	b := footage(t, 0, simulator.H264)
	items := []archive.Item{shot(2, archive.MP4, len(b)), shot(0, archive.Both, len(b)), shot(1, archive.Raw, len(b))}
	items[0].Label, items[0].Camera = "=Depot", "'Gate'"
	items[1].Recording.Track = nvr.TrackOf(1, nvr.Sub)
	var files []archive.File
	for _, it := range items {
		files = append(files, commit(t, a, it, b))
	}
	of := a.FinishedOf(append(items, items[0], item(9, 0)))
	if len(of) != 3 {
		t.Fatalf("FinishedOf = %+v", of)
	}
	for n, f := range of {
		it := items[n]
		if f.Recorder != it.Recorder || f.Label != it.Label || f.Camera != it.Camera || f.Track != it.Recording.Track ||
			!f.Start.Equal(it.Recording.Start) || !f.End.Equal(it.Recording.End) || f.Path != files[n].Path || f.SHA256 != files[n].SHA256 || f.Bytes != files[n].Bytes {
			t.Errorf("FinishedOf = %+v of %+v", f, it)
		}
	}
	for range 2 {
		all, err := a.Finished()
		if err != nil || len(all) != 4 || all[0].Track != 102 || all[1].Track != 102 || all[2] != of[2] || all[3] != of[0] || !slices.Contains(all, of[1]) {
			t.Errorf("Finished = %+v, %v, FinishedOf = %+v", all, err, of)
		}
		a = reopen(t, a)
	}

	// A missing file, or one of another size, does not count.
	forget(t, a.Dir(), files[0].Path)
	put(t, filepath.Join(a.Dir(), files[2].Path), b[:1000])
	if all, err := a.Finished(); err != nil || len(all) != 2 || all[0].Track != 102 {
		t.Errorf("Finished = %+v, %v", all, err)
	}
	if of := a.FinishedOf(items); len(of) != 1 || of[0].Path != files[1].Path {
		t.Errorf("FinishedOf = %+v", of)
	}
}

// A manifest that cannot be written does not make any file unfinished.
func TestFinishedWithoutManifest(t *testing.T) {
	a := open(t, t.TempDir())
	unblock := blockManifest(t, a.Dir())
	f := commit(t, a, item(0, 0), movie(1, 1000))
	unblock()
	if all, err := a.Finished(); err != nil || len(all) != 1 || all[0].Path != f.Path {
		t.Errorf("Finished = %+v, %v", all, err)
	}
}
