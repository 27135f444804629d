package hub

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"example.com/hikgrab/tasks/fleet"
)

func TestWhatIsKeptOutlivesARestart(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	h := r.open(t)
	stop := serve(t, h, echo)
	m := r.join(t, t.TempDir(), r.invite(t), nil).in(t)
	revision, err := h.Save(soon(t), "lease.1", []byte("held"), 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"1", "2", "2"} { // the second 2 is the first one, sent again
		if err := m.Report(soon(t), id, []byte("report "+id)); err != nil {
			t.Fatal(err)
		}
	}
	// One is handed out and not acknowledged when the coordinator ends.
	if got, err := h.Reports(soon(t), 1); err != nil || string(got[0].Data) != "report 1" {
		t.Fatal(got, err)
	}
	stop()
	h = r.open(t)
	serve(t, h, echo)
	began := time.Now()
	var got []string
	for len(got) < 2 {
		batch, err := h.Reports(soon(t), 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range batch {
			got = append(got, string(d.Data))
		}
	}
	if strings.Join(got, ",") != "report 1,report 2" || time.Since(began) > 10*time.Second {
		t.Errorf("after the restart there are %q, %v later", got, time.Since(began))
	}
	all, err := h.Load(soon(t))
	if err != nil || len(all) != 1 || all["lease.1"].Revision != revision {
		t.Errorf("loaded %v, %v", all, err)
	}
	m.in(t)
}

func TestADamagedStoreIsMadeAnew(t *testing.T) {
	t.Parallel()
	for name, damage := range map[string]func(path string, d fs.DirEntry) error{
		"truncated": func(path string, _ fs.DirEntry) error { return os.Truncate(path, 0) },
		"cut":       func(path string, _ fs.DirEntry) error { return os.Truncate(path, 11) },
		"garbage": func(path string, _ fs.DirEntry) error {
			return os.WriteFile(path, []byte("garbage, not a store"), 0o600)
		},
		"deleted": func(path string, _ fs.DirEntry) error { return os.Remove(path) },
		"blocks cut": func(path string, _ fs.DirEntry) error {
			if filepath.Ext(path) != ".blk" {
				return nil
			}
			return os.Truncate(path, 100)
		},
		"descriptions cut": func(path string, d fs.DirEntry) error {
			if d.Name() != "meta.inf" {
				return nil
			}
			return os.Truncate(path, 40)
		},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			h := r.open(t)
			stop := serve(t, h, echo)
			m := r.join(t, t.TempDir(), r.invite(t), nil).in(t)
			for _, key := range []string{"lease.1", "lease.2"} {
				if _, err := h.Save(soon(t), key, []byte("held"), 0); err != nil {
					t.Fatal(err)
				}
			}
			for _, id := range []string{"1", "2", "3"} {
				if err := m.Report(soon(t), id, []byte("before")); err != nil {
					t.Fatal(err)
				}
			}
			// Two have been taken when it ends.
			got, err := h.Reports(soon(t), 2)
			if err != nil {
				t.Fatal(err)
			}
			for _, d := range got {
				if err := d.Ack(); err != nil {
					t.Fatal(err)
				}
			}
			stop()
			touched := 0
			err = filepath.WalkDir(filepath.Join(r.out, storeDir), func(path string, d fs.DirEntry, err error) error {
				if err != nil || !d.Type().IsRegular() {
					return err
				}
				touched++
				return damage(path, d)
			})
			if err != nil || touched < 4 {
				t.Fatal(touched, err)
			}
			h = r.open(t)
			serve(t, h, echo)
			m.in(t)
			all, err := h.Load(soon(t))
			if err != nil {
				t.Fatal(err)
			}
			for _, key := range []string{"lease.1", "lease.3"} {
				if _, err := h.Save(soon(t), key, []byte("anew"), all[key].Revision); err != nil {
					t.Errorf("saving %s: %v", key, err)
				}
			}
			if err := m.Report(soon(t), "4", []byte("after")); err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(soon(t), 10*time.Second)
			defer cancel()
			for {
				batch, err := h.Reports(ctx, 10)
				if err != nil {
					t.Fatal(err)
				}
				if string(batch[len(batch)-1].Data) == "after" {
					break
				}
			}
		})
	}
}

func TestAStoreThatCannotBeReadIsPutAside(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	dir := filepath.Join(r.out, storeDir)
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(dir, []byte("no directory"), 0o600); err != nil {
		t.Fatal(err)
	}
	h := r.open(t)
	serve(t, h, echo)
	if _, err := h.Save(soon(t), "lease.1", nil, 0); err != nil {
		t.Error(err)
	}
	if !strings.Contains(r.log.String(), "notice: The coordinator's own store was damaged") {
		t.Error("nobody is told")
	}
	if text, err := os.ReadFile(dir + ".damaged"); err != nil || string(text) != "no directory" {
		t.Errorf("it was not put aside: %q, %v", text, err)
	}
}

func TestWhereItCannotListenIsSaidInASentence(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	other := listenTCP(t)
	defer other.Close()
	serve(t, r.open(t), echo)
	for _, c := range []struct{ listen, want string }{
		{r.listen, "another coordinator of yours listens at " + r.listen + " already: process "},
		{other.Addr().String(), "another program listens at"},
		{"7422", `"7422" is not an address to listen at`},
		{"127.0.0.1:x", "is not an address to listen at"},
		{"192.0.2.1:7422", "listen at 192.0.2.1:7422:"},
	} {
		opts := r.options(t)
		opts.Listen, opts.Out = c.listen, t.TempDir()
		h, err := Open(soon(t), opts)
		if err == nil {
			h.Close()
		}
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("at %s: %v, want %q", c.listen, err, c.want)
		}
	}
}

func TestWhoHasLostTheClaimStops(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	h := r.open(t)
	ended := make(chan error, 1)
	go func() { ended <- h.Serve(soon(t), echo) }()
	defer h.Close()
	last, _, err := h.store.last(soon(t), keyCoordinator)
	if err != nil || last == 0 {
		t.Fatal(last, err)
	}
	if _, err := h.store.try(soon(t), keyCoordinator, []byte(`{"name":"process 7 on laptop","instance":"x"}`), last); err != nil {
		t.Fatal(err)
	}
	select {
	case err := <-ended:
		if !errors.Is(err, fleet.ErrSuperseded) || !strings.Contains(err.Error(), "process 7 on laptop") {
			t.Errorf("it ended with %v", err)
		}
	case <-time.After(renewEvery + 5*time.Second):
		t.Error("it goes on")
	}
}

func TestAClaimThatRanOutIsTakenUpAgain(t *testing.T) {
	t.Parallel()
	r := newRig(t)
	h := r.open(t)
	defer h.Close()
	// As if this machine slept: its claim ran out, and nobody took it.
	if err := h.store.kv.Delete(soon(t), keyCoordinator, jetstream.LastRevision(h.revision)); err != nil {
		t.Fatal(err)
	}
	now, err := h.store.renew(soon(t), h.me, h.revision)
	if err != nil || now <= h.revision {
		t.Fatalf("%d became %d, %v", h.revision, now, err)
	}
	if _, err := h.store.renew(soon(t), h.me, now); err != nil {
		t.Error(err)
	}
}
