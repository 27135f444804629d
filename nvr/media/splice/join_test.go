package splice_test

import (
	"errors"
	"testing"
	"time"

	"example.com/hikgrab/nvr/media/splice"
)

// TestJoin joins files of one camera. The pictures of plain.h264 and plain.h265
// come in groups of 12, those of bframes.h264 in groups of 25.
func TestJoin(t *testing.T) {
	t.Parallel()
	gap := func(frame int, d time.Duration) func(int, int64) int64 {
		return func(i int, t int64) int64 {
			if i >= frame {
				t += int64(d.Seconds() * clock)
			}
			return t
		}
	}
	for _, c := range []struct {
		name  string
		lens  lens
		files []span
		want  []span // one file: runs without a gap
		gaps  int
		left  int
	}{
		{name: "one", lens: lens{source: "plain.h264"}, files: []span{{0, 48}}, want: []span{{0, 48}}},
		{name: "two", lens: lens{source: "plain.h264"}, files: []span{{0, 24}, {24, 48}}, want: []span{{0, 48}}},
		{name: "h265 alaw", lens: lens{source: "plain.h265", frames: 144, sound: "alaw"}, files: []span{{0, 24}, {24, 96}, {96, 144}}, want: []span{{0, 144}}},
		{name: "h264 mp2", lens: lens{source: "plain.h264", frames: 144, sound: "mp2"}, files: []span{{0, 24}, {24, 96}, {96, 144}}, want: []span{{0, 144}}},
		{name: "h264 aac", lens: lens{source: "plain.h264", frames: 144, sound: "aac"}, files: []span{{0, 24}, {24, 96}, {96, 144}}, want: []span{{0, 144}}},
		{name: "not in order", lens: lens{source: "plain.h264", sound: "alaw"}, files: []span{{36, 48}, {0, 24}, {24, 36}}, want: []span{{0, 48}}},
		{name: "B-frames", lens: lens{source: "bframes.h264", frames: 100, reorder: true, sound: "alaw"}, files: []span{{0, 25}, {25, 75}, {75, 100}}, want: []span{{0, 100}}},
		{name: "they overlap", lens: lens{source: "plain.h264", frames: 144, sound: "alaw"}, files: []span{{0, 60}, {48, 120}, {96, 144}}, want: []span{{0, 144}}},
		{name: "they overlap with AAC", lens: lens{source: "plain.h264", frames: 144, sound: "aac"}, files: []span{{0, 60}, {48, 120}, {96, 144}}, want: []span{{0, 144}}},
		{name: "they overlap with B-frames", lens: lens{source: "bframes.h264", frames: 100, reorder: true}, files: []span{{0, 59}, {25, 82}, {75, 100}}, want: []span{{0, 100}}},
		{name: "three overlap", lens: lens{source: "plain.h264", frames: 144, sound: "alaw"}, files: []span{{0, 96}, {48, 120}, {84, 144}}, want: []span{{0, 144}}},
		{name: "one within another", lens: lens{source: "plain.h264", frames: 144, sound: "alaw"}, files: []span{{0, 96}, {48, 84}, {96, 144}}, want: []span{{0, 144}}, left: 1},
		{name: "the same twice", lens: lens{source: "plain.h264", frames: 144, sound: "alaw"}, files: []span{{0, 96}, {0, 96}, {96, 144}}, want: []span{{0, 144}}, left: 1},
		{name: "the same beginning", lens: lens{source: "plain.h264", frames: 144, sound: "alaw"}, files: []span{{0, 96}, {0, 120}, {96, 144}}, want: []span{{0, 144}}, left: 1},
		{name: "gap between files", lens: lens{source: "plain.h264", frames: 144, sound: "alaw", at: gap(48, time.Minute)}, files: []span{{0, 48}, {48, 144}}, want: []span{{0, 48}, {48, 144}}, gaps: 1},
		{name: "gap within a file", lens: lens{source: "plain.h265", frames: 144, sound: "alaw", at: gap(72, time.Minute)}, files: []span{{0, 48}, {48, 144}}, want: []span{{0, 144}}, gaps: 1},
		{name: "a file is missing", lens: lens{source: "plain.h264", frames: 240, sound: "alaw"}, files: []span{{0, 48}, {144, 240}}, want: []span{{0, 48}, {144, 240}}, gaps: 1},
		{name: "gap of eleven hours", lens: lens{source: "plain.h264", frames: 96, at: gap(48, 11*time.Hour)}, files: []span{{0, 48}, {48, 96}}, want: []span{{0, 48}, {48, 96}}, gaps: 1},
		{name: "variable rate", lens: lens{source: "plain.h264", frames: 144, at: func(i int, t int64) int64 { return t + int64(i*i%7)*313 }}, files: []span{{0, 48}, {48, 144}}, want: []span{{0, 144}}},
		{name: "30 pictures a second", lens: lens{source: "plain.h264", frames: 144, step: 3003, sound: "alaw"}, files: []span{{0, 48}, {48, 144}}, want: []span{{0, 144}}},
		{name: "a file begins with pictures that need another", lens: lens{source: "plain.h264", frames: 144}, files: []span{{0, 48}, {45, 144}}, want: []span{{0, 144}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cam := see(t, c.lens)
			list, left := splices(t, cam.files(t, c.files...), splice.Span{})
			if len(list) != 1 || len(left) != c.left {
				t.Fatalf("%d files, left out: %v", len(list), left)
			}
			for _, l := range left {
				if !errors.Is(l.Reason, splice.ErrCovered) {
					t.Errorf("piece %d: %v", l.Piece, l.Reason)
				}
			}
			f := list[0]
			cam.shows(t, f, c.want...)
			if f.plan.GapCount != c.gaps || f.plan.GapTime > 0 != (c.gaps > 0) {
				t.Errorf("%d gaps of %v, want %d", f.plan.GapCount, f.plan.GapTime, c.gaps)
			}
			if len(f.plan.Parts)+c.left != len(c.files) {
				t.Errorf("%d parts of %d pieces", len(f.plan.Parts), len(c.files))
			}
		})
	}
}
