package sheet

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"

	"example.com/hikgrab/nvr"
)

func (r rowReader) address() nvr.Address {
	typed := r.words(recorder)
	switch {
	case typed == "":
		r.fault(recorder, "recorder is empty")
		return nvr.Address{}
	case r.cell(recorder).kind != text:
		r.fault(recorder, "recorder is a number or a date; type the address as text")
		return nvr.Address{}
	}
	a, err := nvr.ParseAddress(typed)
	ip, notIP := netip.ParseAddr(a.Host)
	switch {
	case err != nil:
		r.fault(recorder, "%s", addressFault(typed, err))
	case notIP == nil && examples.Contains(ip):
		r.fault(recorder, "this is still the example row; type your recorder's address, or delete the row")
	}
	return a
}

var (
	// dottedNumbers is an IP address, valid or not.
	dottedNumbers = regexp.MustCompile(`^\d{1,3}(?:\.\d{1,3}){3,}$`)
	portBehind    = regexp.MustCompile(`^(?:[a-zA-Z]+://)?(?:[^:/]+|\[[^\]]*\]):[^:/]*/?$`)
	schemeBefore  = regexp.MustCompile(`^([^:/]+)://`)
)

// addressFault says what is wrong with an address. It repeats what was typed
// only if that is all digits and dots: in a sheet with mixed-up columns it
// could be, or contain, a password.
func addressFault(text string, err error) string {
	scheme := schemeBefore.FindStringSubmatch(text)
	switch {
	case dottedNumbers.MatchString(text):
		return clean(err.Error())
	case strings.Contains(text, "@"):
		return "recorder holds a login; user and password have columns of their own"
	case scheme != nil && !strings.EqualFold(scheme[1], "http") && !strings.EqualFold(scheme[1], "https"):
		return "an address begins with http:// or https://, or with the host"
	case strings.Contains(text, "#"):
		return "after the # of an address comes sha256: with the 64 digits of a certificate, or legacy; such an address begins with https://"
	case portBehind.MatchString(text):
		return "recorder is not an address with a port; type the host, a colon and a number from 1 to 65535"
	}
	return "recorder is not an address; type 10.0.0.5, nvr.site.local:8080 or https://10.0.0.5"
}

// otherPorts are ports on which recorders do not speak HTTP, with what they are
// for.
var otherPorts = map[int]string{8000: "Hikvision's own programs", 554: "live video (RTSP)"}

func (r rowReader) port(a *nvr.Address) {
	typed := r.words(port)
	if typed == "" {
		return
	}
	n, err := strconv.ParseUint(typed, 10, 16)
	recorderCell := r.words(recorder)
	switch {
	case err != nil || n == 0:
		r.fault(port, "port must be a number from 1 to 65535")
	case a.Host == "": // already refused
	case portBehind.MatchString(recorderCell) && a.Port != int(n):
		r.fault(port, "this is not the port in the address; leave one of the two out")
	default:
		a.Port = int(n)
	}
	if what := otherPorts[int(n)]; what != "" {
		r.notice(port, "recorders usually listen there for %s; recordings come over HTTP, usually from port 80", what)
	}
}
