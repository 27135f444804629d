package awake

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestTheMachineIsHeldWhileThereIsWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var working, held atomic.Bool
		holds := 0
		hold := func() (func(), error) {
			holds++
			held.Store(true)
			return func() { held.Store(false) }, nil
		}
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() {
			defer close(ended)
			While(ctx, working.Load, hold, slog.New(slog.DiscardHandler))
		}()
		for i, busy := range []bool{false, true, true, false, true} {
			working.Store(busy)
			time.Sleep(2 * look)
			if held.Load() != busy {
				t.Fatalf("step %d: held %v, working %v", i, held.Load(), busy)
			}
		}
		cancel()
		<-ended
		if held.Load() || holds != 2 {
			t.Fatalf("held %v at the end, after %d holds", held.Load(), holds)
		}
	})
}

func TestAHoldThatFailsIsNotTriedAgain(t *testing.T) {
	tries := 0
	hold := func() (func(), error) { tries++; return nil, errors.New("no such program") }
	While(t.Context(), func() bool { return true }, hold, slog.New(slog.DiscardHandler))
	if tries != 1 {
		t.Fatalf("%d tries", tries)
	}
}
