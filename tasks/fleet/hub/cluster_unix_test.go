//go:build unix

package hub

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"example.com/hikgrab/tasks/fleet"
)

// nodes are the nats-server processes of one cluster.
type nodes struct {
	urls    []string
	process map[string]*exec.Cmd // by name
}

func newNodes(t *testing.T, count int) *nodes {
	t.Helper()
	var ports []string
	for range 2 * count {
		l := listenTCP(t)
		defer l.Close() // all at once, so that no two are the same
		_, port, _ := net.SplitHostPort(l.Addr().String())
		ports = append(ports, port)
	}
	var routes []string
	for i := range count {
		routes = append(routes, "nats://127.0.0.1:"+ports[count+i])
	}
	n := &nodes{process: map[string]*exec.Cmd{}}
	dir := t.TempDir()
	for i := range count {
		name := fmt.Sprintf("n%d", i)
		args := []string{
			"-a", "127.0.0.1", "-p", ports[i], "-n", name, "-js", "-sd", filepath.Join(dir, name), "-l", filepath.Join(dir, name+".log"),
			"-cluster_name", "test", "-cluster", routes[i], "-routes", strings.Join(routes, ","),
		}
		cmd := exec.CommandContext(context.Background(), os.Args[0])
		cmd.Env = append(os.Environ(), nodeArgs+"="+strings.Join(args, "\n"))
		cmd.Stderr = os.Stderr
		n.process[name] = cmd
		n.urls = append(n.urls, "nats://127.0.0.1:"+ports[i])
	}
	t.Cleanup(func() {
		for name := range n.process {
			n.kill(t, name)
		}
	})
	return n
}

func (n *nodes) start(t *testing.T) {
	t.Helper()
	for _, cmd := range n.process {
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
	}
	for _, url := range n.urls { // a client's first attempt has no patience
		for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
			conn, err := dialTCP(strings.TrimPrefix(url, "nats://"))
			if err == nil {
				_ = conn.Close()
				break
			}
			if time.Since(began) > 20*time.Second {
				t.Fatal(err)
			}
		}
	}
}

func (n *nodes) kill(t *testing.T, name string) {
	t.Helper()
	cmd := n.process[name]
	if cmd == nil || cmd.Process == nil || cmd.ProcessState != nil {
		return
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait() // it was killed
}

func (n *nodes) signal(t *testing.T, name string, s syscall.Signal) {
	t.Helper()
	if err := n.process[name].Process.Signal(s); err != nil {
		t.Fatal(err)
	}
}

// leader returns the name of the node that leads the stream of reports.
func (h *Hub) leader(t *testing.T) string {
	t.Helper()
	for range 100 {
		s, err := h.store.js.Stream(soon(t), h.names.stream())
		if err == nil {
			if info := s.CachedInfo(); info.Cluster != nil && info.Cluster.Leader != "" {
				return info.Cluster.Leader
			}
		}
		time.Sleep(100 * time.Millisecond)
	}
	t.Fatal("nobody leads the stream")
	return ""
}

// traffic goes on whatever happens: a machine that reports, and a coordinator
// that overwrites its values and takes the reports.
type traffic struct {
	h        *Hub
	m        *guest
	revision uint64
	count    int
	longest  time.Duration
}

// some sends, writes and takes a few, each until it succeeds.
func (f *traffic) some(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 90*time.Second)
	defer cancel()
	for range 10 {
		began := time.Now()
		f.count++
		text := fmt.Sprint(f.count)
		for {
			err := f.m.Report(ctx, text, []byte(text))
			if err == nil {
				break
			}
			if !errors.Is(err, fleet.ErrAbsent) {
				t.Fatalf("reporting: %v", err)
			}
			time.Sleep(50 * time.Millisecond)
		}
		var err error
		if f.revision, err = f.h.Save(ctx, "lease.1", []byte(text), f.revision); err != nil {
			t.Fatalf("saving: %v", err)
		}
		for got := ""; got != text; { // a repeated one is acknowledged again
			batch, err := f.h.Reports(ctx, 256)
			if err != nil {
				t.Fatalf("taking reports in: %v", err)
			}
			for _, d := range batch {
				got = string(d.Data)
				_ = d.Ack()
			}
		}
		f.longest = max(f.longest, time.Since(began))
	}
}

func TestAClusterLosesANodeAndNothingElse(t *testing.T) {
	t.Parallel()
	n := newNodes(t, 3)
	n.start(t)
	r := newRig(t)
	r.cluster.URL = strings.Join(n.urls, ",")
	h := r.open(t)
	if !strings.Contains(r.log.String(), "is not encrypted") {
		t.Error("nobody is told that the way is open")
	}
	stop := serve(t, h, echo)
	f := &traffic{h: h, m: r.join(t, t.TempDir(), r.invite(t), nil).in(t)}
	f.some(t)

	first := h.leader(t)
	n.kill(t, first)
	f.some(t)
	t.Logf("the longest pause after the leader %s was killed: %v", first, f.longest)

	// The coordinator is killed too, without notice.
	h.conn.Close()
	stop()
	h = r.open(t)
	serve(t, h, echo)
	f.h = h
	all, err := h.Load(soon(t))
	if err != nil || string(all["lease.1"].Value) != fmt.Sprint(f.count) || all["lease.1"].Revision != f.revision {
		t.Errorf("after the restart there is %v, %v", all, err)
	}
	f.some(t)
}

func TestAClusterNodeIsPaused(t *testing.T) {
	t.Parallel()
	n := newNodes(t, 3)
	n.start(t)
	r := newRig(t)
	r.cluster.URL = strings.Join(n.urls, ",")
	h := r.open(t)
	serve(t, h, echo)
	f := &traffic{h: h, m: r.join(t, t.TempDir(), r.invite(t), nil).in(t)}
	f.some(t)
	frozen := h.leader(t)
	n.signal(t, frozen, syscall.SIGSTOP)
	f.some(t)
	n.signal(t, frozen, syscall.SIGCONT)
	f.some(t)
	t.Logf("the longest pause after the leader %s stood still: %v", frozen, f.longest)

	// Another coordinator of the same operator, elsewhere, learns who is there.
	opts := r.options(t)
	opts.Out = t.TempDir()
	second, err := Open(soon(t), opts)
	if err == nil {
		second.Close()
	}
	if !errors.Is(err, errClaimed) || !strings.Contains(err.Error(), thisProcess()) {
		t.Errorf("a second coordinator gets %v", err)
	}
}
