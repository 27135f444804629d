// Package proxy dials recorders through a SOCKS5 or HTTP proxy, such as a jump
// host on the way to their network.
//
// It is not for proxies from the environment. Whoever runs the proxy sees which
// recorders are contacted and, without TLS, the digests of their logins, so
// only the operator chooses one.
package proxy

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/net/proxy"
)

// Dial opens a connection to address, "host:port". The proxy resolves the host.
type Dial func(ctx context.Context, network, address string) (net.Conn, error)

// defaultPort is the port for each scheme if the address has none.
var defaultPort = map[string]string{"socks5": "1080", "http": "8080"}

// Parse parses "socks5://host:port" or "http://host:port". It returns a Dial
// through that proxy, and the proxy's address for people to read. It opens no
// connection. The error says what to write instead, and never contains a
// password.
func Parse(text string) (Dial, string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Hostname() == "" || defaultPort[u.Scheme] == "" {
		return nil, "", errors.New("use socks5://HOST:PORT or http://HOST:PORT")
	}
	switch {
	case u.User != nil:
		return nil, "", errors.New("a login for the proxy would stand in the process list; use a proxy without one, such as ssh -D 1080 JUMPHOST")
	case u.Path != "" && u.Path != "/", u.RawQuery != "", u.Fragment != "":
		return nil, "", fmt.Errorf("%s://%s has something behind the port; leave it out", u.Scheme, u.Host)
	}
	port := u.Port()
	if port == "" {
		port = defaultPort[u.Scheme]
	}
	server := net.JoinHostPort(u.Hostname(), port)
	shown := u.Scheme + "://" + server
	direct := &net.Dialer{KeepAlive: 15 * time.Second}
	if u.Scheme == "http" {
		return connect{server: server, dialer: direct}.dial, shown, nil
	}
	socks, err := proxy.SOCKS5("tcp", server, nil, direct)
	if err != nil {
		return nil, "", fmt.Errorf("use socks5://HOST:PORT: %w", err)
	}
	through, ok := socks.(proxy.ContextDialer)
	if !ok {
		return nil, "", errors.New("this build's SOCKS client cannot be stopped")
	}
	return through.DialContext, shown, nil
}

// connect asks an HTTP proxy for a tunnel (RFC 9110, section 9.3.6).
type connect struct {
	server string
	dialer *net.Dialer
}

// maxAnswer is how much of a proxy's answer is read, in bytes: a status and
// some headers.
const maxAnswer = 16 << 10

func (c connect) dial(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := c.dialer.DialContext(ctx, network, c.server)
	if err != nil {
		return nil, fmt.Errorf("proxy %s: %w", c.server, err)
	}
	stop := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	buffered, err := c.tunnel(ctx, conn, address)
	if !stop() && err == nil { // the deadline above may pass at any moment
		err = ctx.Err()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("proxy %s: %w", c.server, err), conn.Close())
	}
	return tunnelled{Conn: conn, reader: buffered}, nil
}

func (c connect) tunnel(ctx context.Context, conn net.Conn, address string) (io.Reader, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodConnect, "http://"+address, http.NoBody)
	if err != nil {
		return nil, err
	}
	request.URL = &url.URL{Opaque: address}
	if err := request.Write(conn); err != nil {
		return nil, err
	}
	limited := &io.LimitedReader{R: conn, N: maxAnswer}
	buffered := bufio.NewReader(limited)
	answer, err := http.ReadResponse(buffered, request)
	if err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		defer answer.Body.Close()
		return nil, fmt.Errorf("it answered %d and opened no connection to %s", answer.StatusCode, address)
	}
	limited.N = 1<<63 - 1 // from here on the bytes are the recorder's
	return buffered, nil
}

// tunnelled is a connection whose first bytes were read together with the
// proxy's answer.
type tunnelled struct {
	net.Conn
	reader io.Reader
}

func (t tunnelled) Read(p []byte) (int, error) { return t.reader.Read(p) }
