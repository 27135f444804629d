package archive_test

import (
	"slices"
	"testing"
	"time"

	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
)

func TestClip(t *testing.T) {
	for _, codec := range []simulator.Codec{simulator.H264, simulator.H265} {
		a := open(t, t.TempDir())
		b := lateFootage(codec)
		it := clipped(archive.MP4, len(b), 5, 9)
		f := commit(t, a, it, b)
		wantMovie(t, a, f)
		const name = "10.20.0.11/ch02/2026-11-03/20261103-081505_20261103-081509.mp4"
		if f.Path != name || f.Fetched != int64(len(b)) || len(f.Notes) != 0 {
			t.Errorf("File = %+v", f)
		}
		if files := tree(t, a.Dir()); len(files) != 1 || parts(t, a.Dir()) != 0 {
			t.Errorf("%v and %d parts are there", files, parts(t, a.Dir()))
		}
		// From the key frame at 4.4 s to the one at 9.4 s.
		if n := framesIn(t, a, f); n != 125 {
			t.Errorf("%d pictures", n)
		}
		row := manifestRows(t, a.Dir())[1]
		want := []string{codecName(codec), "320", "180", "25", "125", "5", "1"}
		if got := row[at("codec") : at("attempts")+1]; !slices.Equal(got, want) {
			t.Errorf("the manifest has %q, want %q", got, want)
		}
		if row[at("start")] != "2026-11-03T08:15:04" || row[at("end")] != "2026-11-03T08:15:10" || row[at("begins")] != "2026-11-03T08:15:04.400" ||
			row[at("notes")] != "cut for 2026-11-03T08:15:05 to 2026-11-03T08:15:09" {
			t.Errorf("the manifest says %q", row)
		}
		for range 2 {
			wantServed(t, a, f, len(b))
			a = reopen(t, a)
		}
	}
}

// Pictures beyond the announced end are in a range that goes on.
func TestClipGoesOnWithTheRange(t *testing.T) {
	b := lateFootage(simulator.H264)
	for name, tt := range map[string]struct {
		from, to, frames int
	}{
		"to the end":     {5, 99, 400}, // from 4.4 s to 20.4 s
		"from the start": {-9, 5, 125}, // from 0.4 s to 5.4 s
		"inside":         {5, 12, 200},
	} {
		a := open(t, t.TempDir())
		it := clipped(archive.MP4, len(b), tt.from, tt.to)
		it.Recording.Start = it.Recording.Start.Add(time.Second) // the pictures begin earlier
		it.Recording.End = it.Recording.Start.Add(12 * time.Second)
		f := commit(t, a, it, b)
		if n := framesIn(t, a, f); n != tt.frames {
			t.Errorf("%s: %d pictures, want %d", name, n, tt.frames)
		}
	}
}

// wantServed checks which requests the clip from 5 to 9 s serves.
func wantServed(t *testing.T, a *archive.Archive, f archive.File, size int) {
	t.Helper()
	for _, tt := range []struct {
		it   archive.Item
		want bool
	}{
		{clipped(archive.MP4, size, 5, 9), true},
		{clipped(archive.MP4, size, 6, 7), true}, // lies within
		{clipped(archive.MP4, size, 5, 10), false},
		{clipped(archive.MP4, size, 3, 9), false},
		{clipped(archive.Both, size, 5, 9), false}, // there is no raw file
		{clipped(archive.Raw, size, 5, 9), false},  // raw files are whole
		{shot(0, archive.MP4, size), false},
		{clipped(archive.MP4, size, -100, 100), false}, // so is this
	} {
		s, ok := a.Stored(tt.it)
		if ok != tt.want || ok && (s.Path != f.Path || s.SHA256 != f.SHA256 || s.Fetched != f.Fetched) {
			t.Errorf("Stored = %+v, %v for %v of %v", s, ok, tt.it.Format, tt.it.Clip)
		}
	}
	narrow := a.FinishedOf([]archive.Item{clipped(archive.MP4, size, 6, 7), clipped(archive.MP4, size, 5, 9), shot(0, archive.MP4, size)})
	all, err := a.Finished()
	if err != nil || !slices.Equal(narrow, all) || len(all) != 1 {
		t.Errorf("Finished = %+v, %v, FinishedOf = %+v", all, err, narrow)
	}
}
