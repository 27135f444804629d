package tasks

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/hikgrab/nvr/simulator"
)

// month returns a channel with a recording every three hours of the 30 days
// from first on.
func month(first time.Time) simulator.Channel {
	return simulator.Channel{Recordings: simulator.Span(first, first.AddDate(0, 0, 30), 3*time.Hour, 1000)}
}

// monthLater starts after the end of the recordings of month(day).
func (b *rig) monthLater() {
	time.Sleep(31 * 24 * time.Hour)
	b.options.Period = Period{From: MomentOf(day), To: MomentOf(day.AddDate(0, 0, 30))}
	b.start()
}

// A recorder with one search slot and a second client refuses one search in
// three. That costs some requests, and nothing else.
func TestSearchesRefusedAtRandomCostLittle(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: []simulator.Channel{month(day)}})
		b.recorders["10.0.0.1"].Chaos(simulator.Search, simulator.Chaos{Seed: 11, Probability: 0.3, Faults: []simulator.Fault{simulator.Busy(0)}})
		b.monthLater()
		s := b.finish()
		if s.Counts[Done] != 1 || s.Files != 240 {
			t.Fatalf("%v, %d files", states(&s), s.Files)
		}
		if n := b.recorders["10.0.0.1"].Stats().Requests[simulator.Search]; n > 60 {
			t.Errorf("%d searches", n)
		}
	})
}

// A search that fails in the middle continues there, and what it found is
// downloaded meanwhile.
func TestASearchContinuesWhereItFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: []simulator.Channel{month(day)}})
		rec := b.recorders["10.0.0.1"]
		faults := make([]simulator.Fault, 5, 13)
		for range 8 {
			faults = append(faults, simulator.Busy(0))
		}
		rec.Script(simulator.Search, faults...)
		b.monthLater()
		b.until("what was found comes", func(s *Snapshot) bool { return s.Files >= 20 && !s.Finished && s.Cameras[0].Partial })
		s := b.finish()
		if s.Counts[Done] != 1 || s.Files != 240 || s.Cameras[0].Partial {
			t.Fatalf("%v, %d files", states(&s), s.Files)
		}
		if n := rec.Stats().Requests[simulator.Search]; n > 5+8+30 {
			t.Errorf("%d searches", n)
		}
	})
}

// If a search fails for good, what it found stays, and the list is reported as
// incomplete.
func TestAListThatIsNotWholeIsSaidToBeSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: []simulator.Channel{month(day)}})
		rec := b.recorders["10.0.0.1"]
		rec.Script(simulator.Search, make([]simulator.Fault, 5)...)
		rec.ScriptAlways(simulator.Search, simulator.Busy(0))
		b.monthLater()
		s := b.finish()
		c := s.Cameras[0]
		if c.State != Incomplete || !c.Partial || c.Files == 0 || c.Files != c.Recordings || c.Recordings >= 240 {
			t.Fatalf("%+v", c)
		}
		events := b.events()
		if last := events[len(events)-1]; !strings.Contains(last.Message, "of at least") {
			t.Errorf("told as %q", last.Message)
		}
	})
}

// Some recorders fail for every range that begins before their index, and for
// ranges that contain too much.
func TestRangesThatAreRefusedAsAWhole(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		index := day.AddDate(7, 3, 5).Add(8*time.Hour + 20*time.Minute)
		b := setUp(t, simulator.Config{
			Channels: []simulator.Channel{month(index), month(index)},
			Quirks:   simulator.Quirks{IndexFrom: index, MaxMatches: 10},
		})
		time.Sleep(time.Until(index.AddDate(0, 2, 0)))
		b.options.Period = Period{All: true} // begins with the year 2000
		began := time.Now()
		b.start()
		s := b.finish()
		if s.Counts[Done] != 2 || s.Files != 2*240 {
			t.Fatalf("%v, %d files: %+v", states(&s), s.Files, s.Cameras)
		}
		if took := time.Since(began); took > 3*time.Minute {
			t.Errorf("it took %v", took)
		}
	})
}
