package collect

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/fleet"
)

func TestWhatSeveralHaveComesOnce(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.machine("kazan-1", 0, 1, 2).live()
		r.machine("spb-2", 1, 2, 3).live()
		r.start()
		s := r.finished()
		r.complete(0, 1, 2, 3)
		if s.Counts[tasks.Done] != 4 || s.Files != 4 || s.Bytes != 4*size || s.Total != 4*size || s.Fetched != 4*size || len(s.Recorders) != 2 {
			t.Errorf("%+v", s)
		}
		if sent := r.bytesOf("kazan-1") + r.bytesOf("spb-2"); sent != 4*size {
			t.Errorf("%d bytes came of %d", sent, 4*size)
		}
		if n := strings.Count(r.said(), "has arrived"); n != 4 {
			t.Errorf("told:\n%s", r.said())
		}
		r.stop()
		r.start() // again: nothing is left to do
		if s := r.finished(); len(s.Cameras) != 0 {
			t.Errorf("%d files come again", len(s.Cameras))
		}
		for _, name := range []string{"kazan-1", "spb-2"} {
			if files, err := r.machines[name].store.Finished(); err != nil || len(files) != 3 {
				t.Errorf("%s has %d files left, %v", name, len(files), err)
			}
		}
	})
}

// Files reported while the queue runs are collected as well, even if nothing
// else is left to wait for.
func TestNewsComesAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.machine("kazan-1", 0).live()
		r.start()
		r.finished()
		late := r.machine("spb-2", 1)
		if r.snapshot().Finished || !r.q.Open() {
			t.Error("everything has ended, but for a file that was reported")
		}
		late.live()
		r.until("the second is home", func(s *tasks.Snapshot) bool { return s.Counts[tasks.Done] == 2 })
		r.complete(0, 1)
	})
}

func TestAMachineThatIsNotThereIsSaid(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		late := r.machine("kazan-1", 0, 1)
		r.machine("spb-2", 1, 2).live()
		began := time.Now()
		r.start()
		s := r.finished()
		if took := time.Since(began); took < r.o.Patience || took > r.o.Patience+5*time.Second {
			t.Errorf("it was given up after %s", took)
		}
		if s.Counts[tasks.Failed] != 1 || s.Counts[tasks.Done] != 2 || !strings.Contains(r.said(), "kazan-1 is not there, and 1 file is left on it") {
			t.Errorf("%v\n%s", s.Counts, r.said())
		}
		if f := s.Cameras[0].Failure; f.Remedy != StartMachine || !strings.Contains(f.What, "kazan-1") || !s.Recorders[0].Hold.Held() {
			t.Errorf("%+v", f)
		}
		late.live() // it is collected without further action
		r.until("all is home", func(s *tasks.Snapshot) bool { return s.Counts[tasks.Done] == 3 })
		r.complete(0, 1, 2)
	})
}

// A killed machine or a cut link in the middle of a file costs only what was on
// the wire; the file continues.
func TestABreakIsContinued(t *testing.T) {
	for name, breaks := range map[string]struct{ off, on func(r *rig, h *host) }{
		"killed": {func(_ *rig, h *host) { h.die() }, func(_ *rig, h *host) { h.live() }},
		"cut":    {func(r *rig, _ *host) { r.net.cut(fleet.MachineID(keyOf("kazan-1")), true) }, func(r *rig, _ *host) { r.net.cut(fleet.MachineID(keyOf("kazan-1")), false) }},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, r *rig) {
				h := r.machine("kazan-1", 0, 1, 2).live()
				r.o.Limit = size / 10
				r.start()
				r.until("half of the first is here", func(s *tasks.Snapshot) bool { return len(s.Cameras) > 0 && s.Cameras[0].Bytes > size/2 })
				breaks.off(r, h)
				time.Sleep(20 * time.Second)
				if s := r.snapshot(); s.Active != 0 || s.Cameras[0].Bytes < size/2 || s.Finished {
					t.Errorf("%+v", s)
				}
				breaks.on(r, h)
				r.finished()
				r.complete(0, 1, 2)
				if most := 3*size + mostFlow + 4*fleet.MostPiece; r.bytesOf("kazan-1") > most {
					t.Errorf("%d bytes came of %d", r.bytesOf("kazan-1"), 3*size)
				}
			})
		})
	}
}

