package archive

import (
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/media"
	"example.com/hikgrab/nvr/simulator"
)

func TestFirstPicture(t *testing.T) {
	start := morning
	rec := nvr.Recording{Start: start, End: start.Add(time.Hour)}
	at := func(d time.Duration) time.Time { return start.Add(d) }
	// An hour with a key frame every two seconds, whose clock is told at once.
	report := func(first time.Time) media.Report {
		return media.Report{
			Frames: 90_000, KeyFrames: 1800, KeyInterval: 2 * time.Second, Duration: time.Hour,
			FirstWall: first, LastWall: first.Add(time.Hour - 2*time.Second), WallEnd: first.Add(time.Hour),
		}
	}
	later := func(r media.Report, by time.Duration) media.Report {
		r.FirstWall, r.FirstWallAt = r.FirstWall.Add(by), by
		return r
	}
	drifting := report(at(300 * time.Millisecond))
	drifting.WallEnd = drifting.WallEnd.Add(-700 * time.Millisecond)
	jumping := later(report(at(300*time.Millisecond)), 4*time.Second)
	jumping.Problems = []media.Problem{{Kind: media.WallJumps, Count: 1}}
	jumping.WallEnd = jumping.WallEnd.Add(time.Hour)
	silent := report(time.Time{})
	silent.FirstWall, silent.LastWall, silent.WallEnd = time.Time{}, time.Time{}, time.Time{}
	for name, tt := range map[string]struct {
		report media.Report
		want   time.Time
	}{
		"no pictures":                      {media.Report{}, time.Time{}},
		"no clock in the stream":           {silent, at(0)},
		"as the search says":               {report(at(0)), at(0)},
		"a little later":                   {report(at(1234 * time.Millisecond)), at(1234 * time.Millisecond)},
		"a little earlier":                 {report(at(-700 * time.Millisecond)), at(-700 * time.Millisecond)},
		"in UTC":                           {report(at(-8*time.Hour + 300*time.Millisecond)), at(300 * time.Millisecond)},
		"in a zone of quarters":            {report(at(5*time.Hour + 45*time.Minute - time.Second)), at(-time.Second)},
		"a minute away":                    {report(at(time.Minute)), at(time.Minute)},
		"another clock":                    {report(at(7 * time.Minute)), at(0)},
		"a clock that was never set":       {report(time.Date(1970, 1, 1, 0, 3, 0, 0, time.UTC)), at(0)},
		"told by the third key frame":      {later(report(at(500*time.Millisecond)), 4*time.Second), at(500 * time.Millisecond)},
		"clocks that drift":                {drifting, at(300 * time.Millisecond)},
		"told by the second key frame":     {later(drifting, 2*time.Second), at(300 * time.Millisecond)},
		"told later, and the clock is set": {jumping, at(300 * time.Millisecond)},
	} {
		if got := firstPicture(rec, &tt.report); !got.Equal(tt.want) {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
	rec.Start = time.Date(2026, 11, 3, 8, 15, 0, 0, time.FixedZone("", -3600)) // the digits count
	r := report(at(time.Second))
	if got := firstPicture(rec, &r); !got.Equal(at(time.Second)) {
		t.Errorf("with a zone: %v", got)
	}
}

// A first key frame that does not tell the time delays nothing.
func TestBeginsToldLater(t *testing.T) {
	for n := range 7 {
		a := open(t, t.TempDir())
		b := unmapped(t, n)
		it := shot(0, MP4, len(b))
		f := commit(t, a, it, b)
		all := a.FinishedOf([]Item{it})
		if len(f.Notes) != 0 || len(all) != 1 || !all[0].Begins.Equal(morning.Add(late)) {
			t.Errorf("without %d maps: %q, %+v", n, f.Notes, all)
		}
	}
}

// Every file with pictures says when they begin, raw ones too.
func TestBegins(t *testing.T) {
	a := open(t, t.TempDir())
	b := lateFootage(t, simulator.H264)
	raw := commit(t, a, shot(0, Raw, len(b)), b)
	it := shot(0, MP4, len(b))
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
