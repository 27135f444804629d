package tasks

import (
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/worker"
)

// Once a recorder may not be touched any more, nothing is written or asked at
// once; when it may again, unfinished work continues.
func TestAFenceStopsEverythingAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(2, 2, size), Rate: size / 20, Quirks: simulator.Quirks{Range: simulator.RangeHonored}})
		var shut atomic.Bool
		b.options.Fence = func(recorder string) error {
			if recorder != "10.0.0.1" {
				t.Errorf("asked for %q", recorder)
			}
			if shut.Load() {
				return errors.New("another machine may be there")
			}
			return nil
		}
		b.start()
		b.until("two downloads run", func(s *Snapshot) bool { return s.Active == 2 && s.Bytes > size/4 })
		shut.Store(true)
		var s Snapshot
		b.queue.Snapshot(&s)
		had := s.Fetched
		time.Sleep(time.Second)
		requests := b.recorders["10.0.0.1"].Stats()
		time.Sleep(time.Minute)
		b.queue.Snapshot(&s)
		if s.Fetched != had || s.Active != 0 || s.Counts[Waiting] != 2 {
			t.Errorf("%d bytes came although the recorder may not be touched; %v", s.Fetched-had, s.Counts)
		}
		if now := b.recorders["10.0.0.1"].Stats(); now.Requests[simulator.Download] != requests.Requests[simulator.Download] {
			t.Error("the recorder was asked although it may not be touched")
		}
		shut.Store(false)
		s = b.finish()
		b.mustHold("10.0.0.1", 101, 201)
		if s.Fetched > 4*size+size/4 {
			t.Errorf("%d bytes were fetched for %d: what had come was thrown away", s.Fetched, 4*size)
		}
	})
}

// A write stopped by the fence is not a failed attempt.
func TestAWriteAsksTheFence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(1, 1, 100*size), Rate: 20 * size})
		var asked, shut atomic.Int64
		b.options.Fence = func(string) error {
			asked.Add(1)
			if shut.Load() > 0 && shut.Add(-1) == 0 {
				return errors.New("just now")
			}
			return nil
		}
		b.start()
		b.until("it comes", func(s *Snapshot) bool { return s.Bytes > 0 })
		before := asked.Load()
		time.Sleep(100 * time.Millisecond) // less than the queue takes to notice by itself
		if asked.Load() == before {
			t.Error("writes do not ask")
		}
		shut.Store(1)
		b.finish()
		if n := countEvents(b, EventRetry); n > 0 {
			t.Errorf("%d attempts count as failed", n)
		}
		b.mustHold("10.0.0.1", 101)
	})
}

func TestWhatAnotherMachineHasIsNotFetched(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(2, 3, size)})
		b.options.Elsewhere = func(it archive.Item) (string, int64, bool) {
			return "spb-2", it.Recording.Size, it.Recording.Track == 101
		}
		b.start()
		s := b.finish()
		if s.Counts[Done] != 2 || s.Files != 6 || b.recorders["10.0.0.1"].Stats().Requests[simulator.Download] != 3 {
			t.Errorf("%v, %d files, %d downloads", s.Counts, s.Files, b.recorders["10.0.0.1"].Stats().Requests[simulator.Download])
		}
		b.mustHold("10.0.0.1", 201)
	})
}

// A complete part gets no name while another machine may be working on the
// recorder; afterwards nothing has to come again.
func TestACommitAsksTheFence(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(1, 1, size), Rate: size / 10, Quirks: simulator.Quirks{Range: simulator.RangeHonored}})
		var meter atomic.Pointer[worker.Meter]
		var lifted atomic.Bool
		b.options.Fence = func(string) error {
			if m := meter.Load(); m != nil && m.Have.Load() == size && !lifted.Load() {
				return errors.New("another machine may be there")
			}
			return nil
		}
		b.start()
		b.until("it comes", func(s *Snapshot) bool { return s.Bytes > 0 })
		b.queue.mu.Lock()
		meter.Store(b.queue.cameras[len(b.queue.cameras)-1].recordings[0].meter)
		b.queue.mu.Unlock()
		time.Sleep(time.Minute)
		if meter.Load().Have.Load() != size || countEvents(b, EventFile) > 0 || len(b.files()) > 0 {
			t.Errorf("%d bytes have come, %v have a name", meter.Load().Have.Load(), b.files())
		}
		lifted.Store(true)
		if s := b.finish(); s.Fetched > size {
			t.Errorf("%d bytes were fetched of %d", s.Fetched, size)
		}
		b.mustHold("10.0.0.1", 101)
	})
}
