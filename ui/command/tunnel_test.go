package command

import (
	"bytes"
	"context"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// tunnel is a connection to a coordinator that can go silent: then nothing
// passes and neither end gets an error, as when a cable is pulled somewhere
// between. It records its traffic.
type tunnel struct {
	net.Listener
	to string

	running sync.WaitGroup
	mu      sync.Mutex
	silent  chan struct{} // closed when the tunnel passes data again; nil while it does
	passed  bytes.Buffer
	conns   []net.Conn
}

// newTunnel returns a tunnel to an address.
func newTunnel(t testing.TB, to string) *tunnel {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	u := &tunnel{Listener: l, to: to}
	u.running.Go(u.accept)
	t.Cleanup(func() {
		_ = l.Close()
		u.mute(false)
		u.mu.Lock()
		for _, c := range u.conns {
			_ = c.Close()
		}
		u.mu.Unlock()
		u.running.Wait()
	})
	return u
}

func (u *tunnel) accept() {
	for {
		in, err := u.Accept()
		if err != nil {
			return
		}
		u.speaks()
		dialer := net.Dialer{Timeout: 5 * time.Second}
		out, err := dialer.DialContext(context.Background(), "tcp", u.to)
		if err != nil {
			_ = in.Close()
			continue
		}
		u.mu.Lock()
		u.conns = append(u.conns, in, out)
		u.mu.Unlock()
		u.running.Go(func() { u.carry(out, in) })
		u.running.Go(func() { u.carry(in, out) })
	}
}

// carry copies data from one end to the other, including its end.
func (u *tunnel) carry(to, from net.Conn) {
	defer to.Close()
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		u.speaks()
		if n > 0 {
			u.mu.Lock()
			u.passed.Write(buf[:n])
			u.mu.Unlock()
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// speaks waits while the tunnel is silent.
func (u *tunnel) speaks() {
	u.mu.Lock()
	silent := u.silent
	u.mu.Unlock()
	if silent != nil {
		<-silent
	}
}

// mute silences the tunnel, or ends the silence.
func (u *tunnel) mute(silent bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case silent && u.silent == nil:
		u.silent = make(chan struct{})
	case !silent && u.silent != nil:
		close(u.silent)
		u.silent = nil
	}
}

// tape returns all traffic so far.
func (u *tunnel) tape() []byte {
	u.mu.Lock()
	defer u.mu.Unlock()
	return bytes.Clone(u.passed.Bytes())
}

// workThrough starts a machine that joins through a tunnel.
func (s *squad) workThrough(u *tunnel, name, invitation string) *process {
	s.t.Helper()
	line, err := readShort(s.home(invitation))
	if err != nil {
		s.t.Fatal(err)
	}
	cmd := s.command(name, s.working(name, "nats://"+u.Addr().String())...)
	cmd.Env = append(cmd.Env, "HIKGRAB_JOIN="+strings.TrimSpace(line))
	return s.run(name, cmd)
}
