package tasks

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/worker"
)

// fleetOf is a set of recorders whose downloads only take time.
type fleetOf struct {
	configs []simulator.Config
	rates   map[string]float64 // bytes per second of one download, by host
	uplinks map[string]float64 // and of all together; 0 is no limit
	running map[string]*atomic.Int64
}

// randomFleet returns that many recorders. The largest has up to spread times
// the work of the smallest; half of them share one uplink among their
// downloads.
func randomFleet(seed uint64, recorders int, spread float64) *fleetOf {
	f := &fleetOf{rates: map[string]float64{}, uplinks: map[string]float64{}, running: map[string]*atomic.Int64{}}
	random := rand.New(rand.NewPCG(seed, 18))
	for i := range recorders {
		host := fmt.Sprintf("10.0.0.%d", i+1)
		rate := 1e6 * math.Pow(8, random.Float64())
		work := 120 * math.Pow(spread, random.Float64()) // seconds of one download
		var list []simulator.Channel
		for range 2 + random.IntN(5) {
			list = append(list, simulator.Channel{})
		}
		pieces := 12 + random.IntN(12)
		for p := range pieces {
			c := &list[p%len(list)]
			n := len(c.Recordings)
			at := day.Add(time.Duration(n) * 15 * time.Minute)
			size := int64(rate * work / float64(pieces) * (0.8 + 0.4*random.Float64()))
			c.Recordings = append(c.Recordings, simulator.Recording{Start: at, End: at.Add(15*time.Minute - time.Second), Size: size})
		}
		f.configs = append(f.configs, simulator.Config{Channels: list, Latency: 20 * time.Millisecond})
		f.rates[host], f.running[host] = rate, &atomic.Int64{}
		if random.IntN(2) == 0 {
			f.uplinks[host] = rate * (1 + 0.1*random.Float64())
		}
	}
	return f
}

// pull is a worker that only waits as long as the bytes would take.
func (f *fleetOf) pull(_ context.Context, o worker.Fetch) worker.Fetched {
	host := o.Item.Recorder
	f.running[host].Add(1)
	defer f.running[host].Add(-1)
	const step = 500 * time.Millisecond
	size := o.Item.Recording.Size
	for have := 0.0; have < float64(size); {
		rate := f.rates[host]
		if up := f.uplinks[host]; up > 0 {
			rate = min(rate, up/float64(f.running[host].Load()))
		}
		took := min(step, time.Duration((float64(size)-have)/rate*float64(time.Second))+time.Millisecond)
		time.Sleep(took)
		have += rate * took.Seconds()
		o.Meter.Have.Store(min(int64(have), size))
		o.Meter.Fetched.Store(min(int64(have), size))
	}
	return worker.Fetched{File: archive.File{Bytes: size, Fetched: size}, Receipt: nvr.Receipt{Received: size, Length: size}}
}

// bound returns the least time that the set can take: the longest recorder with
// its maximum of downloads, or all the work in all the slots.
func (f *fleetOf) bound(jobs, perRecorder int) float64 {
	longest, all := 0.0, 0.0
	for i, c := range f.configs {
		host := fmt.Sprintf("10.0.0.%d", i+1)
		bytes, largest := 0.0, 0.0
		for _, ch := range c.Channels {
			for _, r := range ch.Recordings {
				bytes += float64(r.Size)
				largest = max(largest, float64(r.Size))
			}
		}
		most := f.rates[host] * float64(min(jobs, perRecorder))
		if up := f.uplinks[host]; up > 0 {
			most = min(most, up)
		}
		longest = max(longest, bytes/most, largest/f.rates[host])
		all += bytes / f.rates[host]
	}
	return max(longest, all/float64(jobs))
}

// ratio runs the set and returns its time divided by bound.
func (f *fleetOf) ratio(t *testing.T, jobs int, order func(a, b claim) int) float64 {
	var took float64
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, f.configs...)
		b.options.Jobs, b.options.PerRecorder = jobs, FirstLoad
		b.open()
		b.queue.fetch, b.queue.order = f.pull, order
		began := time.Now()
		b.run()
		for s := (Snapshot{}); !s.Finished; b.queue.Snapshot(&s) {
			time.Sleep(time.Second)
		}
		took = b.queue.finished.Sub(began).Seconds()
		b.stop()
	})
	return took / f.bound(jobs, FirstLoad)
}

// inTurns gives the slot to whoever was served longest ago.
func inTurns(a, b claim) int { return cmp.Compare(a.turn, b.turn) }

// BenchmarkOrder runs random sets of recorders, one per iteration, and reports
// how long they took relative to the least possible time, on average and at
// worst. The time is a bubble's, so the benchmark's own duration means nothing.
//
//	go test ./tasks -run xxx -bench Order -benchtime 200x
func BenchmarkOrder(b *testing.B) {
	orders := []struct {
		name  string
		order func(a, b claim) int
	}{{"turns", inTurns}, {"longest", compareClaims}}
	for _, o := range orders {
		for _, spread := range []float64{1, 4, 16} {
			for _, jobs := range []int{3, 5, 8, 12, 16} {
				b.Run(fmt.Sprintf("%s/spread=%v/jobs=%d", o.name, spread, jobs), func(b *testing.B) {
					sum, worst := 0.0, 0.0
					for i := range uint64(b.N) {
						inTest(b, func(t *testing.T) {
							ratio := randomFleet(i, 8, spread).ratio(t, jobs, o.order)
							sum, worst = sum+ratio, max(worst, ratio)
						})
					}
					b.ReportMetric(sum/float64(b.N), "mean")
					b.ReportMetric(worst, "worst")
					b.ReportMetric(0, "ns/op")
				})
			}
		}
	}
}

// inTest gives a benchmark the T that a synctest bubble needs.
func inTest(b *testing.B, run func(*testing.T)) {
	all := func(string, string) (bool, error) { return true, nil }
	if !testing.RunTests(all, []testing.InternalTest{{Name: b.Name(), F: run}}) {
		b.Fatal("it failed")
	}
}
