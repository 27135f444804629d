package tasks

import (
	"math"
	"math/rand/v2"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"example.com/hikgrab/nvr/simulator"
)

// TestTheEndIsForecast runs a hundred uneven sites: the recorders' speeds and
// sizes differ by a factor of ten, there are fewer slots than they could use,
// and some serve only one download at once. From the first minute on, the time
// left must be right to a quarter in nine cases of ten. Slots go to what would
// end last, so most end together, and which of them is the last is less
// certain.
func TestTheEndIsForecast(t *testing.T) {
	const runs = 100
	cases, good, named := 0, 0, 0
	for seed := range runs {
		synctest.Test(t, func(t *testing.T) {
			random := rand.New(rand.NewPCG(uint64(seed), 16)) //nolint:gosec // a site, not a secret
			upTo := func(least, factor float64) int64 { return int64(least * math.Pow(factor, random.Float64())) }
			configs := make([]simulator.Config, 2+random.IntN(5))
			for i := range configs {
				rate := upTo(200, 10)
				configs[i] = simulator.Config{
					// A recording takes less than a minute: slow ones are given up.
					Channels: channels(1+random.IntN(2), int(upTo(3, 3)), rate*upTo(5, 10)),
					Rate:     rate, Latency: time.Duration(random.IntN(200)) * time.Millisecond,
				}
				if random.IntN(4) == 0 {
					configs[i].MaxDownloads = 1
				}
			}
			b := setUp(t, configs...)
			b.dir = inMemory(t) // syncing would take hours, and is not what is measured
			b.options.Jobs = 2 + random.IntN(4)
			b.start()
			type said struct {
				at   time.Time
				left time.Duration
				who  RecorderID
			}
			var all []said
			var s Snapshot
			ended := map[RecorderID]time.Time{}
			for {
				time.Sleep(time.Second)
				b.queue.Snapshot(&s)
				for i := range s.Recorders {
					if r := &s.Recorders[i]; r.State.Ended() && ended[r.ID].IsZero() {
						ended[r.ID] = s.At
					}
				}
				if s.Finished {
					break
				}
				if s.Elapsed >= time.Minute {
					all = append(all, said{s.At, s.ETA, s.Slowest})
				}
			}
			b.stop()
			for _, c := range all {
				left := s.At.Sub(c.at)
				if left < 10*time.Second {
					break
				}
				cases++
				if (c.left - left).Abs() < left/4 {
					good++
				}
				if c.who != 0 && s.At.Sub(ended[c.who]) < left/4 {
					named++
				}
			}
		})
	}
	if cases < 20*runs {
		t.Fatalf("only %d cases of %d runs", cases, runs)
	}
	if good*10 < cases*9 || named*20 < cases*17 {
		t.Errorf("of %d cases %d were right to a quarter, and %d named a recorder that was among the last", cases, good, named)
	}
	t.Logf("of %d cases %.1f %% were right to a quarter, %.1f %% named one of the last", cases, 100*float64(good)/float64(cases), 100*float64(named)/float64(cases))
}

// inMemory returns a directory without a disk behind it, if the system has one.
func inMemory(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "hikgrab-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// TestTheEndWaitsForARetry has a recorder with only one recording left, which
// is tried again later: nothing ends before that.
func TestTheEndWaitsForARetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(1, 3, size), Rate: size / 4})
		config := b.recorders["10.0.0.1"].Config()
		config.Channels[0].Recordings[1].Fault = simulator.DeviceError500
		b.replace("10.0.0.1", config)
		b.start()
		seen := 0
		var since, next time.Time // it waits since then, for next; earlier forecasts do not count
		b.until("everything has ended", func(s *Snapshot) bool {
			q := b.queue
			q.mu.Lock()
			defer q.mu.Unlock()
			r := q.recorders[0]
			c := r.cameras[0]
			switch {
			case len(c.later) != 1 || len(c.ready)+len(c.active) > 0:
				next = time.Time{}
			case !c.later[0].next.Equal(next):
				since, next = s.At, c.later[0].next
			case q.forecastAt.After(since):
				seen++
				if r.end.Before(next) {
					t.Errorf("at %v the end is seen at %v, and the next try is at %v", s.At, r.end, next)
				}
			}
			return s.Finished
		})
		if seen == 0 {
			t.Error("it never waited for a retry")
		}
		b.stop()
	})
}
