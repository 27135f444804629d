package hub

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Open starts the embedded server, or connects to the cluster, and becomes the
// coordinator. The error is a sentence that says what to do.
func Open(ctx context.Context, opts Options) (_ *Hub, err error) {
	if opts.Notice == nil {
		opts.Notice = func(string) {}
	}
	ctx, cancel := context.WithTimeout(ctx, openLimit)
	defer cancel()
	known, err := openMembers(opts.Identity.dir)
	if err != nil {
		return nil, err
	}
	out, err := filepath.Abs(opts.Out)
	if err != nil {
		return nil, err
	}
	host, _ := os.Hostname()
	h := &Hub{
		opts: opts, names: subjects(opts.Identity.pin.Fleet()),
		admission: &admission{id: opts.Identity, members: known, now: time.Now},
		me:        holder{Name: thisProcess(), Instance: rand.Text(), Out: host + " " + out},
	}
	defer func() {
		if err != nil {
			h.shut()
		}
	}()
	if opts.Cluster.URL != "" {
		err = h.useCluster(ctx)
	} else {
		err = h.useEngine(ctx)
	}
	if err != nil {
		return nil, err
	}
	return h, opts.Identity.remember(way{Addresses: h.addresses, Cluster: opts.Cluster.URL != ""})
}

// useEngine starts the embedded server. It moves aside a store that it cannot
// read: no file depends on it.
func (h *Hub) useEngine(ctx context.Context) error {
	dir := filepath.Join(h.opts.Out, storeDir)
	err := h.tryEngine(ctx, dir)
	if !errors.Is(err, errStore) || ctx.Err() != nil {
		return err
	}
	h.opts.Log.Error("The coordinator's store cannot be used", "error", err)
	h.shut()
	aside := dir + ".damaged"
	if err := errors.Join(os.RemoveAll(aside), os.Rename(dir, aside)); err != nil {
		return fmt.Errorf("put the coordinator's damaged store aside: %w", err)
	}
	h.opts.Notice("The coordinator's own store was damaged and is created again; the machines report what they have, and nothing is fetched again")
	return h.tryEngine(ctx, dir)
}

func (h *Hub) tryEngine(ctx context.Context, dir string) (err error) {
	before, _ := filepath.Glob(filepath.Join(dir, "*")) // the pattern is well formed
	if h.engine, err = startEngine(ctx, h.opts.Identity, h.admission, h.opts.Listen, dir, h.opts.Log); err != nil {
		return err
	}
	if h.conn, err = h.connect(); err != nil {
		return err
	}
	h.addresses = reachable(h.engine.server.Addr().(*net.TCPAddr))
	if len(before) > 0 {
		if err := h.kept(ctx); err != nil {
			return err
		}
	}
	if err := h.keep(ctx, 1); err != nil {
		return fmt.Errorf("%w: %w", errStore, err)
	}
	return nil
}

// kept returns errStore if a store from an earlier run lacks something. The
// server leaves out what it cannot read and would recreate it on top of the
// remains, where reports get lost.
func (h *Hub) kept(ctx context.Context) error {
	js, err := jetstream.New(h.conn)
	if err != nil {
		return err
	}
	for _, name := range []string{h.names.stream(), "KV_" + h.names.bucket()} {
		if _, err := js.Stream(ctx, name); err != nil {
			return fmt.Errorf("%w: %s: %w", errStore, name, err)
		}
	}
	return nil
}

// keep opens the store, with so many copies, and becomes the coordinator.
func (h *Hub) keep(ctx context.Context, copies int) (err error) {
	if h.store, err = openStore(ctx, h.conn, h.names, copies, h.engine != nil); err != nil {
		return err
	}
	if h.revision, err = h.store.claim(ctx, h.me); err != nil {
		return err
	}
	return h.store.openReports(ctx)
}

func (h *Hub) connect(more ...nats.Option) (*nats.Conn, error) {
	opts := slices.Concat(common(h.opts.Log), []nats.Option{nats.CustomInboxPrefix(coordinatorInbox)}, more)
	if h.engine != nil {
		conn, err := nats.Connect("", append(opts, nats.InProcessServer(h.engine.server), nats.Token(h.engine.gate.secret))...) // it uses no socket
		if err != nil {
			return nil, fmt.Errorf("connect to the embedded server: %w", err)
		}
		return conn, nil
	}
	own, err := h.opts.Cluster.options()
	if err != nil {
		return nil, err
	}
	conn, err := nats.Connect(h.opts.Cluster.URL, append(opts, own...)...)
	if err != nil {
		return nil, fmt.Errorf("connect to the NATS cluster at %s: %w; check its address, the credentials and the certificates to trust, and that it can be reached from here", h.opts.Cluster.URL, err)
	}
	return conn, nil
}

func (h *Hub) useCluster(ctx context.Context) (err error) {
	if h.addresses, err = h.opts.Cluster.addresses(); err != nil {
		return err
	}
	if h.conn, err = h.connect(); err != nil {
		return err
	}
	if _, err := h.conn.TLSConnectionState(); err != nil {
		h.opts.Notice(openWay(h.opts.Cluster.URL))
	}
	for copies := replicas; ; {
		err = h.keep(ctx, copies)
		switch {
		case err == nil, errors.Is(err, errClaimed):
			return err
		case copies > 1 && fewNodes(err):
			copies = 1
			h.opts.Notice("The NATS cluster does not keep three copies; the coordinator's store is on one node only")
		case !passing(err) || !pause(ctx):
			return fmt.Errorf("use JetStream of the NATS cluster (hikgrab needs NATS 2.11 or later, with JetStream): %w", err)
		}
	}
}
