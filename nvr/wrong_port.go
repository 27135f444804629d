package nvr

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

const (
	// sdkPort is the port for the vendor's own programs. It accepts connections
	// and stays silent, hangs up, or answers in its own protocol
	// (node-red-contrib-hikvision-ultimate#38).
	sdkPort = 8000

	// firstAnswer is how long the first request to a recorder waits. probeTime is
	// the limit for then finding out what else answers there. A recorder that is
	// slow to answer gets another request with the usual timeout.
	firstAnswer = 10 * time.Second
	probeTime   = 4 * time.Second
)

// explain says what answers at an address where no recorder ever has, and what
// to write instead. err is the failure of the first request.
func (r *Recorder) explain(ctx context.Context, err error) error {
	w, ok := errors.AsType[*wireError](err)
	if !ok || !w.open || r.wire.answered.Load() || ctx.Err() != nil || strings.Contains(w.Error(), endlessHeader) {
		return err
	}
	a := r.config.Address
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	switch {
	case a.HTTPS && r.speaksHTTP(ctx):
		return failure(TLS, "that port speaks plain HTTP", err).withRemedy(UseHTTP)
	case !a.HTTPS && r.speaksTLS(ctx):
		return unexpected("that port speaks HTTPS", err).finally().withRemedy(UseHTTPS)
	case a.Port == sdkPort:
		return unexpected("port 8000 is for the vendor's own programs (SDK) and speaks no HTTP", err).finally().withRemedy(UseWebPort)
	}
	what := map[bool]string{false: "HTTP", true: "TLS"}[a.HTTPS]
	port := strconv.Itoa(a.Port)
	e := unexpected("what answers on port "+port+" does not speak "+what, err)
	if errors.Is(err, errAnswer) || errors.Is(err, errHandshake) {
		e = failure(Timeout, "port "+port+" takes connections, but says nothing to "+what, err)
	}
	if r.wire.silent.Add(1) > 1 {
		e.final = true
	}
	return e.withRemedy(CheckPort)
}

// speaksTLS reports whether a port answers a TLS handshake, even with an error.
func (r *Recorder) speaksTLS(ctx context.Context) bool {
	conn, err := r.wire.dial(ctx, "tcp", r.config.Address.hostPort())
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	record := &firstBytes{Conn: conn}
	//nolint:gosec // Nothing is sent over it: the question is only whether there is TLS.
	_ = tls.Client(record, &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS10}).HandshakeContext(ctx)
	// A handshake or an alert, of version 3.x.
	return len(record.read) > 1 && (record.read[0] == 0x16 || record.read[0] == 0x15) && record.read[1] == 3
}

// firstBytes remembers the first bytes received on a connection.
type firstBytes struct {
	net.Conn
	read []byte
}

func (f *firstBytes) Read(p []byte) (int, error) {
	n, err := f.Conn.Read(p)
	if len(f.read) < 2 {
		f.read = append(f.read, p[:min(n, 2)]...)
	}
	return n, err
}

// speaksHTTP reports whether a port answers a plain request. It sends no login.
func (r *Recorder) speaksHTTP(ctx context.Context) bool {
	conn, err := r.wire.dial(ctx, "tcp", r.config.Address.hostPort())
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	if _, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: "+r.config.Address.hostPort()+"\r\nConnection: close\r\n\r\n"); err != nil {
		return false
	}
	head := make([]byte, 5)
	_, err = io.ReadFull(conn, head)
	return err == nil && bytes.Equal(head, []byte("HTTP/"))
}
