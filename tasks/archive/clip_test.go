package archive

import (
	"slices"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
)

func TestClip(t *testing.T) {
	for _, codec := range []simulator.Codec{simulator.H264, simulator.H265} {
		a := open(t, t.TempDir())
		b := lateFootage(t, codec)
		it := clipped(MP4, len(b), 5, 9)
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

// What is shown beyond the announced end lies in a range that goes on.
func TestClipGoesOnWithTheRange(t *testing.T) {
	b := lateFootage(t, simulator.H264)
	for name, tt := range map[string]struct {
		from, to, frames int
	}{
		"to the end":     {5, 99, 400}, // from 4.4 s to 20.4 s
		"from the start": {-9, 5, 125}, // from 0.4 s to 5.4 s
		"inside":         {5, 12, 200},
	} {
		a := open(t, t.TempDir())
		it := clipped(MP4, len(b), tt.from, tt.to)
		it.Recording.Start = it.Recording.Start.Add(time.Second) // the pictures begin earlier
		it.Recording.End = it.Recording.Start.Add(12 * time.Second)
		f := commit(t, a, it, b)
		if n := framesIn(t, a, f); n != tt.frames {
			t.Errorf("%s: %d pictures, want %d", name, n, tt.frames)
		}
	}
}

// Open ends, and ends beyond the recording, are those of the recording.
func TestClipEnds(t *testing.T) {
	start, end := morning, morning.Add(shots)
	second := func(n int) time.Time { return morning.Add(time.Duration(n) * time.Second) }
	for name, tt := range map[string]struct {
		span Span
		want Span // zero for the whole
	}{
		"nothing asked":     {},
		"inside":            {Span{second(3), second(4)}, Span{second(3), second(4)}},
		"open end":          {Span{From: second(3)}, Span{second(3), end}},
		"open start":        {Span{To: second(3)}, Span{start, second(3)}},
		"beyond the end":    {Span{second(3), second(99)}, Span{second(3), end}},
		"before the start":  {Span{second(-9), second(3)}, Span{start, second(3)}},
		"exactly all of it": {Span{start, end}, Span{}},
		"more than all":     {Span{second(-1), second(21)}, Span{}},
		"beside it":         {Span{second(30), second(40)}, Span{}},
		"turned round":      {Span{second(9), second(3)}, Span{}},
		"another zone":      {Span{time.Date(2026, 11, 3, 8, 15, 3, 0, time.FixedZone("", 3600)), second(4)}, Span{second(3), second(4)}},
	} {
		it := shot(0, MP4, 0)
		it.Clip = tt.span
		got := it.clip()
		if tt.want == (Span{}) {
			if got != (clip{}) || it.span() != (Span{start, end}) {
				t.Errorf("%s: %v", name, got.span())
			}
			continue
		}
		if got.span() != tt.want || it.span() != tt.want {
			t.Errorf("%s: %v, want %v", name, got.span(), tt.want)
		}
		var back clip
		if err := back.UnmarshalText([]byte(got.String())); err != nil || back != got {
			t.Errorf("%s: %v reads %v, %v", name, got, back, err)
		}
		it.Recording.Track = nvr.TrackOf(2, nvr.Photo)
		if it.clip() != (clip{}) {
			t.Errorf("%s: a photo is cut", name)
		}
	}
	for _, text := range []string{"", "1", "_", "1_", "a_b", "1_2_3"} {
		if err := new(clip).UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is a clip", text)
		}
	}
}