// After a stop in the middle, the next queue continues.
func TestTheNextRunGoesOn(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.machine("kazan-1", 0).live()
		r.o.Limit = size / 10
		r.start()
		r.until("half is here", func(s *tasks.Snapshot) bool { return len(s.Cameras) > 0 && s.Cameras[0].Bytes > size/2 })
		r.stop()
		dir := r.home.Dir()
		if err := r.home.Close(); err != nil {
			t.Fatal(err)
		}
		r.home = opened(t, dir)
		before := r.bytesOf("kazan-1")
		r.start()
		r.finished()
		r.complete(0)
		if again := r.bytesOf("kazan-1") - before; again > size/2 {
			t.Errorf("%d bytes of %d came again", again, size)
		}
	})
}

func TestOtherBytesAreRefusedAndTheMachineNamed(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		liar := r.machine("kazan-1", 0, 1).live()
		liar.spoil = func(b []byte) { b[0] ^= 1 }
		r.machine("spb-2", 1).live()
		r.start()
		s := r.finished()
		r.complete(1)
		if s.Counts[tasks.Failed] != 1 || !strings.Contains(r.said(), "kazan-1 sent different bytes than it reported") {
			t.Errorf("%v\n%s", s.Counts, r.said())
		}
		if f := s.Cameras[0].Failure; f.Kind != archive.Damaged.String() || f.Remedy != VerifyThere {
			t.Errorf("%+v", f)
		}
		if n := r.bytesOf("kazan-1"); n > 2*wrongAtMost*size {
			t.Errorf("%d bytes were asked of the liar", n)
		}
		liar.spoil = nil // repaired
		if n := r.retryFailed(); n != 1 {
			t.Errorf("%d are retried", n)
		}
		r.until("all is home", func(s *tasks.Snapshot) bool { return s.Counts[tasks.Done] == 2 })
		r.complete(0, 1)
	})
}

func TestAFileThatIsGoneThere(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		h := r.machine("kazan-1", 0, 1).live()
		files, err := h.store.Finished()
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(filepath.Join(h.store.Dir(), files[0].Path)); err != nil {
			t.Fatal(err)
		}
		r.start()
		s := r.finished()
		r.complete(1)
		if s.Counts[tasks.Failed] != 1 || !strings.Contains(s.Cameras[0].Failure.What, "kazan-1 does not have this file any more") {
			t.Errorf("%v: %+v", s.Counts, s.Cameras[0].Failure)
		}
	})
}

func TestTheOperatorDecides(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.machine("kazan-1", 0, 1, 2, 3).live()
		r.o.Limit = size / 10
		r.start()
		s := r.until("two come", func(s *tasks.Snapshot) bool { return s.Active == perMachine })
		first, last := s.Cameras[0].ID, s.Cameras[3].ID
		r.q.Pause(first)
		r.q.Skip(last)
		s = r.until("it is paused", func(s *tasks.Snapshot) bool { return s.Cameras[0].State == tasks.Paused })
		if s.Cameras[3].State != tasks.Skipped {
			t.Errorf("the last is %s", s.Cameras[3].State)
		}
		have := s.Cameras[0].Bytes
		r.until("the others are home", func(s *tasks.Snapshot) bool { return s.Counts[tasks.Done] == 2 })
		if s := r.snapshot(); s.Cameras[0].Bytes != have || s.Finished {
			t.Errorf("what is paused went on: %+v", s.Cameras[0])
		}
		r.q.Resume(first)
		r.until("it goes on", func(s *tasks.Snapshot) bool { return s.Cameras[0].State == tasks.Downloading })
		r.q.PauseAll(true)
		r.until("all is paused", func(s *tasks.Snapshot) bool { return s.AllPaused && s.Cameras[0].State == tasks.Paused })
		r.q.PauseAll(false)
		r.until("the first is home", func(s *tasks.Snapshot) bool { return s.Counts[tasks.Done] == 3 })
		r.complete(0, 1, 2)
		if s := r.finished(); s.Counts[tasks.Skipped] != 1 {
			t.Errorf("%v", s.Counts)
		}
		r.q.Retry(last)
		r.until("the skipped one is home", func(s *tasks.Snapshot) bool { return s.Counts[tasks.Done] == 4 })
		r.complete(0, 1, 2, 3)
		if d, ok := r.q.Camera(first); !ok || d.Recordings[0].Path == "" || d.Recordings[0].State != tasks.RecordingDone {
			t.Errorf("%+v", d)
		}
	})
}

