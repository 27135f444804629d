package simulator

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"syscall"
)

// Network is an in-process network. Recorders have addresses on it, and Dial
// connects to them. It opens no sockets, so it also works in a testing/synctest
// bubble; create and close it there.
type Network struct {
	mu      sync.Mutex
	servers map[string]*Server // on memoryListeners
	port    atomic.Int32
}

// Handle serves h at an address "host:port", in place of any earlier handler
// there.
func (n *Network) Handle(address string, h http.Handler) {
	l := &memoryListener{address: address, conns: make(chan net.Conn), closed: make(chan struct{})}
	n.put(address, serve(l, h))
}

// Remove removes an address from the network. Its connections end, and dialing
// it is refused.
func (n *Network) Remove(address string) { n.put(address, nil) }

// put serves s at an address, or nothing if s is nil.
func (n *Network) put(address string, s *Server) {
	n.mu.Lock()
	if n.servers == nil {
		n.servers = map[string]*Server{}
	}
	old := n.servers[address]
	n.servers[address] = s
	n.mu.Unlock()
	if old != nil {
		_ = old.Close()
	}
}

// Close removes all addresses and waits until nothing is running.
func (n *Network) Close() error {
	n.mu.Lock()
	servers := n.servers
	n.servers = nil
	n.mu.Unlock()
	for _, s := range servers {
		if s != nil {
			_ = s.Close()
		}
	}
	return nil
}

// Dial connects to an address. If nothing is served there, it returns the error
// of a closed port.
func (n *Network) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	n.mu.Lock()
	s := n.servers[address]
	n.mu.Unlock()
	refused := &net.OpError{Op: "dial", Net: network, Addr: memoryAddr(address), Err: syscall.ECONNREFUSED}
	if s == nil {
		return nil, refused
	}
	listener := s.listener.(*memoryListener)
	client, server := net.Pipe()
	broken := &atomic.Bool{}
	port := 49152 + int(n.port.Add(1))%16000
	local := &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: port}
	near := &memoryConn{Conn: client, broken: broken, local: local, remote: memoryAddr(address)}
	far := &memoryConn{Conn: server, broken: broken, local: memoryAddr(address), remote: local}
	select {
	case listener.conns <- far:
		return near, nil
	case <-listener.closed:
		_, _ = client.Close(), server.Close()
		return nil, refused
	case <-ctx.Done():
		_, _ = client.Close(), server.Close()
		return nil, &net.OpError{Op: "dial", Net: network, Addr: memoryAddr(address), Err: ctx.Err()}
	}
}

// memoryListener accepts the connections of one address.
type memoryListener struct {
	address string
	conns   chan net.Conn
	closed  chan struct{}
	once    sync.Once
}

func (l *memoryListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *memoryListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	return nil
}

func (l *memoryListener) Addr() net.Addr { return memoryAddr(l.address) }

// memoryAddr is an address of a Network.
type memoryAddr string

func (memoryAddr) Network() string  { return "tcp" }
func (a memoryAddr) String() string { return string(a) }

// memoryConn is a connection that can be reset.
type memoryConn struct {
	net.Conn
	broken        *atomic.Bool
	closed        atomic.Bool // closed on this side
	gone          atomic.Bool // a write was lost because the other side is closed
	local, remote net.Addr
}

func (c *memoryConn) LocalAddr() net.Addr  { return c.local }
func (c *memoryConn) RemoteAddr() net.Addr { return c.remote }

func (c *memoryConn) reset() {
	c.broken.Store(true)
	_ = c.Close()
}

func (c *memoryConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	return n, c.fault("read", err)
}

// Write behaves like that of a socket: it accepts the first bytes after the
// peer is gone, and fails only then. Otherwise a client would notice a silent
// close sooner than on any real network.
func (c *memoryConn) Write(p []byte) (int, error) {
	n, err := c.Conn.Write(p)
	if errors.Is(err, io.ErrClosedPipe) && !c.closed.Load() && !c.broken.Load() && c.gone.CompareAndSwap(false, true) {
		return len(p), nil
	}
	return n, c.fault("write", err)
}

func (c *memoryConn) Close() error {
	c.closed.Store(true)
	return c.Conn.Close()
}

// fault converts errors to those of TCP.
func (c *memoryConn) fault(op string, err error) error {
	var cause error
	switch {
	case err == nil:
		return nil
	case c.closed.Load():
		cause = net.ErrClosed
	case c.broken.Load():
		cause = syscall.ECONNRESET
	case errors.Is(err, io.ErrClosedPipe):
		cause = syscall.EPIPE
	default:
		return err // EOF, or a deadline
	}
	return &net.OpError{Op: op, Net: "tcp", Addr: c.remote, Err: cause}
}
