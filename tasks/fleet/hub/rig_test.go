package hub

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"go.uber.org/goleak"

	"example.com/hikgrab/tasks/fleet"
)

// TestMain runs the tests, or is a node of a cluster that one of them started.
func TestMain(m *testing.M) {
	if args := os.Getenv(nodeArgs); args != "" {
		node(strings.Split(args, "\n"))
		return
	}
	goleak.VerifyTestMain(m)
}

// nodeArgs is the variable that makes this process a nats-server with these
// arguments, one a line.
const nodeArgs = "HUB_TEST_NATS_SERVER"

func node(args []string) {
	usage := func() { os.Exit(2) }
	opts, err := server.ConfigureOptions(flag.NewFlagSet("nats-server", flag.ContinueOnError), args, usage, usage, usage)
	if err == nil {
		var s *server.Server
		if s, err = server.NewServer(opts); err == nil {
			s.ConfigureLogger()
			s.Start()
			s.WaitForShutdown()
			return
		}
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// record is a log that tests can search.
type record struct {
	mu   sync.Mutex
	text strings.Builder
}

func (r *record) Write(p []byte) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(p)
}

func (r *record) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

func (r *record) logger() *slog.Logger {
	return slog.New(slog.NewTextHandler(r, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// rig is a coordinator with its own operator, on the loopback.
type rig struct {
	dir, out string
	id       *Identity
	log      *record
	listen   string
	cluster  Cluster
}

func newRig(t testing.TB) *rig {
	t.Helper()
	r := &rig{dir: t.TempDir(), out: t.TempDir(), log: &record{}, listen: "127.0.0.1:0"}
	id, err := OpenIdentity(r.dir)
	if err != nil {
		t.Fatal(err)
	}
	r.id = id
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(r.log)
		}
	})
	return r
}

func (r *rig) options(t testing.TB) Options {
	return Options{
		Identity: r.id, Out: r.out, Listen: r.listen, Cluster: r.cluster, Log: r.log.logger(),
		Notice: func(text string) { t.Log("notice: " + text); r.log.logger().Info("notice: " + text) },
	}
}

func (r *rig) open(t testing.TB) *Hub {
	t.Helper()
	h, err := Open(t.Context(), r.options(t))
	if err != nil {
		t.Fatal(err)
	}
	if r.cluster.URL == "" {
		r.listen = h.Addresses()[0] // the same after a restart
	}
	return h
}

// serve runs the hub until the test ends or stop is called.
func serve(t testing.TB, h *Hub, answer fleet.Answer) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- h.Serve(ctx, answer) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("serving ended with %v", err)
		}
		h.Close()
	})
	t.Cleanup(stop)
	return stop
}

func (r *rig) invite(t testing.TB, networks ...string) *Invitation {
	t.Helper()
	inv, err := r.id.Invite(time.Now(), time.Hour, networks)
	if err != nil {
		t.Fatal(err)
	}
	inv, err = ParseInvitation(inv.String())
	if err != nil {
		t.Fatal(err)
	}
	return &inv
}

// guest is a machine under test.
type guest struct {
	*Link
	out    string
	joined chan struct{} // one for each connect
	ended  chan error    // what Serve returned
	stop   func()
}

func (r *rig) join(t testing.TB, out string, inv *Invitation, answer fleet.Answer, change ...func(*LinkOptions)) *guest {
	t.Helper()
	keys, err := OpenKeys(out)
	if err != nil {
		t.Fatal(err)
	}
	opts := LinkOptions{Keys: keys, Out: out, Invited: inv, Name: "kazan-1", Log: r.log.logger()}
	for _, c := range change {
		c(&opts)
	}
	l, err := OpenLink(opts)
	if err != nil {
		t.Fatal(err)
	}
	if answer == nil {
		answer = func(context.Context, fleet.Peer, fleet.Kind, []byte) []byte { return nil }
	}
	ctx, cancel := context.WithCancel(context.Background())
	m := &guest{Link: l, out: out, joined: make(chan struct{}, 16), ended: make(chan error, 1)}
	finished := make(chan struct{})
	go func() {
		defer close(finished)
		m.ended <- l.Serve(ctx, func() { m.joined <- struct{}{} }, answer)
	}()
	m.stop = func() { cancel(); <-finished }
	t.Cleanup(m.stop)
	return m
}

// in waits until the machine has joined.
func (m *guest) in(t testing.TB) *guest {
	t.Helper()
	select {
	case <-m.joined:
	case err := <-m.ended:
		t.Fatalf("it did not join: %v", err)
	case <-time.After(20 * time.Second):
		t.Fatal("it does not join")
	}
	return m
}

// refused waits until the machine is refused and returns why.
func (m *guest) refused(t testing.TB) string {
	t.Helper()
	select {
	case err := <-m.ended:
		if err == nil {
			t.Fatal("it ended without a reason")
		}
		return err.Error()
	case <-m.joined:
		t.Fatal("it joined")
	case <-time.After(20 * time.Second):
		t.Fatal("nobody refuses it within 20 s")
	}
	return ""
}

// soon returns a context for what should be quick, even on a busy machine.
func soon(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func listenTCP(t testing.TB) net.Listener {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func dialTCP(addr string) (net.Conn, error) {
	return (&net.Dialer{}).DialContext(context.Background(), "tcp", addr)
}

// echo answers with the request.
func echo(_ context.Context, from fleet.Peer, kind fleet.Kind, data []byte) []byte {
	return []byte(string(kind) + " " + strings.Join(from.Networks, ",") + " " + string(data))
}
