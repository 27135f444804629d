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
		Periods: []Span{{From: at(60), To: at(120)}, {From: at(180), To: at(240)}},
		Recordings: []RecordingView{
			{Start: at(50), End: at(70), State: RecordingDone},
			{Start: at(70).Add(time.Second), End: at(80), State: RecordingDone}, // a second is not a gap
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
		{Span{From: at(80), To: at(90)}, true},
		{Span{From: at(90), To: at(100)}, false},
		{Span{From: at(180), To: at(190)}, false},
		{Span{From: at(190), To: at(200)}, true},
		{Span{From: at(200), To: at(210)}, false},
	}
	if !slices.Equal(c.Gaps, want) {
		t.Errorf("gaps %v, want %v", c.Gaps, want)
	}
	stretches := []Stretch{
		{Span{From: at(60), To: at(70)}, OnDisk},
		{Span{From: at(70), To: at(70).Add(time.Second)}, NotRecorded},
		{Span{From: at(70).Add(time.Second), To: at(80)}, OnDisk},
		{Span{From: at(80), To: at(90)}, Lost},
		{Span{From: at(90), To: at(100)}, NotRecorded},
		{Span{From: at(100), To: at(120)}, OnDisk},
		{Span{From: at(180), To: at(190)}, NotRecorded},
		{Span{From: at(190), To: at(200)}, ToFetch},
		{Span{From: at(200), To: at(210)}, NotRecorded},
	}
	if !slices.Equal(c.Stretches, stretches) {
		t.Errorf("stretches %v, want %v", c.Stretches, stretches)
	}
	if c := CoverageOf(d, time.Time{}); c.AskedTime != 2*time.Hour {
		t.Errorf("%v asked in all", c.AskedTime)
	}
}

// The presence of a recording depends on what its camera does.
func TestPresence(t *testing.T) {
	day := time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)
	asked := Span{From: day, To: day.Add(time.Hour)}
	for _, c := range []struct {
		camera    State
		recording RecordingState
		want      Presence
	}{
		{Downloading, RecordingDone, OnDisk},
		{Downloading, RecordingActive, Coming},
		{Downloading, RecordingWaiting, ToFetch},
		{Downloading, RecordingRetrying, ToRetry},
		{Downloading, RecordingFailed, Lost},
		{Pausing, RecordingActive, Coming}, // until its worker has left
		{Pausing, RecordingRetrying, ToFetch},
		{Paused, RecordingRetrying, ToFetch},
		{Paused, RecordingWaiting, ToFetch},
		{Skipped, RecordingDone, OnDisk},
		{Skipped, RecordingWaiting, LeftOut},
		{Skipped, RecordingFailed, LeftOut},
		{Incomplete, RecordingWaiting, Lost}, // its recorder was given up
		{Failed, RecordingRetrying, Lost},
		{Incomplete, RecordingFailed, Lost},
	} {
		d := CameraDetail{
			CameraView: CameraView{State: c.camera}, Periods: []Span{asked},
			Recordings: []RecordingView{{Start: asked.From, End: asked.To, State: c.recording}},
		}
		if got := CoverageOf(d, time.Time{}).Stretches; len(got) != 1 || got[0].Presence != c.want {
			t.Errorf("a recording in state %d of a camera that is %s: %v, want %d", c.recording, c.camera, got, c.want)
		}
	}
	for state, want := range map[State]Presence{
		Empty: NotRecorded, Done: NotRecorded, Waiting: Unknown, Searching: Unknown, Retrying: Unknown, Paused: Unknown, Failed: Unknown, Skipped: Unknown,
	} {
		c := CoverageOf(CameraDetail{CameraView: CameraView{State: state}, Periods: []Span{asked}}, time.Time{})
		if len(c.Stretches) != 1 || c.Stretches[0].Presence != want || c.RecordedTime != 0 {
			t.Errorf("no recordings of a camera that is %s: %v, %v recorded", state, c.Stretches, c.RecordedTime)
		}
	}
}

// Asking for everything means from the first recording on, not from the year
// where searches begin.
func TestCoverageOfEverything(t *testing.T) {
	first := time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC)
	d := CameraDetail{
		Periods:    []Span{{From: oldest, To: first.Add(2 * time.Hour)}},
		Recordings: []RecordingView{{Start: first.Add(30 * time.Minute), End: first.Add(time.Hour)}, {Start: first, End: first.Add(10 * time.Minute)}},
	}
	if c := CoverageOf(d, time.Time{}); c.AskedTime != 2*time.Hour || len(c.Gaps) != 4 {
		t.Errorf("%v asked, gaps %v", c.AskedTime, c.Gaps)
	}
}

func TestClockOfARecorder(t *testing.T) {
	now := time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)
	var r RecorderView
	if got := r.Clock(now); !got.IsZero() {
		t.Errorf("a clock that nobody has read shows %v", got)
	}
	r.Device.ClockKnown, r.Device.WallOffset = true, 3*time.Hour
	if got := r.Clock(now); !got.Equal(now.Add(3 * time.Hour)) {
		t.Errorf("the clock shows %v", got)
	}
}

// Whatever is asked and recorded, what is on disk and the gaps make up the
// whole.
func TestCoverageAddsUp(t *testing.T) {
	spans := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) Span {
		from := time.Unix(int64(rapid.IntRange(0, 200).Draw(t, "from"))*3, 0)
		return Span{From: from, To: from.Add(time.Duration(rapid.IntRange(-1, 20).Draw(t, "length")) * 3 * time.Second)}
	}), 0, 8)
	rapid.Check(t, func(t *rapid.T) {
		d := CameraDetail{Periods: spans.Draw(t, "asked")}
		for _, s := range spans.Draw(t, "recorded") {
			state := RecordingState(rapid.IntRange(0, 4).Draw(t, "state"))
			d.Recordings = append(d.Recordings, RecordingView{Start: s.From, End: s.To, State: state})
		}
		c := CoverageOf(d, time.Time{})
		var missing, lost time.Duration
		at := map[Presence]time.Duration{}
		for i, s := range c.Stretches {
			at[s.Presence] += s.To.Sub(s.From)
			if i > 0 && s.From.Before(c.Stretches[i-1].To) {
				t.Fatalf("stretches %v", c.Stretches)
			}
		}
		if whole := at[OnDisk] + at[Coming] + at[ToRetry] + at[ToFetch] + at[Lost] + at[NotRecorded] + at[Unknown]; whole != c.AskedTime || at[OnDisk] != c.OnDiskTime {
			t.Fatalf("%v asked, stretches of %v: %v", c.AskedTime, whole, c.Stretches)
		}
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
