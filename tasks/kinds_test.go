package tasks

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/hikgrab/nvr/simulator"
)

func TestKindsWant(t *testing.T) {
	for _, c := range []struct {
		kinds Kinds
		kind  string
		want  bool
	}{
		{"", "timing", true},
		{"all", "timing", true},
		{"motion", "", true}, // not reported
		{"motion", "motion", true},
		{"motion", "timing", false},
		{"motion", "alarmandmotion", true},
		{"alarm,motion", "alarm", true},
		{"event", "motion", true},
		{"event", "linedetection", true},
		{"event", "timing", false},
		{"event", "manual", false},
		{"smart", "linedetection", true},
		{"smart", "motion", false},
		{"linedetection", "fielddetection", false},
	} {
		if got := c.kinds.want(c.kind); got != c.want {
			t.Errorf("%q wants %q: %v", c.kinds, c.kind, got)
		}
	}
	for text, want := range map[string]Kinds{"motion,alarm": "alarm,motion", " Motion + motion": "motion", "": "", "all, motion": "all", "движение; события": "event,motion"} {
		if got, err := ParseKinds(text); err != nil || got != want {
			t.Errorf("%q is %q, %v", text, got, err)
		}
	}
	if _, err := ParseKinds("hunter2"); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Error(err)
	}
}

// recordedFor returns a camera with one half-hour recording of each of these
// kinds.
func recordedFor(kinds ...string) simulator.Config {
	list := simulator.Span(day, day.Add(time.Duration(len(kinds))*30*time.Minute), 30*time.Minute, size)
	for i := range list {
		list[i].Kind = kinds[i]
	}
	return simulator.Config{Channels: []simulator.Channel{{Recordings: list}}}
}

// TestKindsAreFetched fetches the recordings of the wanted kinds at their
// times, and says what it leaves out and what it cannot tell.
func TestKindsAreFetched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, recordedFor("timing", "motion", "timing", "linedetection"), recordedFor("timing", "-"))
		b.list[0].Kinds = "motion"
		b.list = append(b.list, b.list[0])
		b.list[2].Kinds = "all"
		b.list[2].Period = Period{From: Moment{Day: day, HasClock: true, Clock: 61 * time.Minute}, To: Moment{Day: day, HasClock: true, Clock: 85 * time.Minute}}
		b.options.Kinds = "event"
		b.start()
		s := b.finish()
		if s.Cameras[0].Files != 2 || s.Cameras[1].Files != 1 { // motion, and the third, whose time is asked for whole
			t.Errorf("%d and %d files", s.Cameras[0].Files, s.Cameras[1].Files)
		}
		events := b.queue.Events(0, nil)
		said := func(text string) bool {
			return slices.ContainsFunc(events, func(e Event) bool { return strings.Contains(e.Message, text) })
		}
		for _, text := range []string{"left out, of other kinds: 1 linedetection, 1 timing", "left out, of other kinds: 1 timing", "the recorder does not say what some recordings were made for"} {
			if !said(text) {
				t.Errorf("nothing said %q", text)
			}
		}
	})
}

func TestSurveyCountsKinds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, recordedFor("timing", "motion", "-", "timing"))
		for kinds, want := range map[Kinds]string{
			"":       "1 motion, 2 timing, 1 of unknown kind (never left out)",
			"motion": "1 motion, 1 of unknown kind (never left out), 2 of other kinds (not asked for)",
		} {
			b.list[0].Kinds = kinds
			var f Finding
			if err := Survey(t.Context(), b.list, b.options, func(got Finding) { f = got }); err != nil {
				t.Fatal(err)
			}
			if f.Kinds() != want {
				t.Errorf("%q: %s", kinds, f.Kinds())
			}
		}
	})
}
