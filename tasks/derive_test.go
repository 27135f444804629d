package tasks

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/worker"
)

// workshop stands for deriving: each call takes a minute and returns the next
// of results.
type workshop struct {
	mu      sync.Mutex
	at      int
	most    int
	orders  []worker.Derive
	left    []error // causes of those made to leave
	results []error
}

func (w *workshop) make(ctx context.Context, m worker.Derive) worker.Derived {
	w.mu.Lock()
	w.orders = append(w.orders, m)
	w.at++
	w.most = max(w.most, w.at)
	var err error
	if len(w.results) > 0 {
		err, w.results = w.results[0], w.results[1:]
	}
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		w.at--
		w.mu.Unlock()
	}()
	m.Progress.Joining.Total.Store(100)
	m.Progress.Joining.Done.Store(40)
	select {
	case <-time.After(time.Minute):
		return worker.Derived{Files: []archive.Derived{{Finished: archive.Finished{Path: "joined/x.mp4", Bytes: 7}}}, Err: err}
	case <-ctx.Done():
		w.mu.Lock()
		w.left = append(w.left, context.Cause(ctx))
		w.mu.Unlock()
		return worker.Derived{Err: &worker.LeftError{Cause: context.Cause(ctx)}}
	}
}

// startWith starts the queue with its own workshop.
func (b *rig) startWith(w *workshop) {
	b.options.Derivations = Derivations{Join: true}
	b.open()
	b.queue.derive = w.make
	b.run()
}

func TestFilesAreDerivedWhenTheRecordingsAreThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(5, 3, size)})
		w := &workshop{}
		b.startWith(w)
		b.until("something is made", func(s *Snapshot) bool {
			return slices.ContainsFunc(s.Cameras, func(c CameraView) bool {
				return c.Deriving == "joining" && c.DerivingDone == 0.4 && c.State == Downloading && c.Files == 3
			})
		})
		s := b.finish()
		if s.Counts[Done] != 5 || len(w.orders) != 5 || w.most != mostDerivers {
			t.Fatalf("%d done, %d made, %d at once", s.Counts[Done], len(w.orders), w.most)
		}
		for _, m := range w.orders {
			if len(m.Items) != 3 || m.Camera.Recorder != "10.0.0.1" || len(m.Windows) != 1 || !m.Join {
				t.Errorf("made of %+v", m)
			}
		}
		if n := countEvents(b, EventMade); n != 5 {
			t.Errorf("%d events", n)
		}
		for _, c := range s.Cameras {
			if c.Deriving != "" || c.Took < time.Minute {
				t.Errorf("in the end: %+v", c)
			}
		}
	})
}

func TestDerivingCanBePausedSkippedAndStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(2, 1, size)})
		w := &workshop{}
		b.startWith(w)
		s := b.until("both are made", func(s *Snapshot) bool {
			return s.Cameras[0].Deriving != "" && s.Cameras[1].Deriving != ""
		})
		first, second := s.Cameras[0].ID, s.Cameras[1].ID
		b.queue.Pause(first)
		b.queue.Skip(second)
		s = b.until("both have left", func(s *Snapshot) bool {
			w.mu.Lock()
			defer w.mu.Unlock()
			return s.Cameras[0].State == Paused && len(w.left) == 2
		})
		if s.Cameras[1].State != Skipped || s.Finished {
			t.Fatal(states(&s))
		}
		time.Sleep(10 * time.Minute)
		if len(w.orders) != 2 {
			t.Fatal("it went on in spite of the operator")
		}
		b.queue.Resume(first)
		b.until("it goes on", func(s *Snapshot) bool { return s.Cameras[0].Deriving != "" })
		b.queue.Retry(second)
		s = b.finish()
		if s.Counts[Done] != 2 || len(w.orders) != 4 {
			t.Fatalf("%v, %d begun", states(&s), len(w.orders))
		}
	})
}

func TestStoppingWaitsForDeriving(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(1, 1, size)})
		w := &workshop{}
		b.startWith(w)
		b.until("it is made", func(s *Snapshot) bool { return s.Cameras[0].Deriving != "" })
		if !b.queue.Working() {
			t.Error("the machine might go to sleep")
		}
		b.stop()
		if w.at != 0 || len(w.left) != 1 || !errors.Is(w.left[0], errStopped) {
			t.Fatalf("%d at work, left for %v", w.at, w.left)
		}
	})
}

func TestDrainingLetsDerivingFinish(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(4, 1, size)})
		w := &workshop{}
		b.startWith(w)
		b.until("two are made", func(s *Snapshot) bool { return w.at == 2 && s.Files == 4 })
		b.queue.Drain()
		s := b.finish()
		if s.Counts[Done] != 2 || s.Counts[Waiting] != 2 || len(w.orders) != 2 {
			t.Fatalf("%v", states(&s))
		}
	})
}

