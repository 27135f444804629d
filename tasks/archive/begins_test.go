package archive_test

import (
	"bytes"
	"testing"

	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
)

// A first key frame without the time delays nothing.
func TestBeginsToldLater(t *testing.T) {
	for n := range 7 {
		a := open(t, t.TempDir())
		b := unmapped(n)
		it := shot(0, archive.MP4, len(b))
		f := commit(t, a, it, b)
		all := a.FinishedOf([]archive.Item{it})
		if len(f.Notes) != 0 || len(all) != 1 || !all[0].Begins.Equal(morning.Add(late)) {
			t.Errorf("without %d maps: %q, %+v", n, f.Notes, all)
		}
	}
}

// Every file with pictures says when they begin, even raw ones.
func TestBegins(t *testing.T) {
	a := open(t, t.TempDir())
	b := lateFootage(simulator.H264)
	raw := commit(t, a, shot(0, archive.Raw, len(b)), b)
	it := shot(0, archive.MP4, len(b))
	it.Recording.Track = 301
	whole := commit(t, a, it, b)
	blank := commit(t, a, item(5, 0), movie(1, 1000))
	want := map[string]string{raw.Path: "2026-11-03T08:15:00.400", whole.Path: "2026-11-03T08:15:00.400", blank.Path: ""}
	for _, row := range manifestRows(t, a.Dir())[1:] {
		if row[at("begins")] != want[row[at("path")]] {
			t.Errorf("%s begins at %q", row[at("path")], row[at("begins")])
		}
	}
	all, err := a.Finished()
	if err != nil || len(all) != 3 {
		t.Fatalf("Finished = %+v, %v", all, err)
	}
	for _, f := range all {
		if got := f.Begins; f.Path == blank.Path && !got.IsZero() || f.Path != blank.Path && !got.Equal(morning.Add(late)) {
			t.Errorf("%s begins at %v", f.Path, got)
		}
	}
}

// unmapped returns lateFootage without the maps that give the clock up to the
// n-th key frame.
func unmapped(n int) []byte {
	b, at := lateFootage(simulator.H264), 0
	for range n {
		at += bytes.Index(b[at:], []byte{0, 0, 1, 0xBC})
		b[at+3] = 0xBE // padding
	}
	return b
}
