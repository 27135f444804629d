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
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	defaultTimeout = 30 * time.Second

	// idleTimeout is how long an unused connection is kept. Recorders close
	// theirs after 10 to 60 s; closing first avoids requests into the void.
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

// wire sends single requests to one recorder, each bounded in time: the
// connection, the answer's headers, and every read of its body may take limit
// each. It knows nothing of logins.
type wire struct {
	dial  func(ctx context.Context, network, address string) (net.Conn, error)
	limit time.Duration

	// Both are made when they are needed: a sheet may name ten thousand recorders.
	transport func() *http.Transport
	hidden    func() *http.Transport // the same with Content-Length hidden, see lengthless
	opened    atomic.Bool            // transport was made

	asked    atomic.Bool  // a request went out
	answered atomic.Bool  // an answer in HTTP came back
	silent   atomic.Int32 // how often nobody could tell what answers there
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
		// No proxy: recorders stand in the local network, and a proxy would
		// see the digests.
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

// tlsConfig accepts the one pinned certificate, any certificate, or what the
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

// wireError is a request that got no answer.
type wireError struct {
	err       error
	open      bool // somebody took the connection
	connected bool // the request went out on it
	reused    bool // it had served an earlier request
}

func (e *wireError) Error() string { return e.err.Error() }
func (e *wireError) Unwrap() error { return e.err }

// stale reports whether a kept connection turned out to be dead, so that the
// same request deserves another one.
func (e *wireError) stale() bool {
	n, isNet := errors.AsType[net.Error](e.err)
	return e.reused && !errors.Is(e.err, errAnswer) && (!isNet || !n.Timeout())
}

// RoundTrip sends one request. The body of the answer ends with errIdle when
// nothing comes for too long; it must be closed.
func (w *wire) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	var open, connected, reused atomic.Bool
	var expired atomic.Pointer[error]
	var socket syscall.RawConn
	deadline := time.AfterFunc(w.limit, func() {
		err := errConnect
		switch {
		case connected.Load():
			err = errAnswer
		case open.Load():
			err = errHandshake
		}
		expired.Store(&err)
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
		cancel(err)
		if parent := req.Context().Err(); parent != nil {
			return nil, parent
		}
		if cause := expired.Load(); cause != nil {
			err = *cause
		}
		return nil, &wireError{err: err, open: open.Load(), connected: connected.Load(), reused: reused.Load()}
	}
	w.answered.Store(true)
	body := newIdleBody(ctx, resp.Body, w.limit, cancel)
	body.socket = socket
	resp.Body = body
	return resp, nil
}

// dropIdle closes the connections that nobody uses.
func (w *wire) dropIdle() {
	if w.opened.Load() {
		w.transport().CloseIdleConnections()
	}
}

// idleBody bounds every single Read. Time between reads does not count: what a
// caller does with the bytes is no fault of the recorder.
type idleBody struct {
	io.ReadCloser
	ctx    context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer
	limit  time.Duration
	socket syscall.RawConn // that it comes from; nil when nobody knows
}

func newIdleBody(ctx context.Context, body io.ReadCloser, limit time.Duration, cancel context.CancelCauseFunc) *idleBody {
	timer := time.AfterFunc(limit, func() { cancel(errIdle) })
	timer.Stop()
	return &idleBody{ReadCloser: body, ctx: ctx, cancel: cancel, timer: timer, limit: limit}
}

// Read reads once; errIdle is the error when nothing came within the limit.
func (b *idleBody) Read(p []byte) (int, error) {
	b.timer.Reset(b.limit)
	n, err := b.ReadCloser.Read(p)
	b.timer.Stop()
	if err != nil && err != io.EOF && context.Cause(b.ctx) == errIdle { //nolint:errorlint // the very value is looked for
		err = errIdle
	}
	return n, err
}

// Close drops the body and whatever still waits for it.
func (b *idleBody) Close() error {
	b.timer.Stop()
	err := b.ReadCloser.Close()
	b.cancel(context.Canceled)
	return err
}

// shorten lets the next reads wait no longer than limit.
func (b *idleBody) shorten(limit time.Duration) { b.limit = min(b.limit, limit) }

// unanswered turns the failure of a request that got no answer into an Error.
// Errors of a context stay what they are.
func unanswered(err error, timeout time.Duration) error {
	if _, done := errors.AsType[*Error](err); done {
		return err
	}
	w, ok := errors.AsType[*wireError](err)
	if !ok {
		return err
	}
	if e := explainTLS(w.err); e != nil {
		return e
	}
	switch {
	case errors.Is(w.err, errConnect), isTimeout(w.err) && !w.connected:
		return failure(Unreachable, "nothing answers there ("+timeout.String()+" waited)", w)
	case errors.Is(w.err, errHandshake):
		return failure(Timeout, "no TLS handshake within "+timeout.String(), w)
	case errors.Is(w.err, errAnswer), isTimeout(w.err):
		return failure(Timeout, "no answer within "+timeout.String(), w)
	case !w.connected:
		return failure(Unreachable, dialDetail(w.err), w)
	}
	switch text := w.err.Error(); {
	case strings.Contains(text, endlessHeader):
		return unexpected("the header of its answer has no end", w)
	case strings.Contains(text, "malformed"):
		return unexpected("what answers there does not speak HTTP", w).helped(CheckPort)
	}
	return failure(Unreachable, noAnswer, w)
}

// endlessHeader is what net/http calls a header that is longer than it may be.
const endlessHeader = "headers exceeded"

// noAnswer is the detail of a recorder that takes a connection and hangs up.
const noAnswer = "the recorder hung up without an answer"

func isTimeout(err error) bool {
	n, ok := errors.AsType[net.Error](err)
	return ok && n.Timeout()
}

// dialDetail says why there is no connection, without the addresses that the
// operator knows already.
func dialDetail(err error) string {
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		if dns.IsNotFound {
			return "no such host: " + dns.Name
		}
		return "the name " + dns.Name + " could not be looked up"
	}
	text := err.Error()
	switch {
	case strings.Contains(text, "refused"):
		return "connection refused"
	case strings.Contains(text, "no route"):
		return "no route to the host"
	case strings.Contains(text, "network is unreachable"), strings.Contains(text, "unreachable network"):
		return "the network is unreachable"
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Err.Error()
	}
	return text
}