func TestWhatCannotBeMadeLeavesTheCameraIncomplete(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(2, 2, size)})
		w := &workshop{results: []error{errors.New("the stills fell over")}}
		b.startWith(w)
		s := b.until("the end", func(s *Snapshot) bool { return s.Finished })
		if s.Counts[Incomplete] != 1 || s.Counts[Done] != 1 {
			t.Fatalf("%v", states(&s))
		}
		c := s.Cameras[slices.Index(states(&s), Incomplete)]
		if c.Files != 2 || !strings.Contains(c.Failure.What, "the stills fell over") || c.Failure.Remedy == "" {
			t.Fatalf("%+v", c)
		}
		if n := countEvents(b, EventMade); n != 2 {
			t.Errorf("%d are told of", n)
		}
		if n := b.retryFailed(); n != 1 {
			t.Errorf("%d retried", n)
		}
		if s := b.finish(); s.Counts[Done] != 2 || s.Cameras[0].Failure.Kind+s.Cameras[1].Failure.Kind != "" {
			t.Fatalf("after the retry: %+v", s.Cameras)
		}
	})
}

func TestDerivingWaitsForAFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(1, 1, size)})
		full := &archive.Error{Op: "write", Path: "joined/x.mp4", Kind: archive.Full, Err: errors.New("no space left on device")}
		w := &workshop{results: []error{full, full, nil}}
		b.startWith(w)
		b.until("the disk is full", func(s *Snapshot) bool { return s.Disk.Held != "" })
		s := b.finish()
		if s.Counts[Done] != 1 || len(w.orders) != 3 || s.Disk.Held != "" {
			t.Fatalf("%v after %d tries, held %q", states(&s), len(w.orders), s.Disk.Held)
		}
	})
}

// What blocks derived files is no reason to keep recordings waiting.
func TestDerivingThatMayNotWriteHoldsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(3, 1, size)})
		denied := &archive.Error{Op: "open", Path: "joined", Kind: archive.Denied, Err: os.ErrPermission}
		w := &workshop{results: slices.Repeat([]error{denied}, 1000)}
		b.startWith(w)
		held := ""
		b.until("the end", func(s *Snapshot) bool {
			held += s.Disk.Held
			return s.Finished
		})
		s := b.finish()
		if held != "" || s.Counts[Incomplete] != 3 || s.Elapsed > 3*time.Minute || len(w.orders) != 3 {
			t.Fatalf("%v after %v and %d tries; held: %s", states(&s), s.Elapsed, len(w.orders), held)
		}
		if f := s.Cameras[0].Failure; !strings.Contains(f.What, "open joined: permission denied") || f.Remedy == "" {
			t.Errorf("%+v", f)
		}
	})
}

// A derivation tests a full disk; if that is refused, others try.
func TestDerivingThatMayNotWriteOnAFullDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(2, 1, size)})
		full := &archive.Error{Op: "write", Path: "joined/x.mp4", Kind: archive.Full, Err: errors.New("no space left on device")}
		denied := &archive.Error{Op: "open", Path: "joined", Kind: archive.Denied, Err: os.ErrPermission}
		b.startWith(&workshop{results: []error{full, full, denied}})
		if s := b.finish(); s.Counts[Incomplete] != 1 || s.Counts[Done] != 1 || s.Disk.Held != "" {
			t.Fatalf("%v, held %q", states(&s), s.Disk.Held)
		}
	})
}

func TestRecordingsAreJoined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(2, 3, 60_000)})
		b.options.Derivations, b.options.Format = Derivations{Join: true}, archive.MP4
		b.list[0].Period = Period{From: moment(t, "2000-01-01 07:00"), To: moment(t, "2000-01-01 12:00")}
		b.start()
		s := b.finish()
		if s.Counts[Done] != 2 || countEvents(b, EventMade) != 2 {
			t.Fatalf("%v, events %+v", states(&s), b.events())
		}
		for _, channel := range []string{"ch01", "ch02"} {
			name := filepath.Join(b.dir, "joined", "10.0.0.1", channel, "20000101-070000_20000101-120000.mp4")
			if info, err := os.Stat(name); err != nil || info.Size() < 150_000 {
				t.Errorf("%v, %v", info, err)
			}
		}
		b.start()
		if s = b.finish(); s.Counts[Done] != 2 || s.Fetched != 0 || countEvents(b, EventMade) != 0 {
			t.Fatalf("the second time: %v, events %+v", states(&s), b.events())
		}
	})
}

func TestOnlyThePeriodIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(1, 3, 300_000)})
		b.options.Format, b.options.Cut = archive.MP4, true
		b.list[0].Period = Period{From: moment(t, "2000-01-01 08:05"), To: moment(t, "2000-01-01 08:40")}
		b.start()
		s := b.finish()
		if s.Counts[Done] != 1 || s.Files != 3 {
			t.Fatalf("%v, %d files", states(&s), s.Files)
		}
		want := []string{"20000101-080500_20000101-081500.mp4", "20000101-081500_20000101-083000.mp4", "20000101-083000_20000101-084000.mp4"}
		for i, path := range b.files() {
			if filepath.Base(path) != want[i] {
				t.Errorf("file %d is %s, want %s", i, path, want[i])
			}
		}
	})
}

func moment(t *testing.T, text string) Moment {
	t.Helper()
	m, err := ParseMoment(text)
	if err != nil {
		t.Fatal(err)
	}
	return m
}
