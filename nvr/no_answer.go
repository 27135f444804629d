package nvr

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"strings"
	"time"
)

// unanswered converts the failure of a request without an answer to an Error.
// It returns context errors unchanged.
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
		return unexpected("what answers there does not speak HTTP", w).withRemedy(CheckPort)
	}
	return failure(Unreachable, noAnswer, w)
}

// brokenOff converts the error that ended a body to an Error.
func brokenOff(ctx context.Context, err error, timeout time.Duration) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, errTrickle):
		return failure(Slow, "the answer comes too slowly", err)
	case errors.Is(err, errIdle), isTimeout(err):
		return failure(Timeout, "nothing came for "+timeout.String(), err)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return failure(Short, "the recorder closed the connection", err)
	}
	return failure(Short, "the connection broke", err)
}

// endlessHeader is net/http's text for a header that exceeds the limit.
const endlessHeader = "headers exceeded"

// noAnswer is the detail for a recorder that accepts a connection and hangs up.
const noAnswer = "the recorder hung up without an answer"

func isTimeout(err error) bool {
	n, ok := errors.AsType[net.Error](err)
	return ok && n.Timeout()
}

// dialDetail says why there is no connection. It omits addresses, which the
// operator already knows.
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

// explainTLS returns nil if err has nothing to do with TLS.
func explainTLS(err error) *Error {
	if pin, ok := errors.AsType[*certificateError](err); ok {
		detail := "the certificate changed: it is not the one that was expected"
		if len(pin.chain) > 0 {
			detail += "; this one has sha256:" + fingerprint(pin.chain[0])
		}
		return failure(TLS, detail, err).withRemedy(TrustNew)
	}
	if bad, ok := errors.AsType[*tls.CertificateVerificationError](err); ok && len(bad.UnverifiedCertificates) > 0 {
		sum := fingerprint(bad.UnverifiedCertificates[0])
		return failure(TLS, "no trusted authority signed its certificate, sha256:"+sum, err).withRemedy(TrustThis)
	}
	if record, ok := errors.AsType[tls.RecordHeaderError](err); ok {
		return failure(TLS, "that port does not speak TLS: "+record.Msg, err).withRemedy(UseHTTP)
	}
	text := err.Error()
	switch {
	case strings.Contains(text, "server gave HTTP response to HTTPS client"):
		return failure(TLS, "that port speaks plain HTTP", err).withRemedy(UseHTTP)
	case strings.Contains(text, "protocol version"), strings.Contains(text, "handshake failure"), strings.Contains(text, "insufficient security"):
		return failure(TLS, text, err).withRemedy(AllowOldTLS)
	case strings.Contains(text, "tls: "), strings.Contains(text, "x509: "):
		return failure(TLS, text, err)
	}
	return nil
}
