package simulator

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
)

// wire is the way an answer takes: through net/http, or around it if net/http
// would not let a wrong answer pass.
type wire interface {
	io.Writer
	flush() error
	// end closes the connection, cleanly or by a reset.
	end(reset bool)
}

// throughWire writes through net/http.
type throughWire struct{ w http.ResponseWriter }

func (t *throughWire) Write(p []byte) (int, error) { return t.w.Write(p) }
func (t *throughWire) flush() error                { return http.NewResponseController(t.w).Flush() }

func (t *throughWire) end(reset bool) {
	conn, _, err := http.NewResponseController(t.w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	closeConn(conn, reset)
}

// aroundWire writes directly to the connection.
type aroundWire struct {
	conn   net.Conn
	w      *bufio.Writer
	closed bool
}

func (a *aroundWire) Write(p []byte) (int, error) { return a.w.Write(p) }
func (a *aroundWire) flush() error                { return a.w.Flush() }

func (a *aroundWire) end(reset bool) {
	if a.closed {
		return
	}
	a.closed = true
	closeConn(a.conn, reset)
}

// closeConn closes a connection, by a reset if wanted and if the network has
// one.
func closeConn(conn net.Conn, reset bool) {
	if reset {
		inner := conn
		if c, ok := inner.(*tls.Conn); ok {
			inner = c.NetConn()
		}
		switch c := inner.(type) {
		case interface{ SetLinger(int) error }:
			_ = c.SetLinger(0)
			_ = inner.Close()
			return
		case interface{ reset() }:
			c.reset()
			return
		}
	}
	_ = conn.Close()
}
