package nvr

import (
	"fmt"
	"regexp"
	"strings"
)

// webAddress returns the path and query of a recording with a web address, for
// a GET from the recorder itself. Cameras name photos this way (DS-2CD2185FWD-I
// V5.6.3, http://host/ISAPI/Streaming/tracks/103/?…, others without a host),
// and their download function refuses these addresses.
//
// The address's host and scheme are at best the camera's idea of itself, as in
// rtsp addresses. They are ignored: the login goes only to the place in the
// sheet.
func webAddress(uri string) (path string, ok bool) {
	if rest, slash := strings.CutPrefix(uri, "/"); slash && !strings.HasPrefix(rest, "/") {
		return escapeAddress(uri), true
	}
	scheme, rest, _ := strings.Cut(uri, "//")
	switch strings.ToLower(scheme) {
	case "", "http:", "https:":
	default:
		return "", false
	}
	at := strings.IndexByte(rest, '/')
	if at < 0 {
		return "", false
	}
	return escapeAddress(rest[at:]), true
}

// escapeAddress escapes an address for the first line of a request and changes
// nothing else: file names contain blanks, "@" and letters of every script, and
// must be sent back exactly as received.
func escapeAddress(text string) string {
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		if !percentEncoded.MatchString(text[i:]) && (c <= ' ' || c >= 0x7f || strings.IndexByte("%\"<>\\^`{|}#", c) >= 0) {
			fmt.Fprintf(&b, "%%%02X", c)
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

var percentEncoded = regexp.MustCompile(`^%[0-9a-fA-F]{2}`)
