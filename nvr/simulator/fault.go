package simulator

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Fault is what goes wrong with one answer. The zero value is no fault.
//
// Faults are named after what they do to the bytes of the body, counted from
// its first byte: DropAfter(65536), StallAfter(12<<10, 10*time.Second).
type Fault struct {
	name    string
	delay   time.Duration
	refuse  bool
	answer  func(*http.Request) *reply
	event   event
	after   int64
	pause   time.Duration
	rate    int64
	framing framing
	reframe bool
	offset  int64 // added to Content-Length
	extra   int64 // bytes after the announced end
	keep    bool
	corrupt bool
}

// event is what happens in the middle of a body.
type event int

const (
	eventNone event = iota
	eventDrop
	eventReset
	eventStall
	eventTrickle
)

// String returns the fault's name with its numbers, as "drop after 4096".
func (f Fault) String() string { return or(f.name, "none") }

func named(f Fault, format string, args ...any) Fault {
	f.name = fmt.Sprintf(format, args...)
	return f
}

// None is no fault: it lets one request of a script pass.
func None() Fault { return Fault{} }

// DropAfter ends the connection in an orderly way after n bytes of the body.
func DropAfter(n int64) Fault {
	return named(Fault{event: eventDrop, after: n}, "drop after %d", n)
}

// ResetAfter resets the connection after n bytes of the body.
func ResetAfter(n int64) Fault {
	return named(Fault{event: eventReset, after: n}, "reset after %d", n)
}

// StallAfter sends nothing for d after n bytes of the body, then continues.
// With d zero it stalls until the client gives up.
func StallAfter(n int64, d time.Duration) Fault {
	return named(Fault{event: eventStall, after: n, pause: d}, "stall for %s after %d", d, n)
}

// TrickleAfter sends rate bytes per second, a few at a time, after n bytes.
func TrickleAfter(n, rate int64) Fault {
	return named(Fault{event: eventTrickle, after: n, rate: rate}, "trickle %d/s after %d", rate, n)
}

// TruncateChunked sends the body in chunks and ends the connection after n
// bytes, without the last chunk.
func TruncateChunked(n int64) Fault {
	return named(Fault{event: eventDrop, after: n, framing: chunked, reframe: true}, "truncate chunked after %d", n)
}

// CloseDelimited announces no length and ends the body, after n bytes, with
// the connection, so that nothing in HTTP tells it from a complete one. A
// negative n sends the whole body.
func CloseDelimited(n int64) Fault {
	f := Fault{framing: byClose, reframe: true}
	if n < 0 {
		return named(f, "close delimited")
	}
	f.event, f.after = eventDrop, n
	return named(f, "close delimited, drop after %d", n)
}

// NoLength sends the whole body in chunks, without Content-Length.
func NoLength() Fault { return named(Fault{framing: chunked, reframe: true}, "no length") }

// ZeroLength announces "Content-Length: 0" and sends the body all the same.
func ZeroLength() Fault { return named(Fault{framing: zeroThen, reframe: true}, "zero length") }

// WrongLength announces a Content-Length that is off by n and sends what there is.
func WrongLength(n int64) Fault { return named(Fault{offset: n}, "length off by %+d", n) }

// ExtraBytes announces the true length and sends n bytes more.
func ExtraBytes(n int64) Fault { return named(Fault{extra: n}, "%d extra bytes", n) }

// Endless sends a whole body without its length, and goes on with what nobody
// asked for until the client leaves.
func Endless() Fault {
	return named(Fault{extra: 1 << 60, framing: byClose, reframe: true}, "endless")
}

// KeepOpenAtEnd sends a whole body without its length and keeps the connection
// open afterwards.
func KeepOpenAtEnd() Fault {
	return named(Fault{keep: true, framing: byClose, reframe: true}, "keep open at end")
}

// KeepOpenWithLength sends a whole body with its length and keeps the
// connection open, although the client asked for it to be closed.
func KeepOpenWithLength() Fault { return named(Fault{keep: true}, "keep open with length") }

// SlowHeaders sends nothing at all for d, then answers.
func SlowHeaders(d time.Duration) Fault { return named(Fault{delay: d}, "headers after %s", d) }

// Refuse ends the connection without an answer.
func Refuse() Fault { return named(Fault{refuse: true}, "refuse") }

// CorruptHead overwrites the first 64 bytes of the body.
func CorruptHead() Fault { return named(Fault{corrupt: true}, "corrupt head") }

