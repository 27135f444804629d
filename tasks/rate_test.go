package tasks

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestGauge(t *testing.T) {
	var g Gauge
	now := time.Unix(1000, 0)
	g.Add(now, 500) // earlier bytes do not count
	if g.mean != 0 || g.Over(shownOver) != 0 {
		t.Fatal("a gauge has a rate after one sample")
	}
	for range 10 {
		now = now.Add(time.Second)
		g.Add(now, g.total+1000)
	}
	if g.mean != 1000 || g.Over(shownOver) != 1000 {
		t.Fatalf("steady 1000 B/s give mean %v and %v over 10 s", g.mean, g.Over(shownOver))
	}
	for range 10 {
		now = now.Add(time.Second)
		g.Add(now, g.total)
	}
	if g.Over(shownOver) != 0 {
		t.Fatalf("after 10 s of nothing the rate is %v", g.Over(shownOver))
	}
	if g.mean <= 0 || g.mean >= 600 {
		t.Fatalf("the smoothed rate after 10 s of nothing is %v", g.mean)
	}
	if g.peak != 1000 {
		t.Fatalf("peak %v", g.peak)
	}
	g.reset()
	g.Add(now.Add(time.Hour), g.total+5000) // a pause is not slowness, nor is its end a jump
	if g.mean != 0 {
		t.Fatalf("mean after a reset %v", g.mean)
	}
}

func TestGaugeNeverLies(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var g Gauge
		now, total := time.Unix(0, 0), int64(0)
		for range rapid.IntRange(1, 300).Draw(t, "samples") {
			now = now.Add(time.Duration(rapid.Int64Range(-1e9, 5e9).Draw(t, "step")))
			total += rapid.Int64Range(-10, 1<<40).Draw(t, "bytes")
			g.Add(now, total)
			for _, r := range append(g.Rates(nil), g.mean, g.peak, g.Over(shownOver), g.Over(time.Hour)) {
				if math.IsNaN(r) || math.IsInf(r, 0) || r < 0 {
					t.Fatalf("rate %v", r)
				}
			}
			if len(g.steps) > history {
				t.Fatalf("%d samples kept", len(g.steps))
			}
		}
	})
}

func TestETA(t *testing.T) {
	for _, c := range []struct {
		left int64
		rate float64
		want time.Duration
	}{
		{0, 100, 0},
		{-5, 100, 0},
		{100, 0, 0},
		{100, 0.5, 0},
		{50, 100, time.Second},
		{1000, 100, 10 * time.Second},
		{1 << 62, 1, 0}, // longer than anybody plans
	} {
		if got := ETA(c.left, c.rate); got != c.want {
			t.Errorf("ETA(%d, %v) = %v, want %v", c.left, c.rate, got, c.want)
		}
	}
}
