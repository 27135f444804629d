package simulator

import (
	"testing"
	"time"
)

func TestDemo(t *testing.T) {
	for minute := 7; minute < 24*60; minute += 3 {
		for _, offset := range []int{-11, -5, 0, 3, 8, 13} {
			now := time.Date(2026, 11, 22, 0, minute, 30, 0, time.FixedZone("here", offset*3600))
			fleet := Demo(now)
			if len(fleet) != 3 {
				t.Fatalf("%d recorders", len(fleet))
			}
			for _, config := range fleet {
				config.Now = func() time.Time { return now }
				rec := New(config)
				wall := rec.WallClock()
				midnight := wall.Truncate(24 * time.Hour)
				for _, track := range rec.Tracks() {
					for _, r := range rec.Recordings(track) {
						if r.Start.Before(midnight) || r.End.After(wall.Add(-10*time.Minute)) {
							t.Errorf("%s at %s: %s to %s", config.Name, wall, r.Start, r.End)
						}
						if r.Size < 1<<20 || r.Size > 13<<20 {
							t.Errorf("%s: %d bytes", config.Name, r.Size)
						}
					}
				}
			}
		}
	}
}

// TestDemoTakesHalfAMinute adds up the time of two downloads at once.
func TestDemoTakesHalfAMinute(t *testing.T) {
	for _, config := range Demo(time.Date(2026, 11, 22, 15, 0, 0, 0, time.UTC)) {
		rec := New(config)
		var bytes int64
		for _, track := range rec.Tracks() {
			for _, r := range rec.Recordings(track) {
				bytes += r.Size
			}
		}
		seconds := float64(bytes) / float64(2*config.Rate)
		t.Logf("%s: %d tracks, %d MiB, %.0f s", config.Name, len(rec.Tracks()), bytes>>20, seconds)
		if seconds < 15 || seconds > 30 {
			t.Errorf("%s takes %.0f s", config.Name, seconds)
		}
	}
}
