package simulator

import (
	"cmp"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Fault is a fault in one answer. The zero value is no fault.
//
// Faults are named after what happens to the body, with offsets in bytes from
// its start: DropAfter(65536), StallAfter(12<<10, 10*time.Second).
type Fault struct {
	name    string
	delay   time.Duration
	refuse  bool
	answer  func(*http.Request) *reply
	event   event
	after   int64
	pause   time.Duration
	rate    int64
	framing Framing
	offset  int64 // added to Content-Length
	extra   int64 // bytes after the announced length
	keep    bool
	corrupt bool
}

// event is something that happens in the middle of a body.
type event int

const (
	eventNone event = iota
	eventDrop
	eventReset
	eventStall
	eventTrickle
)

// String returns the fault's name with its numbers, such as "drop after 4096".
func (f Fault) String() string { return cmp.Or(f.name, "none") }

// Faults of a whole answer.
var (
	None               = Fault{}                                                       // spares one request of a script
	NoLength           = Fault{name: "no length", framing: Chunked}                    // the whole body in chunks, without Content-Length
	ZeroLength         = Fault{name: "zero length", framing: ZeroThen}                 // "Content-Length: 0", followed by a body
	KeepOpenAtEnd      = Fault{name: "keep open at end", keep: true, framing: ByClose} // a whole body without a length; the connection stays open
	KeepOpenWithLength = Fault{name: "keep open with length", keep: true}              // the same with a length, although the client asked to close the connection
	Endless            = Fault{name: "endless", extra: 1 << 60, framing: ByClose}      // a whole body without a length, then junk until the client leaves
	Refuse             = Fault{name: "refuse", refuse: true}                           // the connection ends without an answer
	CorruptHead        = Fault{name: "corrupt head", corrupt: true}                    // the first 64 bytes of the body are overwritten
)

// Answers to a valid request.
var (
	EmptyBody      = Status(http.StatusOK, "")           // nothing
	Unauthorized   = Status(http.StatusUnauthorized, "") // despite the right login
	HTMLWith200    = Status(http.StatusOK, "<!DOCTYPE html><html><head><title>index</title></head><body><script>location='/doc/page/login.asp'</script></body></html>")
	DeviceBusy400  = Refusal(http.StatusBadRequest, "deviceBusy")
	BusyWith200    = Refusal(http.StatusOK, "deviceBusy")
	Spurious400    = Refusal(http.StatusBadRequest, "badXmlContent")
	DeviceError500 = Refusal(http.StatusInternalServerError, "deviceError")
	DeviceError503 = Refusal(http.StatusServiceUnavailable, "deviceError")
	Forbidden      = Refusal(http.StatusForbidden, "lowPrivilege")
	NotSupported   = Refusal(http.StatusForbidden, "notSupport")
	XMLWith200     = Refusal(http.StatusOK, "invalidOperation")
	Gone404        = Refusal(http.StatusNotFound, "notFound")

	// DeviceErrorWith200 uses the PSIA namespace.
	DeviceErrorWith200 = Fault{name: "200 deviceError", answer: func(r *http.Request) *reply {
		return (&reply{status: http.StatusOK}).xml(strings.Replace(responseStatus(r.URL.Path, "deviceError", ""),
			`version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema"`, `version="1.0" xmlns="urn:psialliance-org"`, 1))
	}}
)

func named(f Fault, format string, args ...any) Fault {
	f.name = fmt.Sprintf(format, args...)
	return f
}

// DropAfter closes the connection cleanly after n bytes of the body.
func DropAfter(n int64) Fault {
	return named(Fault{event: eventDrop, after: n}, "drop after %d", n)
}

// ResetAfter resets the connection after n bytes of the body.
func ResetAfter(n int64) Fault {
	return named(Fault{event: eventReset, after: n}, "reset after %d", n)
}

// StallAfter sends nothing for d after n bytes of the body, then continues. If
// d is zero, it stalls until the client gives up.
func StallAfter(n int64, d time.Duration) Fault {
	return named(Fault{event: eventStall, after: n, pause: d}, "stall for %s after %d", d, n)
}

// TrickleAfter sends rate bytes per second in small pieces after n bytes.
func TrickleAfter(n, rate int64) Fault {
	return named(Fault{event: eventTrickle, after: n, rate: rate}, "trickle %d/s after %d", rate, n)
}

// TruncateChunked sends the body in chunks and closes the connection after n
// bytes, without the last chunk.
func TruncateChunked(n int64) Fault {
	return named(Fault{event: eventDrop, after: n, framing: Chunked}, "truncate chunked after %d", n)
}

// CloseDelimited announces no length and ends the body by closing the
// connection after n bytes, so that HTTP cannot distinguish it from a complete
// one. A negative n sends the whole body.
func CloseDelimited(n int64) Fault {
	f := Fault{framing: ByClose}
	if n < 0 {
		return named(f, "close delimited")
	}
	f.event, f.after = eventDrop, n
	return named(f, "close delimited, drop after %d", n)
}

// WrongLength announces a Content-Length that is off by n, and sends the real
// body.
func WrongLength(n int64) Fault { return named(Fault{offset: n}, "length off by %+d", n) }

// ExtraBytes announces the true length and sends n more bytes.
func ExtraBytes(n int64) Fault { return named(Fault{extra: n}, "%d extra bytes", n) }

// SlowHeaders sends nothing at all for d, then answers.
func SlowHeaders(d time.Duration) Fault { return named(Fault{delay: d}, "headers after %s", d) }

// Status answers with a status and a body: a web page, XML, or nothing.
func Status(code int, body string) Fault {
	return named(Fault{answer: func(*http.Request) *reply {
		p := &reply{status: code}
		switch {
		case strings.HasPrefix(body, "<!DOCTYPE html>"):
			p.html(body)
		case body != "":
			p.text("application/xml", body)
		}
		return p
	}}, "status %d", code)
}

// Refusal answers with a status and a ResponseStatus with the subStatusCode
// sub.
func Refusal(status int, sub string) Fault {
	return named(Fault{answer: func(r *http.Request) *reply { return refusal(r, status, sub, "") }}, "%d %s", status, sub)
}

// Busy answers 503 deviceBusy. A positive retryAfter is sent in Retry-After.
func Busy(retryAfter time.Duration) Fault {
	return named(Fault{answer: func(r *http.Request) *reply {
		p := refusal(r, http.StatusServiceUnavailable, "deviceBusy", "")
		if retryAfter > 0 {
			p.header.Set("Retry-After", strconv.Itoa(int(retryAfter/time.Second)))
		}
		return p
	}}, "busy")
}

// Redirect sends the client to another address.
func Redirect(location string) Fault {
	return named(Fault{answer: func(*http.Request) *reply {
		return &reply{status: http.StatusTemporaryRedirect, header: http.Header{"Location": {location}}}
	}}, "redirect to %s", location)
}
