package tasks

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/hikgrab/nvr"
)

func TestCoverageOf(t *testing.T) {
	day := time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)
	at := func(minutes int) time.Time { return day.Add(time.Duration(minutes) * time.Minute) }
	d := CameraDetail{
		Periods: []Span{{at(60), at(120)}, {at(180), at(240)}},
		Recordings: []RecordingView{
			{Start: at(50), End: at(70), State: RecordingDone},
			{Start: at(70).Add(time.Second), End: at(80), State: RecordingDone}, // a second is no gap
			{Start: at(80), End: at(90), State: RecordingFailed},
			{Start: at(100), End: at(110), State: RecordingDone},
			{Start: at(105), End: at(120), State: RecordingDone},
			{Start: at(190), End: at(200), State: RecordingWaiting},
		},
	}
	c := CoverageOf(d, at(210))
	if c.AskedTime != 90*time.Minute || c.RecordedTime != 70*time.Minute-time.Second-10*time.Minute || c.OnDiskTime != 40*time.Minute-time.Second {
		t.Errorf("%v asked, %v recorded, %v on disk", c.AskedTime, c.RecordedTime, c.OnDiskTime)
	}
	if !c.First.Equal(at(50)) || !c.Last.Equal(at(120)) {
		t.Errorf("from %v to %v", c.First, c.Last)
	}
	want := []CoverageGap{
		{Span{at(80), at(90)}, true},
		{Span{at(90), at(100)}, false},
		{Span{at(180), at(190)}, false},
		{Span{at(190), at(200)}, true},
		{Span{at(200), at(210)}, false},
	}
	if !slices.Equal(c.Gaps, want) {
		t.Errorf("gaps %v, want %v", c.Gaps, want)
	}
	if c := CoverageOf(d, time.Time{}); c.AskedTime != 2*time.Hour {
		t.Errorf("%v asked in all", c.AskedTime)
	}
}

// Whatever is asked and recorded, what is on disk and the gaps make up the whole.
func TestCoverageAddsUp(t *testing.T) {
	spans := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Span {
		from := time.Unix(int64(rapid.IntRange(0, 200).Draw(t, "from"))*3, 0)
		return Span{from, from.Add(time.Duration(rapid.IntRange(-1, 20).Draw(t, "length")) * 3 * time.Second)}
	}), 0, 8)
	rapid.Check(t, func(t *rapid.T) {
		d := CameraDetail{Periods: spans.Draw(t, "asked")}
		for _, s := range spans.Draw(t, "recorded") {
			state := RecordingState(rapid.IntRange(0, 4).Draw(t, "state"))
			d.Recordings = append(d.Recordings, RecordingView{Start: s.From, End: s.To, State: state})
		}
		c := CoverageOf(d, time.Time{})
		var missing, lost time.Duration
		for i, g := range c.Gaps {
			missing += g.To.Sub(g.From)
			if g.Recorded {
				lost += g.To.Sub(g.From)
			}
			if i > 0 && g.From.Before(c.Gaps[i-1].To) {
				t.Fatalf("gaps %v", c.Gaps)
			}
		}
		if c.OnDiskTime+missing != c.AskedTime || c.OnDiskTime+lost != c.RecordedTime {
			t.Fatalf("%v asked, %v recorded, %v on disk, %v missing, %v of it recorded", c.AskedTime, c.RecordedTime, c.OnDiskTime, missing, lost)
		}
	})
}

func TestTaskOf(t *testing.T) {
	at := func(address string, channel int, s nvr.Stream) Coverage {
		return Coverage{Recorder: RecorderView{Address: address}, Camera: CameraView{Channel: channel, Stream: s}}
	}
	all := []Coverage{at("10.0.0.5", 1, nvr.Main), at("10.0.0.5", 2, nvr.Main), at("10.0.0.5", 2, nvr.Sub), at("10.0.0.6", 0, 0)}
	address := nvr.Address{Host: "10.0.0.5", Port: 80}
	for want, task := range map[int]Task{
		2: {Address: address},
		1: {Address: address, Cameras: []Pick{{Channel: 2}}, Stream: nvr.Sub},
		0: {Address: address, Cameras: []Pick{{Channel: 3}}},
		3: {Address: address, Cameras: []Pick{{Channel: 1}, {Channel: 2}, {Channel: 2, Stream: nvr.Sub}}},
	} {
		if got := len(task.Of(all)); got != want {
			t.Errorf("%d cameras, want %d", got, want)
		}
	}
	if got := (Task{Address: nvr.Address{Host: "10.0.0.6", Port: 80}}).Of(all); len(got) != 1 {
		t.Errorf("a recorder that did not answer has %v", got)
	}
}
