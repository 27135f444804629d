package tasks

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"example.com/hikgrab/nvr/simulator"
)

// TestWhateverTheOperatorDoes presses random keys while random faults strike.
// The rig's log fails the test on an illegal change of state, its checks on
// snapshots that do not add up. In the end everything can still be had.
func TestWhateverTheOperatorDoes(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		seed := rapid.Uint64().Draw(rt, "seed")
		keys := rapid.SliceOfN(rapid.IntRange(0, 11), 0, 40).Draw(rt, "keys")
		targets := rapid.SliceOfN(rapid.IntRange(1, 8), len(keys), len(keys)).Draw(rt, "targets")
		waits := rapid.SliceOfN(rapid.IntRange(0, 8000), len(keys), len(keys)).Draw(rt, "waits")
		synctest.Test(t, func(t *testing.T) { pressKeys(t, seed, keys, targets, waits) })
		if t.Failed() {
			rt.Fatal("see above")
		}
	})
}

func pressKeys(t *testing.T, seed uint64, keys, targets, waits []int) {
	config := simulator.Config{Channels: channels(3, 3, 60_000), Rate: 20_000, MaxDownloads: 2}
	b := setUp(t, config, config)
	b.options.PerRecorder, b.options.Jobs, b.mostJobs = 3, 4, 8
	b.options.Timeout = 5 * time.Second
	for i := range 2 {
		rec := b.recorders[fmt.Sprintf("10.0.0.%d", i+1)]
		rec.Chaos(simulator.Download, simulator.Chaos{Seed: seed + uint64(i), Probability: 0.3})
		rec.Chaos(simulator.Search, simulator.Chaos{
			Seed: seed + uint64(i), Probability: 0.2,
			Faults: []simulator.Fault{simulator.Busy(0), simulator.Spurious400, simulator.Refuse},
		})
	}
	b.start()
	var s Snapshot
	for i, key := range keys {
		id := CameraID(targets[i])
		switch key {
		case 0, 1:
			b.queue.Pause(id)
		case 2, 3:
			b.queue.Resume(id)
		case 4:
			b.queue.Skip(id)
		case 5, 6:
			b.queue.Retry(id)
		case 7:
			b.queue.PauseAll(true)
		case 8:
			b.queue.PauseAll(false)
		case 9:
			b.queue.Retry(s.Troubles()...)
		case 10:
			b.queue.SetJobs(int(id))
		case 11:
			b.queue.SetLimit(int64(id) * 5000)
		}
		time.Sleep(time.Duration(waits[i]) * time.Millisecond)
		b.queue.Snapshot(&s)
		checkSnapshot(t, &s, b.mostJobs)
		b.audit()
	}
	for _, rec := range b.recorders {
		rec.Chaos(simulator.Download, simulator.Chaos{})
		rec.Chaos(simulator.Search, simulator.Chaos{})
	}
	b.queue.SetLimit(0)
	b.queue.SetJobs(8)
	b.queue.PauseAll(false)
	b.queue.Snapshot(&s)
	for _, c := range s.Cameras {
		b.queue.Retry(c.ID)
	}
	s = b.finish()
	if s.Counts[Done] != 6 {
		t.Fatalf("states %v", states(&s))
	}
	b.mustHold("10.0.0.1", 101, 201, 301)
	b.mustHold("10.0.0.2", 101, 201, 301)
}
