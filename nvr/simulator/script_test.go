package simulator

import (
	"fmt"
	"testing"
	"time"
)

func TestScriptOrder(t *testing.T) {
	rec := New(Config{Script: map[Endpoint][]Fault{Search: {Spurious400}}})
	rec.Script(Download, DropAfter(1), None, DropAfter(2))
	rec.ScriptTrack(Download, 201, DropAfter(3))
	rec.ScriptAlways(Download, DropAfter(4))
	rec.ScriptTrackAlways(Download, 201, DropAfter(5))
	for i, want := range []struct {
		track int
		fault string
	}{
		{101, "drop after 1"},
		{201, "drop after 3"},
		{201, "none"},
		{101, "drop after 2"},
		{101, "drop after 4"},
		{201, "drop after 5"},
	} {
		if got := rec.script.next(Download, want.track).String(); got != want.fault {
			t.Errorf("request %d, track %d: %s, want %s", i, want.track, got, want.fault)
		}
	}
	rec.ScriptAlways(Download, None)
	if got := rec.script.next(Download, 101).String(); got != "none" {
		t.Errorf("after the end of ScriptAlways: %s", got)
	}
	if got := rec.script.next(Search, 101).String(); got != "400 badXmlContent" {
		t.Errorf("from the configuration: %s", got)
	}
}

func TestChallengeCanBeScripted(t *testing.T) {
	rec := New(Config{})
	c := start(t, rec)
	rec.Script(Challenge, None, Busy(time.Second))
	for _, want := range []int{401, 503, 401} {
		a, err := c.once("GET", "/ISAPI/System/deviceInfo", "", "", nil)
		if err != nil || a.status != want {
			t.Errorf("%d %v, want %d", a.status, err, want)
		}
	}
}

func TestChaosIsRepeatable(t *testing.T) {
	sequence := func(seed uint64) string {
		rec := New(Config{Random: map[Endpoint]Chaos{Download: {Seed: seed, Probability: 0.5}}})
		var list []string
		for range 200 {
			list = append(list, rec.script.next(Download, 0).String())
		}
		return fmt.Sprint(list)
	}
	first, again, other := sequence(1), sequence(1), sequence(2)
	if first != again {
		t.Error("one seed, two sequences")
	}
	if first == other {
		t.Error("two seeds, one sequence")
	}
	rec := New(Config{})
	rec.Chaos(Download, Chaos{Probability: 1, Faults: []Fault{Refuse}})
	if got := rec.script.next(Download, 0).String(); got != "refuse" {
		t.Error(got)
	}
	rec.Chaos(Download, Chaos{})
	if got := rec.script.next(Download, 0).String(); got != "none" {
		t.Error(got)
	}
}

func TestFilesGo(t *testing.T) {
	rec := New(Config{Channels: []Channel{{Recordings: []Recording{
		{Start: day.Add(time.Minute), End: day.Add(2 * time.Minute), Size: 10},
		{Start: day, End: day.Add(time.Minute), Size: 10, Name: "first"},
	}}}})
	if list := rec.Recordings(101); len(list) != 2 || list[0].Name != "first" {
		t.Errorf("%+v", list)
	}
	if !rec.RemoveRecording(101, "first") || rec.RemoveRecording(101, "first") || len(rec.Recordings(101)) != 1 {
		t.Errorf("after removal: %+v", rec.Recordings(101))
	}
}
