package tasks

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

func TestLimiterHoldsTheBandwidth(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(1 << 20)
		began := time.Now()
		for range 40 {
			if err := l.wait(t.Context(), 256<<10); err != nil {
				t.Fatal(err)
			}
		}
		// 10 MiB at 1 MiB/s, less the first burst that was saved up.
		if took := time.Since(began); took < 9*time.Second || took > 10*time.Second {
			t.Fatalf("10 MiB at 1 MiB/s took %v", took)
		}
	})
}

func TestLimiterChangesWhileSomebodyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(16 << 10)
		began := time.Now()
		go func() {
			time.Sleep(2 * time.Second)
			l.set(0)
		}()
		if err := l.wait(t.Context(), 1<<20); err != nil { // 64 s at the old pace
			t.Fatal(err)
		}
		if took := time.Since(began); took > 3*time.Second {
			t.Fatalf("lifting the limit was felt after %v", took)
		}
		if l.limit() != 0 {
			t.Fatalf("limit %d after lifting it", l.limit())
		}
	})
}

func TestLimiterLetsGoWhenAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLimiter(1)
		ctx, cancel := context.WithCancelCause(t.Context())
		go func() {
			time.Sleep(time.Second)
			cancel(errPaused)
		}()
		if err := l.wait(ctx, 1<<20); !errors.Is(err, errPaused) {
			t.Fatalf("got %v", err)
		}
	})
}
