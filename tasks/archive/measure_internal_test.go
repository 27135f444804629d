package archive

import (
	"strings"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/media"
)

func TestFirstPicture(t *testing.T) {
	start := someDay
	rec := nvr.Recording{Start: start, End: start.Add(time.Hour)}
	at := func(d time.Duration) time.Time { return start.Add(d) }
	// An hour with a key frame every two seconds, with the clock given at once.
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

func TestCompareSpan(t *testing.T) {
	rec := nvr.Recording{Start: someDay, End: someDay.Add(15 * time.Minute)}
	report := func(late, early time.Duration) media.Report {
		return media.Report{
			Frames: 1, KeyInterval: 4 * time.Second, Duration: 15*time.Minute - late - early,
			FirstWall: rec.Start.Add(late), WallEnd: rec.End.Add(-early),
		}
	}
	shift := func(m media.Report, by time.Duration) media.Report {
		m.FirstWall, m.WallEnd = m.FirstWall.Add(by), m.WallEnd.Add(by)
		return m
	}
	told := func(m media.Report, by time.Duration) media.Report { // by a later key frame
		m.FirstWall, m.FirstWallAt = m.FirstWall.Add(by), by
		return m
	}
	for name, tt := range map[string]struct {
		m    media.Report
		want string
		cut  bool
	}{
		"exact":                   {report(0, 0), "", false},
		"within a key interval":   {report(3*time.Second, 3*time.Second), "", false},
		"longer than announced":   {report(-time.Minute, -time.Minute), "", false},
		"cut":                     {report(0, time.Minute), "end 1m0s earlier", true},
		"begins late":             {report(time.Minute, 0), "begin 1m0s later", false},
		"begins late, ends early": {report(time.Minute, 3*time.Minute), "end 3m0s earlier", false},
		"told late":               {told(report(0, 0), time.Minute), "", false},
		"told late, cut":          {told(report(0, time.Minute), time.Minute), "end 1m0s earlier", true},
		"another zone":            {shift(report(0, 0), -5*time.Hour-30*time.Minute), "", false},
		"another zone, cut":       {shift(report(0, time.Minute), -8*time.Hour), "end 1m0s earlier", true},
		"clock set wrong":         {shift(report(0, 0), 1234567*time.Second), "", false},
		"no clock":                {media.Report{Frames: 1, Duration: 15 * time.Minute}, "", false},
		"no clock, short":         {media.Report{Frames: 1, Duration: 10 * time.Minute}, "last 10m0s of 15m0s", false},
		"nothing that was seen":   {media.Report{}, "", false},
	} {
		t.Run(name, func(t *testing.T) {
			notes, cut := compareSpan(rec, &tt.m)
			if got := strings.Join(notes, "; "); cut != tt.cut || (tt.want == "") != (got == "") || !strings.Contains(got, tt.want) {
				t.Errorf("%q, %v, want %q, %v", got, cut, tt.want, tt.cut)
			}
		})
	}
}