// Status answers with a status and a body of XML, which may be empty.
func Status(code int, body string) Fault {
	return named(Fault{answer: func(*http.Request) *reply {
		p := &reply{status: code}
		if body != "" {
			p.text("application/xml", body)
		}
		return p
	}}, "status %d", code)
}

// Busy answers 503 deviceBusy; a positive retryAfter is told in Retry-After.
func Busy(retryAfter time.Duration) Fault {
	return named(Fault{answer: func(r *http.Request) *reply {
		p := refusal(r, http.StatusServiceUnavailable, codeBusy, "deviceBusy", "")
		if retryAfter > 0 {
			p.header.Set("Retry-After", strconv.Itoa(int(retryAfter/time.Second)))
		}
		return p
	}}, "busy")
}

// statusFault answers with a ResponseStatus.
func statusFault(name string, status, code int, sub string) Fault {
	return named(Fault{answer: func(r *http.Request) *reply { return refusal(r, status, code, sub, "") }}, "%s", name)
}

// DeviceBusy400 answers 400 deviceBusy.
func DeviceBusy400() Fault {
	return statusFault("400 deviceBusy", http.StatusBadRequest, codeBusy, "deviceBusy")
}

// BusyWith200 answers 200 and deviceBusy.
func BusyWith200() Fault {
	return statusFault("200 deviceBusy", http.StatusOK, codeBusy, "deviceBusy")
}

// Spurious400 answers 400 badXmlContent to a request that is right.
func Spurious400() Fault {
	return statusFault("spurious 400", http.StatusBadRequest, codeBadContent, "badXmlContent")
}

// DeviceError500 answers 500 deviceError.
func DeviceError500() Fault {
	return statusFault("500 deviceError", http.StatusInternalServerError, codeDeviceError, "deviceError")
}

// DeviceError503 answers 503 deviceError.
func DeviceError503() Fault {
	return statusFault("503 deviceError", http.StatusServiceUnavailable, codeDeviceError, "deviceError")
}

// DeviceErrorWith200 answers 200 and deviceError in the PSIA namespace.
func DeviceErrorWith200() Fault {
	return named(Fault{answer: func(r *http.Request) *reply {
		p := &reply{status: http.StatusOK}
		p.xml(strings.Replace(responseStatus(r.URL.Path, codeDeviceError, "deviceError", ""),
			`version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema"`, `version="1.0" xmlns="urn:psialliance-org"`, 1))
		return p
	}}, "200 deviceError")
}

// Forbidden answers 403 lowPrivilege.
func Forbidden() Fault {
	return statusFault("403 lowPrivilege", http.StatusForbidden, codeInvalidOperation, "lowPrivilege")
}

// MethodNotAllowed answers 403 methodNotAllowed.
func MethodNotAllowed() Fault {
	return statusFault("403 methodNotAllowed", http.StatusForbidden, codeInvalidOperation, "methodNotAllowed")
}

// XMLWith200 answers 200 and a ResponseStatus that says Invalid Operation.
func XMLWith200() Fault {
	return statusFault("200 with an XML error", http.StatusOK, codeInvalidOperation, "invalidOperation")
}

// Gone404 answers 404.
func Gone404() Fault {
	return statusFault("404", http.StatusNotFound, codeInvalidOperation, "notFound")
}

// HTMLWith200 answers 200 and a web page.
func HTMLWith200() Fault {
	return named(Fault{answer: func(*http.Request) *reply {
		p := &reply{status: http.StatusOK}
		p.html("<!DOCTYPE html><html><head><title>index</title></head><body><script>location='/doc/page/login.asp'</script></body></html>")
		return p
	}}, "200 with HTML")
}

// EmptyBody answers 200 and nothing.
func EmptyBody() Fault {
	return named(Fault{answer: func(*http.Request) *reply { return &reply{status: http.StatusOK} }}, "empty body")
}

// Unauthorized answers 401 without a word to a request whose login was right.
func Unauthorized() Fault { return named(Fault{answer: unauthorizedAnswer}, "spurious 401") }

func unauthorizedAnswer(*http.Request) *reply { return &reply{status: http.StatusUnauthorized} }

// Redirect sends the client to another address.
func Redirect(location string) Fault {
	return named(Fault{answer: func(*http.Request) *reply {
		return &reply{status: http.StatusTemporaryRedirect, header: http.Header{"Location": {location}}}
	}}, "redirect to %s", location)
}
