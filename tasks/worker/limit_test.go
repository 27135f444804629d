package worker

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// errGone is the reason a waiting download gives up.
var errGone = errors.New("gone")

func TestLimiterHoldsTheBandwidth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter(1 << 20)
		began := time.Now()
		for range 40 {
			if err := l.Wait(t.Context(), NewLane(), 256<<10); err != nil {
				t.Fatal(err)
			}
		}
		// 10 MiB at 1 MiB/s, less the saved-up first burst.
		if took := time.Since(began); took < 9*time.Second || took > 10*time.Second {
			t.Fatalf("10 MiB at 1 MiB/s took %v", took)
		}
	})
}

func TestLimiterChangesWhileSomebodyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter(16 << 10)
		began := time.Now()
		go func() {
			time.Sleep(2 * time.Second)
			l.Set(0)
		}()
		if err := l.Wait(t.Context(), NewLane(), 1<<20); err != nil { // 64 s at the old pace
			t.Fatal(err)
		}
		if took := time.Since(began); took > 3*time.Second {
			t.Fatalf("lifting the limit was felt after %v", took)
		}
		if l.Limit() != 0 {
			t.Fatalf("limit %d after lifting it", l.Limit())
		}
	})
}

func TestLimiterLetsGoWhenAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter(1)
		ctx, cancel := context.WithCancelCause(t.Context())
		go func() {
			time.Sleep(time.Second)
			cancel(errGone)
		}()
		if err := l.Wait(ctx, NewLane(), 1<<20); !errors.Is(err, errGone) {
			t.Fatalf("got %v", err)
		}
	})
}

func TestLimiterIsFairBetweenRecorders(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimiter(1 << 20)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, cancel)
		var greedy, modest atomic.Int64
		fetch := func(turn Lane, size int, got *atomic.Int64) {
			for l.Wait(ctx, turn, size) == nil {
				got.Add(int64(size))
			}
		}
		var all sync.WaitGroup
		one, other := NewLane(), NewLane()
		for range 7 {
			all.Go(func() { fetch(one, 128<<10, &greedy) })
		}
		all.Go(func() { fetch(other, 128<<10, &modest) })
		all.Wait()
		if ratio := float64(greedy.Load()) / float64(modest.Load()); ratio < 0.9 || ratio > 1.1 {
			t.Errorf("seven downloads of one recorder got %d bytes, the one of another %d", greedy.Load(), modest.Load())
		}
		if sum := greedy.Load() + modest.Load(); sum < 58<<20 || sum > 61<<20 {
			t.Errorf("%d bytes in a minute at 1 MiB/s", sum)
		}
	})
}
