package tasks

import (
	"testing"
	"testing/synctest"
	"time"

	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
)

func TestBackoffGrowsAndStaysBounded(t *testing.T) {
	for n := 1; n < 100; n++ {
		most := min(backoffMost, backoffBase<<min(max(n-1, 0), 20)) + backoffBase/4
		for range 50 {
			if d := backoff(n); d < backoffBase/4 || d > most {
				t.Fatalf("after %d failures the wait is %v, at most %v allowed", n, d, most)
			}
		}
	}
}

func TestHeldVolumeGoesOnByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := setUp(t, simulator.Config{Channels: channels(3, 2, size), Rate: size / 5})
		b.start()
		b.until("two downloads run", func(s *Snapshot) bool { return s.Active == 2 })
		full := Failure{Kind: archive.Full.String(), What: "the disk is full"}
		b.queue.change(func(now time.Time) { b.queue.holdVolume(full, now) })
		b.until("one download tries the disk", func(s *Snapshot) bool {
			b.queue.mu.Lock()
			defer b.queue.mu.Unlock()
			return b.queue.volume.probing && s.Active == 1
		})
		s := b.finish()
		if s.Disk.Held != "" || s.Counts[Done] != 3 {
			t.Fatalf("the end: %+v", s)
		}
	})
}
