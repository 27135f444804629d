package splice_test

import (
	"errors"
	"testing"
	"time"

	"example.com/hikgrab/nvr/media/splice"
)

// TestCut cuts at key frames. The pictures of plain.h264 come in groups of 12,
// 40 ms apart: key frames at 0, 480 ms, 960 ms and so on.
func TestCut(t *testing.T) {
	t.Parallel()
	const ms = time.Millisecond
	plain := lens{source: "plain.h264", frames: 150, sound: "alaw"}
	ordered := lens{source: "bframes.h264", frames: 150, reorder: true, sound: "alaw"}
	never := time.Duration(-1 << 62)
	for _, c := range []struct {
		name     string
		lens     lens
		files    []span
		from, to time.Duration
		want     []span // empty: nothing
		overlap  bool   // one file may contribute nothing
	}{
		{"open", plain, []span{{0, 150}}, never, never, []span{{0, 150}}, false},
		{"all", plain, []span{{0, 150}}, 0, 6 * time.Second, []span{{0, 150}}, false},
		{"more than all", plain, []span{{0, 150}}, -time.Hour, time.Hour, []span{{0, 150}}, false},
		{"head, on a key frame", plain, []span{{0, 150}}, 480 * ms, never, []span{{12, 150}}, false},
		{"head, just before a key frame", plain, []span{{0, 150}}, 480*ms - 1, never, []span{{0, 150}}, false},
		{"head, behind a key frame", plain, []span{{0, 150}}, 481 * ms, never, []span{{12, 150}}, false},
		{"head, the last group", plain, []span{{0, 150}}, 5999 * ms, never, []span{{144, 150}}, false},
		{"tail, on a key frame", plain, []span{{0, 150}}, never, 480 * ms, []span{{0, 12}}, false},
		{"tail, just behind a key frame", plain, []span{{0, 150}}, never, 480*ms + 1, []span{{0, 24}}, false},
		{"tail, before a key frame", plain, []span{{0, 150}}, never, 479 * ms, []span{{0, 12}}, false},
		{"tail, in the last group", plain, []span{{0, 150}}, never, 5800 * ms, []span{{0, 150}}, false},
		{"one group", plain, []span{{0, 150}}, 490 * ms, 491 * ms, []span{{12, 24}}, false},
		{"the first moment", plain, []span{{0, 150}}, -time.Hour, 1, []span{{0, 12}}, false},
		{"before all", plain, []span{{0, 150}}, -time.Hour, 0, nil, false},
		{"behind all", plain, []span{{0, 150}}, 6 * time.Second, never, nil, false},
		{"no time at all", plain, []span{{0, 150}}, time.Second, time.Second, nil, false},
		{"the wrong way round", plain, []span{{0, 150}}, 2 * time.Second, time.Second, nil, false},
		{"across files", plain, []span{{0, 48}, {48, 96}, {96, 150}}, time.Second, 5 * time.Second, []span{{24, 132}}, false},
		{"one file of three", plain, []span{{0, 48}, {48, 96}, {96, 150}}, 2000 * ms, 3840 * ms, []span{{48, 96}}, false},
		{"in a gap between files", plain, []span{{0, 48}, {96, 150}}, 2000 * ms, 3000 * ms, nil, false},
		{"from a gap between files", plain, []span{{0, 48}, {96, 150}}, 2000 * ms, 4000 * ms, []span{{96, 108}}, false},
		{"from where files overlap", plain, []span{{0, 60}, {48, 150}}, 2100 * ms, 4000 * ms, []span{{48, 108}}, true},
		{"to where files overlap", plain, []span{{0, 60}, {48, 150}}, 500 * ms, 2100 * ms, []span{{12, 60}}, true},
		{"nothing but what needs pictures from before", plain, []span{{5, 150}}, never, 300 * ms, nil, false},
		{"B-frames", ordered, []span{{0, 150}}, 1500 * ms, 3500 * ms, []span{{25, 100}}, false},
		{"B-frames across files", ordered, []span{{0, 75}, {75, 150}}, 1500 * ms, 3500 * ms, []span{{25, 100}}, false},
		{"h265 aac", lens{source: "plain.h265", frames: 150, sound: "aac"}, []span{{0, 150}}, 500 * ms, 3500 * ms, []span{{12, 96}}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cam := see(t, c.lens)
			var w splice.Span
			if c.from != never {
				w.From = noon.Add(c.from)
			}
			if c.to != never {
				w.To = noon.Add(c.to)
			}
			list, left := splices(t, cam.files(t, c.files...), w)
			for _, l := range left {
				if !c.overlap || !errors.Is(l.Reason, splice.ErrCovered) {
					t.Errorf("left out: %v", left)
				}
			}
			if len(c.want) == 0 && len(list) == 0 {
				return
			}
			if len(list) != 1 || len(c.want) == 0 {
				t.Fatalf("%d files", len(list))
			}
			cam.shows(t, list[0], c.want...)
			for _, p := range list[0].plan.Parts {
				if all := c.files[p.Piece]; p.Whole != (p.Frames == all.last-all.first) {
					t.Errorf("%d pictures of %d, whole: %v", p.Frames, all.last-all.first, p.Whole)
				}
			}
			first := cam.pictures[c.want[0].first].shown
			if got := ticksOf(list[0].plan.Start); got != first {
				t.Errorf("begins at %d, want %d", got, first)
			}
		})
	}
}
