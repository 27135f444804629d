package tasks

import (
	"math"
	"testing"
	"testing/synctest"
	"time"

	"example.com/hikgrab/nvr/simulator"
)

// habit is the bytes per second that a recorder gives to that many downloads,
// and whether they are too many.
type habit struct {
	rate    func(n int) float64
	tooMany int
}

// work simulates emptying a recorder for a while. It returns its load, the
// greatest number of downloads, and when it was busy.
func (h habit) work(l load, d time.Duration) (after load, most int, busy []time.Time) {
	now := day
	for end := day.Add(d); now.Before(end); now = now.Add(checkEvery) {
		most = max(most, l.limit)
		if h.tooMany > 0 && l.limit >= h.tooMany {
			busy = append(busy, now)
			l.lower(now, l.limit)
			continue
		}
		l.learn(now, checkEvery, int64(h.rate(l.limit)*checkEvery.Seconds()), l.limit)
	}
	return l, most, busy
}

func TestLoad(t *testing.T) {
	throttled := func(n int) float64 { return 1e6 * float64(n) }
	uplink := func(int) float64 { return 2e6 }
	upTo := func(most float64) func(int) float64 {
		return func(n int) float64 { return math.Min(1e6*float64(n), most) }
	}
	tests := []struct {
		name    string
		habit   habit
		load    load
		took    time.Duration
		limit   int // in the end
		most    int // that were tried
		full    bool
		found   int
		mayFail int // how often it may be busy
	}{
		{name: "each download is throttled", habit: habit{rate: throttled}, took: 5 * time.Minute, limit: 6, most: 6, found: 6},
		{name: "all share one uplink", habit: habit{rate: uplink}, took: 5 * time.Minute, limit: 2, most: 3, full: true, found: 2},
		{name: "the uplink is good for four", habit: habit{rate: upTo(4e6)}, took: 5 * time.Minute, limit: 4, most: 5, full: true, found: 4},
		{name: "the fourth brings a little", habit: habit{rate: upTo(3.3e6)}, took: 5 * time.Minute, limit: 3, most: 4, full: true, found: 3},
		{name: "it falls over at five", habit: habit{rate: throttled, tooMany: 5}, took: time.Hour, limit: 4, most: 5, found: 4, mayFail: 4},
		{name: "it bears one", habit: habit{rate: throttled, tooMany: 2}, took: time.Hour, limit: 1, most: 2, found: 1, mayFail: 4},
		{name: "nothing comes", habit: habit{rate: func(int) float64 { return 0 }}, took: time.Hour, limit: 2, most: 2},
		{name: "too short to say", habit: habit{rate: throttled}, took: 8 * time.Second, limit: 2, most: 2},
		{name: "the operator's number", load: newLoad(4, 0), habit: habit{rate: uplink}, took: time.Hour, limit: 4, most: 4},
		{name: "the operator's number, although more was found", load: newLoad(1, 6), habit: habit{rate: throttled}, took: time.Hour, limit: 1, most: 1},
		{name: "an earlier run found it", load: newLoad(0, 4), habit: habit{rate: throttled, tooMany: 5}, took: 9 * time.Minute, limit: 4, most: 4, full: true, found: 4},
		{name: "a later run may find more", load: newLoad(0, 2), habit: habit{rate: throttled}, took: 20 * time.Minute, limit: 6, most: 6, found: 6},
		{name: "an absurd number is remembered", load: newLoad(0, 5000), habit: habit{rate: throttled}, took: time.Minute, limit: 6, most: 6, full: true, found: 6},
	}
	for _, test := range tests {
		if test.load == (load{}) {
			test.load = newLoad(AutoPerRecorder, 0)
		}
		l, most, busy := test.habit.work(test.load, test.took)
		if l.limit != test.limit || most != test.most || l.full != test.full || l.found() != test.found {
			t.Errorf("%s: %d at once, %d at most, full %v, found %d", test.name, l.limit, most, l.full, l.found())
		}
		if len(busy) > test.mayFail {
			t.Errorf("%s: busy %d times", test.name, len(busy))
		}
		for i := 1; i < len(busy); i++ {
			if busy[i].Sub(busy[i-1]) < 10*time.Minute {
				t.Errorf("%s: busy at %v and again at %v", test.name, busy[i-1], busy[i])
			}
		}
	}
}

// All of it, with simulated recorders.
func TestLoadIsFound(t *testing.T) {
	const rate = size / 5
	tests := map[string]struct {
		config      simulator.Config
		limit, most int
		full        bool
		fallen      int
	}{
		"throttles each":    {config: simulator.Config{Rate: rate}, limit: 6, most: 6},
		"shares one uplink": {config: simulator.Config{Rate: rate, Uplink: 2 * rate}, limit: 2, most: 3, full: true},
		"falls over at 5":   {config: simulator.Config{Rate: rate, FallsOverAt: 5}, limit: 4, most: 5, fallen: 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				test.config.Channels = channels(8, 16, size)
				b := setUp(t, test.config)
				b.start()
				began := time.Now()
				s := b.until("it is found", func(s *Snapshot) bool {
					return time.Since(began) > 6*time.Minute || s.Finished
				})
				if r := s.Recorders[0]; !s.Finished && r.Limit != test.limit || r.Full != test.full {
					t.Errorf("%d at once, more brings nothing: %v", r.Limit, r.Full)
				}
				s = b.finish()
				stats := b.recorders["10.0.0.1"].Stats()
				if s.Counts[Done] != 8 || stats.MaxDownloads != test.most || stats.Fallen != test.fallen {
					t.Errorf("%v, %d downloads at once, fell over %d times", states(&s), stats.MaxDownloads, stats.Fallen)
				}

				// The next run starts with it.
				b.list[0].Cameras = append(b.list[0].Cameras, Pick{Channel: 1})
				b.open()
				s = Snapshot{}
				b.queue.Snapshot(&s)
				if got := s.Recorders[0].Limit; got != test.limit {
					t.Errorf("the next run begins with %d", got)
				}
				_ = b.archive.Close()
			})
		})
	}
}
