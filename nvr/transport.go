package nvr

import (
	"context"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	defaultTimeout = 30 * time.Second

	// idleTimeout is how long an idle connection is kept. Recorders close theirs
	// after 10 to 60 s; closing first avoids requests on dead connections.
	idleTimeout = 8 * time.Second

	maxHeaderBytes = 64 << 10
)

var (
	errConnect   = errors.New("the connection was not made in time")
	errAnswer    = errors.New("no answer came in time")
	errHandshake = errors.New("no TLS handshake came in time")
	errIdle      = errors.New("no data came in time")
	errPinned    = errors.New("the certificate is not the one that was expected")
)

// wire sends single requests to one recorder. Connecting, waiting for headers,
// and every read of the body may each take at most limit. It knows nothing of
// logins.
type wire struct {
	dial  func(ctx context.Context, network, address string) (net.Conn, error)
	limit time.Duration

	// Both are created on demand, because a sheet may have ten thousand recorders.
	transport func() *http.Transport
	hidden    func() *http.Transport // like transport, with Content-Length hidden; see lengthless
	opened    atomic.Bool            // transport was created

	asked    atomic.Bool  // a request was sent
	answered atomic.Bool  // an HTTP answer was received
	silent   atomic.Int32 // how often it stayed unknown what answers there
}

func newWire(c Config) *wire {
	limit := c.Timeout
	if limit <= 0 {
		limit = defaultTimeout
	}
	dial := c.Dial
	if dial == nil {
		dial = (&net.Dialer{KeepAlive: 15 * time.Second}).DialContext
	}
	w := &wire{limit: limit, dial: dial}
	w.transport = sync.OnceValue(func() *http.Transport {
		w.opened.Store(true)
		return newTransport(c, dial, limit)
	})
	w.hidden = sync.OnceValue(func() *http.Transport { return withLengthsHidden(w.transport()) })
	return w
}

func newTransport(c Config, dial func(ctx context.Context, network, address string) (net.Conn, error), limit time.Duration) *http.Transport {
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	return &http.Transport{
		// No proxy: recorders are on the local network, and a proxy would see the
		// digests.
		Proxy: nil,
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			ctx, cancel := context.WithTimeout(ctx, limit)
			defer cancel()
			return dial(ctx, network, address)
		},
		TLSClientConfig:        tlsConfig(c),
		TLSHandshakeTimeout:    limit,
		ResponseHeaderTimeout:  limit,
		IdleConnTimeout:        idleTimeout,
		MaxIdleConnsPerHost:    8,
		MaxResponseHeaderBytes: maxHeaderBytes,
		DisableCompression:     true,
		Protocols:              protocols,
	}
}

// tlsConfig accepts the pinned certificate, any certificate, or what the
// system's roots vouch for, in this order.
func tlsConfig(c Config) *tls.Config {
	t := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: c.Address.Host}
	if c.Address.LegacyTLS {
		t.MinVersion = tls.VersionTLS10
		for _, suite := range append(tls.CipherSuites(), tls.InsecureCipherSuites()...) {
			t.CipherSuites = append(t.CipherSuites, suite.ID)
		}
	}
	if pin := c.Address.Fingerprint; pin != "" {
		t.InsecureSkipVerify = true // VerifyConnection checks instead
		t.VerifyConnection = func(s tls.ConnectionState) error {
			if len(s.PeerCertificates) == 0 || fingerprint(s.PeerCertificates[0]) != pin {
				return &certificateError{errPinned, s.PeerCertificates}
			}
			return nil
		}
		return t
	}
	t.InsecureSkipVerify = c.Insecure
	return t
}

// certificateError carries the certificate that was refused.
type certificateError struct {
	error
	chain []*x509.Certificate
}

func fingerprint(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}

// wireError is a request without an answer.
type wireError struct {
	err       error
	open      bool // the connection was accepted
	connected bool // the request was sent on it
	reused    bool // it had served an earlier request
}

func (e *wireError) Error() string { return e.err.Error() }
func (e *wireError) Unwrap() error { return e.err }

// stale reports whether an idle connection turned out to be dead, so that the
// request should be sent again on a new one.
func (e *wireError) stale() bool {
	n, isNet := errors.AsType[net.Error](e.err)
	return e.reused && !errors.Is(e.err, errAnswer) && (!isNet || !n.Timeout())
}

// RoundTrip sends one request. The body of the answer ends with errIdle if
// nothing arrives for too long. It must be closed.
func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	var open, connected, reused atomic.Bool
	var socket syscall.RawConn
	deadline := time.AfterFunc(w.limit, func() {
		err := errConnect
		switch {
		case connected.Load():
			err = errAnswer
		case open.Load():
			err = errHandshake
		}
		cancel(err)
	})
	limit := w.limit
	if !w.asked.Swap(true) {
		limit = min(limit, firstAnswer)
	}
	trace := &httptrace.ClientTrace{
		TLSHandshakeStart: func() {
			open.Store(true)
			deadline.Reset(limit)
		},
		GotConn: func(info httptrace.GotConnInfo) {
			open.Store(true)
			connected.Store(true)
			reused.Store(info.Reused)
			socket = socketOf(info.Conn)
			deadline.Reset(limit)
		},
	}
	transport := w.transport
	if wantsNoLength(ctx) {
		transport = w.hidden
	}
	resp, err := transport().RoundTrip(req.WithContext(httptrace.WithClientTrace(ctx, trace)))
	deadline.Stop()
	if err != nil {
		if parent := req.Context().Err(); parent != nil {
			cancel(parent)
			return nil, parent
		}
		if ctx.Err() != nil {
			err = context.Cause(ctx) // the deadline
		}
		cancel(err)
		return nil, &wireError{err: err, open: open.Load(), connected: connected.Load(), reused: reused.Load()}
	}
	w.answered.Store(true)
	timer := time.AfterFunc(w.limit, func() { cancel(errIdle) })
	timer.Stop()
	resp.Body = &idleBody{ReadCloser: resp.Body, ctx: ctx, cancel: cancel, timer: timer, limit: w.limit, socket: socket}
	return resp, nil
}

// dropIdle closes idle connections.
func (w *wire) dropIdle() {
	if w.opened.Load() {
		w.transport().CloseIdleConnections()
	}
}

// idleBody bounds every single Read. Time between reads does not count, because
// the recorder is not to blame for it.
type idleBody struct {
	io.ReadCloser
	ctx    context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer
	limit  time.Duration
	socket syscall.RawConn // its socket; nil if unknown
}

// Read reads once. It returns errIdle if nothing arrived within the limit.
func (b *idleBody) Read(p []byte) (int, error) {
	b.timer.Reset(b.limit)
	n, err := b.ReadCloser.Read(p)
	b.timer.Stop()
	if err != nil && err != io.EOF && context.Cause(b.ctx) == errIdle { //nolint:errorlint // the very value is looked for
		err = errIdle
	}
	return n, err
}

// Close closes the body and ends pending reads.
func (b *idleBody) Close() error {
	b.timer.Stop()
	err := b.ReadCloser.Close()
	b.cancel(context.Canceled)
	return err
}

// shorten limits the next reads to limit.
func (b *idleBody) shorten(limit time.Duration) { b.limit = min(b.limit, limit) }
