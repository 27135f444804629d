package tasks

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"example.com/hikgrab/nvr/simulator"
)

// sicknesses returns the ways in which one recording, or one search, of an
// otherwise healthy recorder always fails.
func sicknesses() []simulator.Fault {
	return []simulator.Fault{
		simulator.DeviceError500, simulator.Busy(0), simulator.BusyWith200, simulator.DeviceErrorWith200,
		simulator.SlowHeaders(time.Hour), simulator.Refuse, simulator.HTMLWith200,
	}
}

// restedWithin runs with one sick part and limits how long the healthy parts
// take, and how long everything takes.
func (b *rig) restedWithin(t *testing.T, healthy, all time.Duration, whole func(s *Snapshot) bool) Snapshot {
	t.Helper()
	began := time.Now()
	b.start()
	b.until("everything healthy has come", whole)
	if took := time.Since(began); took > healthy {
		t.Errorf("what is healthy took %v", took)
	}
	s := b.finish()
	if took := time.Since(began); took > all {
		t.Errorf("everything took %v", took)
	}
	for _, r := range s.Recorders {
		if r.Limit < FirstLoad || r.Hold.Held() {
			t.Errorf("the recorder bears %d at once and is held by %+v", r.Limit, r.Hold)
		}
	}
	return s
}

func TestOneSickRecordingCostsNoOther(t *testing.T) {
	for _, f := range sicknesses() {
		for _, sick := range [][2]int{{0, 0}, {1, 1}, {2, 2}} { // first in line, in the middle, the very last
			t.Run(fmt.Sprint(f, sick), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					b := setUp(t, simulator.Config{Channels: channels(3, 3, size), Rate: size})
					config := b.recorders["10.0.0.1"].Config()
					config.Channels[sick[0]].Recordings[sick[1]].Fault = f
					b.replace("10.0.0.1", config)
					// Nine of a second each, two at once; meanwhile a hang takes one of two
					// slots.
					s := b.restedWithin(t, 20*time.Second, 3*time.Minute, func(s *Snapshot) bool { return s.Files == 8 })
					if s.Counts[Done] != 2 || s.Counts[Incomplete] != 1 || s.Cameras[sick[0]].State != Incomplete {
						t.Fatalf("states %v", states(&s))
					}
					failure := s.Cameras[sick[0]].Failure
					if failure.What == "" || failure.Remedy == "" || strings.Contains(failure.What, "busy with others") {
						t.Errorf("told as %+v", failure)
					}
					asked := b.recorders["10.0.0.1"].Stats().Requests[simulator.Download]
					if asked > 8+2*DefaultRetries {
						t.Errorf("%d downloads were asked for", asked)
					}
					if n := countEvents(b, EventRetry); n != DefaultRetries-1 {
						t.Errorf("%d retries", n)
					}
				})
			})
		}
	}
}

func TestSickCameraCostsNoOther(t *testing.T) {
	for _, f := range sicknesses() {
		for sick := range 3 {
			t.Run(fmt.Sprint(f, sick), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					b := setUp(t, simulator.Config{Channels: channels(3, 4, size), Rate: size})
					b.recorders["10.0.0.1"].ScriptTrackAlways(simulator.Download, 100*sick+101, f)
					healthy, all := 15*time.Second, 3*time.Minute
					if strings.HasPrefix(f.String(), "headers") { // four that hang, two at once
						healthy, all = 2*time.Minute, 10*time.Minute
					}
					s := b.restedWithin(t, healthy, all, func(s *Snapshot) bool { return s.Files == 8 })
					if s.Counts[Done] != 2 || s.Cameras[sick].State != Failed {
						t.Fatalf("states %v", states(&s))
					}
				})
			})
		}
	}
}

func TestOneSickSearchCostsNoOther(t *testing.T) {
	for _, f := range sicknesses() {
		for sick := range 3 {
			t.Run(fmt.Sprint(f, sick), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					b := setUp(t, simulator.Config{Channels: channels(3, 2, size), Rate: size})
					config := b.recorders["10.0.0.1"].Config()
					config.Channels[sick].SearchFault = f
					b.replace("10.0.0.1", config)
					healthy := 10 * time.Second
					if strings.HasPrefix(f.String(), "headers") { // one search at a time
						healthy += time.Minute
					}
					s := b.restedWithin(t, healthy, 3*time.Minute, func(s *Snapshot) bool { return s.Files == 4 })
					if s.Counts[Done] != 2 || s.Cameras[sick].State != Failed {
						t.Fatalf("states %v", states(&s))
					}
				})
			})
		}
	}
}

// replace replaces a recorder by one with another configuration.
func (b *rig) replace(host string, c simulator.Config) {
	rec := simulator.New(c)
	b.recorders[host] = rec
	b.network.Remove(host + ":80")
	b.network.Handle(host+":80", rec)
}

