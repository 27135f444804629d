package nvr

import (
	"strings"
)

// webAddress returns the path and query of a recording that is named by a web
// address, to be fetched by GET from the recorder itself. Cameras name photos so
// (DS-2CD2185FWD-I V5.6.3, http://host/ISAPI/Streaming/tracks/103/?…, others
// without host), and their download function refuses these addresses.
//
// The host and the scheme in it are the camera's idea of itself at best, as with
// rtsp addresses: the login never goes to another place than the sheet names.
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

// escapeAddress writes an address so that it can stand in the first line of a
// request, and changes nothing else in it: names of files hold blanks, "@" and
// letters of every script, and have to come back as they were sent.
func escapeAddress(text string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(text) {
		c := text[i]
		escaped := c == '%' && i+2 < len(text) && isHex(text[i+1]) && isHex(text[i+2])
		if !escaped && (c <= ' ' || c >= 0x7f || strings.IndexByte("%\"<>\\^`{|}#", c) >= 0) {
			b.WriteByte('%')
			b.WriteByte(digits[c>>4])
			b.WriteByte(digits[c&15])
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F'
}
