package fleet_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"example.com/hikgrab/tasks/fleet"
	"example.com/hikgrab/tasks/fleet/hub"
)

// What the rules of the fleet rest on must hold for every hub, including the
// in-memory one that they are tested with.
func TestEveryHubKeepsItsWord(t *testing.T) {
	t.Parallel()
	hubs := map[string]func(*testing.T) (fleet.Hub, func(networks ...string) fleet.Link){
		"in memory": func(*testing.T) (fleet.Hub, func(...string) fleet.Link) {
			n, count := newNetwork(1), 0
			return n.hub(), func(networks ...string) fleet.Link {
				count++
				return n.link(fleet.MachineID(fmt.Sprintf("M%d", count)), networks...)
			}
		},
		"embedded": embeddedHub,
	}
	for name, open := range hubs {
		t.Run(name, func(t *testing.T) {
			h, link := open(t)
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
			var running sync.WaitGroup
			defer running.Wait()
			defer cancel()
			running.Go(func() {
				if err := h.Serve(ctx, func(_ context.Context, from fleet.Peer, kind fleet.Kind, data []byte) []byte {
					if kind == fleet.KindHave {
						return nil
					}
					return fmt.Appendf(nil, "%s %s %s", kind, from.Networks, data)
				}); err != nil {
					t.Error(err)
				}
			})
			one, two := link("kazan"), link()
			for _, l := range []fleet.Link{one, two} {
				joined := make(chan struct{}, 1)
				running.Go(func() {
					if err := l.Serve(ctx, func() { joined <- struct{}{} }, func(_ context.Context, _ fleet.Peer, kind fleet.Kind, data []byte) []byte {
						return append([]byte(kind), data...)
					}); err != nil {
						t.Error(err)
					}
				})
				<-joined
			}
			for err := fleet.ErrAbsent; err != nil; { // until the coordinator serves as well
				short, cancel := context.WithTimeout(ctx, time.Second)
				_, err = one.Request(short, fleet.KindBeat, nil)
				cancel()
				if ctx.Err() != nil {
					t.Fatal(err)
				}
			}
			t.Run("requests", func(t *testing.T) {
				if got, err := one.Request(ctx, fleet.KindBeat, []byte("!")); err != nil || string(got) != "beat [kazan] !" {
					t.Errorf("got %q, %v", got, err)
				}
				if _, err := one.Request(ctx, fleet.KindHave, nil); !errors.Is(err, fleet.ErrAbsent) {
					t.Errorf("no answer gives %v", err)
				}
				if got, err := h.Ask(ctx, two.Machine(), fleet.KindDetail, []byte("?")); err != nil || string(got) != "detail?" {
					t.Errorf("got %q, %v", got, err)
				}
				if _, err := h.Ask(ctx, "NOBODY", fleet.KindDetail, nil); !errors.Is(err, fleet.ErrAbsent) {
					t.Errorf("nobody gives %v", err)
				}
			})
			t.Run("secrets", func(t *testing.T) {
				sealed, err := h.Seal(one.Machine(), []byte("pass"))
				if err != nil {
					t.Fatal(err)
				}
				if got, err := one.Open(sealed); err != nil || string(got) != "pass" {
					t.Errorf("opened %q, %v", got, err)
				}
				if _, err := two.Open(sealed); err == nil {
					t.Error("another machine opened it")
				}
			})
			t.Run("reports", func(t *testing.T) { reportsArrive(ctx, t, h, one, two) })
			t.Run("store", func(t *testing.T) { storeCompares(ctx, t, h) })
		})
	}
}

func reportsArrive(ctx context.Context, t *testing.T, h fleet.Hub, links ...fleet.Link) {
	const each = 20
	var sending sync.WaitGroup
	for _, l := range links {
		sending.Go(func() {
			for n := range each {
				if err := l.Report(ctx, fmt.Sprint(n), fmt.Append(nil, n)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	got := map[fleet.MachineID]int{}
	for total := 0; total < each*len(links); {
		batch, err := h.Reports(ctx, 7)
		if err != nil || len(batch) == 0 || len(batch) > 7 {
			t.Fatalf("a batch of %d, %v", len(batch), err)
		}
		for _, d := range batch {
			if want := got[d.From.Machine]; !bytes.Equal(d.Data, fmt.Append(nil, want)) {
				t.Fatalf("report %s of %s came when %d was due", d.Data, d.From.Machine, want)
			}
			got[d.From.Machine]++
			total++
			if err := d.Ack(); err != nil {
				t.Error(err)
			}
		}
	}
	sending.Wait()
	short, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
	defer cancel()
	if batch, err := h.Reports(short, 7); len(batch) > 0 || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("afterwards there are %d, %v", len(batch), err)
	}
}

func storeCompares(ctx context.Context, t *testing.T, h fleet.Store) {
	const key = "lease.1f"
	first, err := h.Save(ctx, key, []byte("a"), 0)
	if err != nil || first == 0 {
		t.Fatal(first, err)
	}
	if _, err := h.Save(ctx, key, []byte("b"), 0); !errors.Is(err, fleet.ErrSuperseded) {
		t.Errorf("a second one that is first gives %v", err)
	}
	second, err := h.Save(ctx, key, []byte("b"), first)
	if err != nil || second <= first {
		t.Fatal(second, err)
	}
	if _, err := h.Save(ctx, key, []byte("b"), first); !errors.Is(err, fleet.ErrSuperseded) {
		t.Errorf("an old revision gives %v, though the value is the same", err)
	}
	all, err := h.Load(ctx)
	if err != nil || len(all) != 1 || string(all[key].Value) != "b" || all[key].Revision != second {
		t.Errorf("loaded %v, %v", all, err)
	}
}

// embeddedHub returns the real hub on the loopback, and a function that makes
// machines that join it.
func embeddedHub(t *testing.T) (fleet.Hub, func(networks ...string) fleet.Link) {
	id, err := hub.OpenIdentity(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	h, err := hub.Open(t.Context(), hub.Options{Identity: id, Out: t.TempDir(), Listen: "127.0.0.1:0", Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return h, func(networks ...string) fleet.Link {
		invited, err := id.Invite(time.Now(), time.Hour, networks)
		if err != nil {
			t.Fatal(err)
		}
		out := t.TempDir()
		keys, err := hub.OpenKeys(out)
		if err != nil {
			t.Fatal(err)
		}
		l, err := hub.OpenLink(hub.LinkOptions{Keys: keys, Out: out, Invited: &invited, Name: "one", Log: log})
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
}