func TestSeveralSickPartsAtOnce(t *testing.T) {
	for name, sick := range map[string][][2]int{
		"two of one camera":      {{0, 0}, {0, 1}},
		"two neighbours":         {{0, 0}, {1, 0}},
		"the same hour of all":   {{0, 1}, {1, 1}, {2, 1}, {3, 1}},
		"the first of every one": {{0, 0}, {1, 0}, {2, 0}, {3, 0}},
		"the last of every one":  {{0, 3}, {1, 3}, {2, 3}, {3, 3}},
		"here and there":         {{0, 0}, {1, 1}, {2, 2}, {3, 3}},
	} {
		for _, f := range []simulator.Fault{simulator.DeviceError500, simulator.Busy(0), simulator.Refuse} {
			t.Run(name+" "+f.String(), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					b := setUp(t, simulator.Config{Channels: channels(4, 4, size), Rate: size})
					config := b.recorders["10.0.0.1"].Config()
					for _, s := range sick {
						config.Channels[s[0]].Recordings[s[1]].Fault = f
					}
					b.replace("10.0.0.1", config)
					b.restedWithin(t, 2*time.Minute, 4*time.Minute, func(s *Snapshot) bool { return s.Files == 16-len(sick) })
				})
			})
		}
	}
}

func TestTheOnlyThingThatThereIs(t *testing.T) {
	for _, f := range sicknesses() {
		t.Run(f.String(), func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				b := setUp(t, simulator.Config{Channels: channels(1, 1, size)})
				b.recorders["10.0.0.1"].ScriptAlways(simulator.Download, f)
				began := time.Now()
				b.start()
				s := b.finish()
				if took := time.Since(began); took > 3*time.Minute || s.Counts[Failed] != 1 {
					t.Errorf("%v after %v", states(&s), took)
				}
			})
		})
	}
}

func TestWhatFailedIsNotMetFirstAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		config := simulator.Config{Channels: channels(3, 3, size), Rate: size}
		config.Channels[0].Recordings[0].Fault = simulator.DeviceError500
		config.Channels[1].SearchFault = simulator.DeviceError500
		b := setUp(t, config)
		b.start()
		b.finish()
		for i := range config.Channels {
			for n := range 4 {
				at := day.Add(10*time.Hour + time.Duration(n)*time.Minute)
				config.Channels[i].Recordings = append(config.Channels[i].Recordings, simulator.Recording{Start: at, End: at.Add(time.Minute), Size: size})
			}
		}
		b.replace("10.0.0.1", config)
		b.start()
		b.until("everything new has come", func(s *Snapshot) bool { return s.Files == 5+8 })
		if n := countEvents(b, EventRetry); n != 0 {
			t.Errorf("%d retries came first", n)
		}
		b.finish()
	})
}

// A recorder that serves others is busy for all of its parts. None of them
// loses a try over it, and it is asked for less.
func TestTrulyBusyBlamesNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(4, 4, size), Rate: size / 5})
		b.start()
		b.until("downloads run", func(s *Snapshot) bool { return s.Files >= 2 && s.Active == 2 })
		b.recorders["10.0.0.1"].ScriptAlways(simulator.Download, simulator.Busy(0))
		b.until("it is held", func(s *Snapshot) bool { return s.Recorders[0].Hold.Held() })
		time.Sleep(5 * time.Minute)
		b.recorders["10.0.0.1"].ScriptAlways(simulator.Download, simulator.None)
		s := b.finish()
		if s.Counts[Done] != 4 {
			t.Fatalf("states %v", states(&s))
		}
		lost := map[CameraID]int{}
		for _, e := range b.events() {
			if e.Type == EventRetry {
				lost[e.Camera]++
			}
		}
		for id, n := range lost {
			t.Errorf("camera %d lost %d tries", id, n)
		}
		if n := b.recorders["10.0.0.1"].Stats().Requests[simulator.Download]; n > 16+60 {
			t.Errorf("%d downloads were asked for", n)
		}
	})
}

func TestDiesWhileInDoubt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		config := simulator.Config{Channels: channels(3, 3, size), Rate: size}
		config.Channels[0].Recordings[0].Fault = simulator.DeviceError500
		config.Latency = time.Second
		b := setUp(t, config)
		b.start()
		b.until("a recording is refused", func(*Snapshot) bool {
			b.queue.mu.Lock()
			defer b.queue.mu.Unlock()
			return len(b.queue.recorders[0].doubt.suspects) > 0
		})
		b.outage(2 * time.Minute)
		s := b.finish()
		if s.Files != 8 || s.Counts[Incomplete] != 1 {
			t.Fatalf("states %v, %d files", states(&s), s.Files)
		}
	})
}

func TestRefusesAtRandom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(4, 16, size/10)})
		b.recorders["10.0.0.1"].Chaos(simulator.Download, simulator.Chaos{Seed: 5, Probability: 0.3, Faults: []simulator.Fault{simulator.Busy(0)}})
		b.start()
		s := b.finish()
		if s.Counts[Done] != 4 {
			t.Fatalf("states %v, %d files", states(&s), s.Files)
		}
	})
}

// A recorder that can serve fewer downloads than allowed is asked for fewer,
// and hardly any recording loses a try (one may, if a download ends as another
// is refused), whether it has one camera or several.
func TestFewerSessionsThanAsked(t *testing.T) {
	for _, cameras := range []int{1, 4} {
		synctest.Test(t, func(t *testing.T) {
			b := setUp(t, simulator.Config{Channels: channels(cameras, 6, size), Rate: size, MaxDownloads: cameras/2 + 1})
			b.options.PerRecorder = 6
			b.start()
			s := b.finish()
			if s.Counts[Done] != cameras || countEvents(b, EventRetry) > 4 || s.Recorders[0].Limit == 6 {
				t.Errorf("%v, %d retries, %d at once", states(&s), countEvents(b, EventRetry), s.Recorders[0].Limit)
			}
		})
	}
}