func TestDrainingFinishesWhatComes(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.machine("kazan-1", 0, 1, 2, 3).live()
		r.o.Limit = size / 10
		r.start()
		r.until("two come", func(s *tasks.Snapshot) bool { return s.Active == perMachine })
		r.q.Drain()
		s := r.finished()
		if s.Counts[tasks.Done] != perMachine || s.Counts[tasks.Waiting] != 2 {
			t.Errorf("%v", s.Counts)
		}
	})
}

func TestTheBandwidthHolds(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.machine("kazan-1", 0, 1).live()
		r.machine("spb-2", 2, 3).live()
		const rate = size / 20
		r.o.Limit = rate
		began := time.Now()
		r.start()
		r.until("half is home", func(s *tasks.Snapshot) bool { return s.Bytes > 2*size })
		if took := time.Since(began); took < 35*time.Second {
			t.Errorf("at a rate for 40 s half came in %s", took)
		}
		r.q.SetLimit(0) // the window of the day ends
		r.finished()
		if took := time.Since(began); took > 60*time.Second {
			t.Errorf("without a limit it took %s", took)
		}
	})
}

// In a bad network everything still arrives, once and intact.
func TestABadNetwork(t *testing.T) {
	bubble(t, func(_ *testing.T, r *rig) {
		r.net.loss, r.net.double, r.net.delay = 0.05, 0.1, 300*time.Millisecond
		r.machine("kazan-1", 0, 1, 2).live()
		r.machine("spb-2", 2, 3).live()
		r.o.Patience = time.Hour
		r.start()
		r.finished()
		r.complete(0, 1, 2, 3)
	})
}

// With Hear the queue waits even for a machine whose files the catalogue has,
// because it may have more to report.
func TestMachinesAreHeardFirst(t *testing.T) {
	bubble(t, func(t *testing.T, r *rig) {
		r.machine("kazan-1")
		r.o.Hear = true
		r.o.Machines = func() []tasks.MachineView {
			return []tasks.MachineView{{ID: keyOf("kazan-1"), Name: "kazan-1"}, {ID: string(fleet.Own)}}
		}
		began := time.Now()
		r.start()
		r.finished()
		if took := time.Since(began); took < r.o.Patience {
			t.Errorf("nobody is there, and it ended after %s", took)
		}
		r.stop()
		r.machines["kazan-1"].live()
		began = time.Now()
		r.start()
		r.finished()
		if took := time.Since(began); took < settled || took > r.o.Patience/2 {
			t.Errorf("it is there, and it ended after %s", took)
		}
	})
}

// Slow lines get few bytes at a time, so that beats do not queue behind them.
func TestTheFlowFollowsTheLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := newFlow()
		for range rapid.IntRange(1, 200).Draw(t, "answers") {
			n := f.piece(1 << 30)
			if n < leastFlow || n > fleet.MostPiece {
				t.Fatalf("a piece of %d bytes", n)
			}
			if f.take(t.Context(), n) != nil || f.budget > mostFlow {
				t.Fatal("not taken")
			}
			f.give(n, time.Duration(rapid.Int64Range(0, int64(20*time.Second)).Draw(t, "took")))
			if f.out != 0 {
				t.Fatalf("%d bytes are out", f.out)
			}
		}
		for range 100 {
			n := f.piece(1 << 30)
			_ = f.take(t.Context(), n) // nobody else asks
			f.give(n, 2*late)
		}
		if f.budget != leastFlow {
			t.Fatalf("a thin line is asked for %d bytes", f.budget)
		}
		for range 1000 {
			n := f.piece(1 << 30)
			_ = f.take(t.Context(), n)
			f.give(n, time.Millisecond)
		}
		if f.budget != mostFlow {
			t.Fatalf("a wide line is asked for %d bytes", f.budget)
		}
	})
}

func TestAPieceIsAtMostWhatIsLeft(t *testing.T) {
	f := newFlow()
	if n := f.piece(7); n != 7 {
		t.Errorf("asked for %d bytes of 7", n)
	}
	if err := f.take(t.Context(), 7); err != nil {
		t.Error(err)
	}
}
