package tasks

import (
	"testing"
	"testing/synctest"
	"time"

	"example.com/hikgrab/nvr/simulator"
)

func TestAttemptsAndTheNextTrySurviveARestart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(1, 1, size)})
		rec := b.recorders["10.0.0.1"]
		rec.ScriptTrackAlways(simulator.Download, 101, simulator.DropAfter(1000))
		var next time.Time
		for round := range 4 {
			b.start()
			b.until("an attempt has failed", func(*Snapshot) bool { return rec.Stats().Requests[simulator.Download] > round })
			synctest.Wait()
			d, ok := b.queue.Camera(2)
			if !ok || len(d.Recordings) != 1 || attempts(b.queue, 2)[0] != round+1 {
				t.Fatalf("round %d: %+v", round, d)
			}
			if time.Now().Before(next) {
				t.Fatalf("round %d: tried at %v, before %v", round, time.Now(), next)
			}
			next = d.Recordings[0].Next
			b.stop()
		}
		b.start()
		if s := b.finish(); s.Counts[Failed] != 1 {
			t.Fatalf("states %v", states(&s))
		}
		if n := rec.Stats().Requests[simulator.Download]; n != DefaultRetries {
			t.Errorf("%d tries over five runs", n)
		}

		rec.ScriptTrackAlways(simulator.Download, 101, simulator.None)
		b.start() // a recording that was given up is tried again
		if s := b.finish(); s.Counts[Done] != 1 {
			t.Fatalf("states %v", states(&s))
		}
	})
}

func TestTwoRowsFetchOneRecordingOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(2, 3, size), Rate: size / 10})
		b.recorders["10.0.0.1"].SetPassword("second", "another")
		again := b.task("10.0.0.1")
		again.Login.User, again.Login.Password = "second", "another"
		b.list = append(b.list, again)
		b.start()
		if s := b.finish(); s.Counts[Done] != 4 {
			t.Fatalf("states %v", states(&s))
		}
		b.mustHold("10.0.0.1", 101, 201)
		if n := b.recorders["10.0.0.1"].Stats().FullDeliveries; n != 6 {
			t.Errorf("%d deliveries of 6 recordings", n)
		}
	})
}

func TestSkippingAllHoldsForCamerasToCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(3, 1, size), Latency: 10 * time.Second})
		b.list = append(b.list, b.task("10.0.0.1", Pick{Channel: 2}))
		b.start()
		b.queue.Skip(1) // the line that stands for all cameras
		if s := b.finish(); s.Counts[Skipped] != 2 || s.Counts[Done] != 1 {
			t.Fatalf("states %v", states(&s))
		}
	})
}

// A download that began before the password was changed proves nothing about
// the new one.
func TestAnOldDownloadDoesNotLiftARefusedLogin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(2, 2, size), Rate: size / 60})
		b.options.PerRecorder = 3
		b.recorders["10.0.0.1"].ScriptTrack(simulator.Download, 201, simulator.DropAfter(1000))
		b.start()
		b.until("downloads run", func(s *Snapshot) bool { return s.Active >= 2 })
		b.recorders["10.0.0.1"].SetPassword(simulator.DefaultUser, "changed")
		s := b.finish()
		if h := s.Recorders[0].Hold; !h.Held() || !h.Until.IsZero() || s.Files == 0 {
			t.Fatalf("held by %+v after %d files", h, s.Files)
		}
		for _, c := range s.Cameras {
			if c.State != Done && c.Failure.What == "" {
				t.Errorf("%s is %s and does not say why", c.Label(), c.State)
			}
		}
	})
}
