package fleet_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"example.com/hikgrab/tasks/fleet"
)

func TestRequestsReportsAndSecretsCross(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		n := newNetwork(1)
		hub, link := n.hub(), n.link("M1", "kazan")
		go func() {
			_ = hub.Serve(ctx, func(_ context.Context, from fleet.Peer, kind fleet.Kind, data []byte) []byte {
				return []byte(string(from.Machine) + from.Networks[0] + string(kind) + string(data))
			})
		}()
		go func() {
			_ = link.Serve(ctx, func() {}, func(_ context.Context, _ fleet.Peer, kind fleet.Kind, _ []byte) []byte { return []byte(kind) })
		}()
		synctest.Wait()
		if got, err := link.Request(ctx, fleet.KindBeat, []byte("!")); err != nil || string(got) != "M1kazanbeat!" {
			t.Errorf("a request gives %q, %v", got, err)
		}
		if got, err := hub.Ask(ctx, "M1", fleet.KindDetail, nil); err != nil || string(got) != "detail" {
			t.Errorf("asking a machine gives %q, %v", got, err)
		}
		if _, err := hub.Ask(ctx, "M2", fleet.KindDetail, nil); !errors.Is(err, fleet.ErrAbsent) {
			t.Errorf("asking nobody gives %v", err)
		}
		sealed, _ := hub.Seal("M1", []byte("secret"))
		if got, err := link.Open(sealed); err != nil || string(got) != "secret" {
			t.Errorf("opened %q, %v", got, err)
		}
		if _, err := n.link("M2").Open(sealed); err == nil {
			t.Error("another machine opened it")
		}
		if err := link.Report(ctx, "1", []byte("one")); err != nil {
			t.Error(err)
		}
		for range 2 { // it comes again until it is acknowledged
			got, err := hub.Reports(ctx, 10)
			if err != nil || len(got) != 1 || string(got[0].Data) != "one" {
				t.Fatalf("%v, %v", got, err)
			}
			time.Sleep(2 * ackWait)
			defer func() { _ = got[0].Ack() }()
		}
		cancel()
		synctest.Wait()
	})
}

func TestOneOfTwoWritersFindsOut(t *testing.T) {
	n := newNetwork(1)
	first, err := n.hub().Save(t.Context(), "run", []byte("a"), 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := n.hub().Save(t.Context(), "run", []byte("b"), 0); !errors.Is(err, fleet.ErrSuperseded) {
		t.Errorf("got %v", err)
	}
	if _, err := n.hub().Save(t.Context(), "run", []byte("b"), first); err != nil {
		t.Error(err)
	}
}

func TestACutMachineIsNotHeard(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		n := newNetwork(1)
		n.cut("M1", true)
		if _, err := n.link("M1").Request(ctx, fleet.KindBeat, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
	})
}
