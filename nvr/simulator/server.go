package simulator

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
)

// Server serves a recorder, or any handler, on a listener.
type Server struct {
	// Fingerprint is the SHA-256 of the certificate in lower-case hex. It is empty
	// without TLS.
	Fingerprint string

	listener net.Listener
	http     *http.Server
	cancel   context.CancelFunc
	running  sync.WaitGroup // the accept loop, connections and handlers
	mu       sync.Mutex
	conns    map[net.Conn]bool
}

// Listen serves a handler on an address such as "127.0.0.1:0".
func Listen(address string, h http.Handler) (*Server, error) {
	l, err := listen(address)
	if err != nil {
		return nil, err
	}
	return serve(l, h), nil
}

// ListenTLS is Listen with a new self-signed certificate.
func ListenTLS(address string, h http.Handler, p TLSProfile) (*Server, error) {
	l, err := listen(address)
	if err != nil {
		return nil, err
	}
	c, err := p.certificate()
	if err != nil {
		_ = l.Close()
		return nil, fmt.Errorf("make a certificate: %w", err)
	}
	s := serve(tls.NewListener(l, p.config(c)), h)
	s.Fingerprint = fmt.Sprintf("%x", sha256.Sum256(c.Certificate[0]))
	return s, nil
}

func listen(address string) (net.Listener, error) {
	l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("serve a simulated recorder: %w", err)
	}
	return l, nil
}

// connKey is the context key for the state of a connection.
type connKey struct{}

// connState is the state of a connection.
type connState struct {
	requests atomic.Int64
	// server ends when the server closes. A request's own context also ends when
	// its connection is gone, unless the connection was taken over.
	server context.Context
}

// serve starts serving.
func serve(l net.Listener, h http.Handler) *Server {
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{listener: l, cancel: cancel, conns: map[net.Conn]bool{}}
	s.http = &http.Server{
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			s.running.Add(1)
			defer s.running.Done()
			h.ServeHTTP(w, r)
		}),
		BaseContext: func(net.Listener) context.Context { return ctx },
		ConnContext: func(ctx context.Context, _ net.Conn) context.Context {
			return context.WithValue(ctx, connKey{}, &connState{server: ctx})
		},
		ConnState: s.track,
		ErrorLog:  log.New(io.Discard, "", 0),
	}
	s.running.Go(func() { _ = s.http.Serve(l) })
	return s
}

// track records connections until they are closed. A connection that a handler
// took over ends with the handler.
func (s *Server) track(c net.Conn, state http.ConnState) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch state {
	case http.StateNew:
		s.conns[c] = true
		s.running.Add(1)
	case http.StateClosed, http.StateHijacked:
		if s.conns[c] {
			delete(s.conns, c)
			s.running.Done()
		}
	case http.StateActive, http.StateIdle:
	}
}

// Addr returns the address, with the port chosen for ":0".
func (s *Server) Addr() string { return s.listener.Addr().String() }

// Close closes all connections at once and waits until nothing is running.
func (s *Server) Close() error {
	s.cancel()
	err := s.http.Close()
	s.running.Wait()
	return err
}
