package nvr

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http"
)

// announcedLength is the header for a Content-Length that is hidden from
// net/http.
const announcedLength = "X-Announced-Length"

// lengthless marks the context of a request whose answer must be read without
// its Content-Length: some recorders announce 0, or less than they send, and
// net/http would stop there.
type lengthless struct{}

func withoutLength(ctx context.Context) context.Context {
	return context.WithValue(ctx, lengthless{}, true)
}

func wantsNoLength(ctx context.Context) bool { return ctx.Value(lengthless{}) != nil }

// withLengthsHidden creates a transport for such requests. Each request gets
// its own connection, whose end is the end of the answer.
func withLengthsHidden(t *http.Transport) *http.Transport {
	hidden := t.Clone()
	hidden.DisableKeepAlives = true
	dial := t.DialContext
	hidden.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &lengthlessConn{Conn: conn}, nil
	}
	hidden.DialTLSContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		secure := tls.Client(conn, t.TLSClientConfig)
		if err := secure.HandshakeContext(ctx); err != nil {
			_ = conn.Close()
			return nil, err
		}
		return &lengthlessConn{Conn: secure}, nil
	}
	return hidden
}

// lengthlessConn renames the Content-Length of a successful answer.
type lengthlessConn struct {
	net.Conn
	head    []byte // read, but not yet passed on
	renamed bool   // the header has passed
	err     error
}

var errHeaderTooLong = errors.New("the answer's header is too long")

func (c *lengthlessConn) Read(p []byte) (int, error) {
	for !c.renamed && c.err == nil {
		buf := make([]byte, 4096)
		n, err := c.Conn.Read(buf)
		c.head = append(c.head, buf[:n]...)
		c.err = err
		end := bytes.Index(c.head, []byte("\r\n\r\n"))
		switch {
		case end >= 0:
			c.head = append(renameLength(c.head[:end]), c.head[end:]...)
			c.renamed = true
		case len(c.head) > maxHeaderBytes:
			c.err = errHeaderTooLong
		}
	}
	if len(c.head) > 0 {
		n := copy(p, c.head)
		c.head = c.head[n:]
		return n, nil
	}
	if c.err != nil {
		return 0, c.err
	}
	return c.Conn.Read(p)
}

// renameLength does not change refusals: their bodies are short, and their
// lengths right.
func renameLength(head []byte) []byte {
	lines := bytes.Split(bytes.Clone(head), []byte("\r\n"))
	if !bytes.Contains(lines[0], []byte(" 200")) {
		return bytes.Clone(head)
	}
	for i, line := range lines {
		name, value, ok := bytes.Cut(line, []byte(":"))
		if ok && bytes.EqualFold(bytes.TrimSpace(name), []byte("Content-Length")) {
			lines[i] = append([]byte(announcedLength+":"), value...)
		}
	}
	return bytes.Join(lines, []byte("\r\n"))
}
