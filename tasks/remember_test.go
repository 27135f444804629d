package tasks

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/hikgrab/tasks/archive"
)

var noon = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

// minutes are what is known of an hour, minute by minute: "" was not asked for,
// "-" is not missing, anything else is why it is.
type minutes [60]string

// known returns the same as in the journal.
func (m minutes) known() archive.Coverage {
	var c archive.Coverage
	for i, why := range m {
		from := noon.Add(time.Duration(i) * time.Minute)
		to := from.Add(time.Minute)
		if why == "" {
			continue
		}
		c.Asked = append(c.Asked, Span{From: from, To: to})
		if why != "-" {
			c.Missing = append(c.Missing, archive.Absence{From: from, To: to, Why: why})
		}
	}
	c.Asked, c.Missing = union(c.Asked), inOrder(c.Missing)
	return c
}

// TestALaterRunKnowsMore checks that what a run learned counts, and that what
// it could not learn leaves what was known.
func TestALaterRunKnowsMore(t *testing.T) {
	word := rapid.SampledFrom([]string{"", "-", WhyUnknown, WhyLost, WhyToFetch})
	draw := func(t *rapid.T, name string) (m minutes) {
		for i := 0; i < len(m); {
			w, n := word.Draw(t, name), rapid.IntRange(1, 20).Draw(t, "long")
			for ; n > 0 && i < len(m); n-- {
				m[i] = w
				i++
			}
		}
		return m
	}
	rapid.Check(t, func(t *rapid.T) {
		old, run := draw(t, "old"), draw(t, "run")
		want := old
		for i, why := range run {
			if why != "" && (why != WhyUnknown || old[i] == "") {
				want[i] = why
			}
		}
		got, wanted := extend(old.known(), run.known()), want.known()
		if !slices.Equal(got.Asked, wanted.Asked) || !slices.Equal(got.Missing, wanted.Missing) {
			t.Fatalf("old %v\nrun %v\ngot  %+v\nwant %+v", old, run, got, wanted)
		}
	})
}

func TestNoteCoverage(t *testing.T) {
	dir := t.TempDir()
	a, err := archive.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	at := func(n int) time.Time { return noon.Add(time.Duration(n) * time.Minute) }
	busy, short := Failure{Kind: "busy", What: "it is busy", Remedy: "ask-less"}, Failure{Kind: "short", What: "too short"}
	c := Coverage{
		Recorder: RecorderView{Address: "10.0.0.5"}, Camera: CameraView{Channel: 1, Stream: 1, Failure: busy},
		Stretches: []Stretch{
			{Span{From: at(0), To: at(10)}, OnDisk},
			{Span{From: at(10), To: at(30)}, Lost},
			{Span{From: at(30), To: at(40)}, NotRecorded},
			{Span{From: at(40), To: at(50)}, Coming},
			{Span{From: at(50), To: at(60)}, Unknown},
		},
		Lost: []Loss{{Span{From: at(5), To: at(20)}, busy}, {Span{From: at(20), To: at(25)}, short}},
	}
	everything := Coverage{Recorder: c.Recorder, Camera: CameraView{Channel: 2, Stream: 1}, Stretches: []Stretch{{Span{From: oldest, To: noon}, Unknown}}}
	if err := NoteCoverage(a, []Coverage{c, everything, {Recorder: c.Recorder, Camera: c.Camera, Earlier: true}}); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if a, err = archive.Open(dir, nil); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := a.Close(); err != nil {
			t.Error(err)
		}
	}()
	want := archive.Coverage{
		Asked: []Span{{From: at(0), To: at(60)}},
		Missing: []archive.Absence{
			{From: at(10), To: at(20), Why: WhyLost, Cause: 1},
			{From: at(20), To: at(25), Why: WhyLost, Cause: 2},
			{From: at(25), To: at(30), Why: WhyLost, Cause: 1}, // of the camera
			{From: at(40), To: at(50), Why: WhyToFetch},
			{From: at(50), To: at(60), Why: WhyUnknown, Cause: 1},
		},
		Causes: []archive.Cause{{Kind: "busy", What: "it is busy", Remedy: "ask-less"}, {Kind: "short", What: "too short"}},
	}
	if got := a.CoverageOf(c.Key()); !reflect.DeepEqual(got, want) {
		t.Errorf("the journal has\n%+v, want\n%+v", got, want)
	}
	if got := a.CoverageOf(everything.Key()); len(got.Asked) > 0 {
		t.Errorf("who asks for everything misses %+v", got)
	}
}
