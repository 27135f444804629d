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
	// end closes the connection, cleanly or by a reset. The first call counts.
	end(reset bool)
}

// throughWire writes through net/http.
type throughWire struct{ http.ResponseWriter }

func (t *throughWire) flush() error { return http.NewResponseController(t.ResponseWriter).Flush() }

func (t *throughWire) end(reset bool) {
	conn, _, err := http.NewResponseController(t.ResponseWriter).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler)
	}
	closeConn(conn, reset)
}

// aroundWire writes directly to the connection.
type aroundWire struct {
	*bufio.Writer
	conn net.Conn
}

func (a *aroundWire) flush() error   { return a.Flush() }
func (a *aroundWire) end(reset bool) { closeConn(a.conn, reset) }

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