// explainTLS returns nil when err has nothing to do with TLS.
func explainTLS(err error) *Error {
	if pin, ok := errors.AsType[*certificateError](err); ok {
		detail := "the certificate changed: it is not the one that was expected"
		if len(pin.chain) > 0 {
			detail += "; this one has sha256:" + fingerprint(pin.chain[0])
		}
		return failure(TLS, detail, err).
			helped(TrustNew)
	}
	if bad, ok := errors.AsType[*tls.CertificateVerificationError](err); ok && len(bad.UnverifiedCertificates) > 0 {
		sum := fingerprint(bad.UnverifiedCertificates[0])
		return failure(TLS, "no trusted authority signed its certificate, sha256:"+sum, err).
			helped(TrustThis)
	}
	if record, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return failure(TLS, "that port does not speak TLS: "+record.Msg, err).
			helped(UseHTTP)
	}
	text := err.Error()
	switch {
	case strings.Contains(text, "server gave HTTP response to HTTPS client"):
		return failure(TLS, "that port speaks plain HTTP", err).
			helped(UseHTTP)
	case strings.Contains(text, "protocol version"), strings.Contains(text, "handshake failure"), strings.Contains(text, "insufficient security"):
		return failure(TLS, text, err).
			helped(AllowOldTLS)
	case strings.Contains(text, "tls: "), strings.Contains(text, "x509: "):
		return failure(TLS, text, err)
	}
	return nil
}
