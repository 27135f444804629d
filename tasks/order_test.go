package tasks

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"example.com/hikgrab/nvr/simulator"
)

func TestClaims(t *testing.T) {
	tests := []struct {
		name        string
		first, then claim
	}{
		{"the longer one", claim{left: 20, turn: 9}, claim{left: 10, turn: 1}},
		{"nothing was fetched of it yet", claim{fresh: true, left: 1}, claim{left: 1000, turn: 1}},
		{"the longer one of the new ones", claim{fresh: true, left: 2}, claim{fresh: true, left: 1}},
		{"it has waited for too long", claim{waited: true, left: 1, turn: 9}, claim{left: 1000, turn: 1}},
		{"it has waited longest", claim{waited: true, left: 1, turn: 2}, claim{waited: true, left: 1000, turn: 3}},
		{"a new one does not wait for those that have waited", claim{fresh: true, left: 1}, claim{waited: true, left: 9, turn: 1}},
		{"the other has no use for it", claim{left: 1, turn: 9}, claim{left: 1000, saturated: true, turn: 1}},
		{"it has waited, of use or not", claim{waited: true, saturated: true, turn: 2}, claim{left: 1000, turn: 1}},
		{"served longest ago, of two alike", claim{left: 5, turn: 1}, claim{left: 5, turn: 2}},
	}
	for _, test := range tests {
		if compareClaims(test.first, test.then) >= 0 || compareClaims(test.then, test.first) <= 0 {
			t.Errorf("%s: %+v does not come before %+v", test.name, test.first, test.then)
		}
	}
}

// The recorder that would end last ends no later than it must.
func TestLongestFirst(t *testing.T) {
	for jobs, spread := range map[int]float64{3: 16, 8: 1, 12: 4} {
		t.Run(fmt.Sprintf("%d at once", jobs), func(t *testing.T) {
			t.Parallel()
			const sets = 6
			sum := 0.0
			for seed := range uint64(sets) {
				sum += randomFleet(seed, 8, spread).ratio(t, jobs, compareClaims)
			}
			if mean := sum / sets; mean > 1.08 {
				t.Errorf("%.3f times the bound", mean)
			}
		})
	}
}

// A recorder with little to give does not wait for those with much.
func TestNobodyWaitsForHours(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slow := simulator.Config{Channels: channels(1, 40, size), Rate: size / 120}
		quick := simulator.Config{Channels: channels(1, 2, size), Rate: size / 10}
		b := setUp(t, slow, slow, slow, quick)
		b.options.Jobs = 2
		b.start()
		began := time.Now()
		b.until("the quick one is done", func(s *Snapshot) bool {
			return slices.ContainsFunc(s.Cameras, func(c CameraView) bool { return c.Recorder == 4 && c.State == Done })
		})
		if waited := time.Since(began); waited > 2*mostWait {
			t.Errorf("it waited for %v", waited)
		}
		b.stop()
	})
}

// Within a recorder the camera with the most left comes first, its recordings
// in time order.
func TestTheLargestCameraComesFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		list := channels(3, 2, size)
		list[1].Recordings = morning(6, size)
		b := setUp(t, simulator.Config{Channels: list, Rate: size / 10})
		b.options.PerRecorder = 1
		b.start()
		b.finish()
		var order []int
		last := map[int]string{}
		for _, e := range b.events() {
			if e.Type != EventFile {
				continue
			}
			if order = append(order, e.Channel); e.Path <= last[e.Channel] {
				t.Errorf("%s comes after %s", e.Path, last[e.Channel])
			}
			last[e.Channel] = e.Path
		}
		if first := order[:4]; !slices.Equal(first, []int{2, 2, 2, 2}) && !slices.Equal(first, []int{1, 2, 2, 2}) {
			t.Errorf("the files came from %v", order)
		}
	})
}
