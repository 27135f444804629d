package nvr

import (
	"bytes"
	"encoding/xml"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// newXMLDecoder returns a decoder for a recorder's document. Elements are
// matched by their local names in any namespace: the same firmware family
// writes hikvision.com, isapi.org, std-cgi.com, std-cgi.org, psiaext or none,
// and nested elements may switch.
func newXMLDecoder(data []byte) *xml.Decoder {
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimSpace(legible(data))))
	d.Strict = false
	// Recorders label UTF-8 as GB2312 and the other way round. Only ASCII matters
	// here, and legible has already dropped what is not UTF-8.
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	return d
}

// legible drops what recorders send but XML does not allow: a camera name may
// contain control characters, plain or as a number, and bytes in another
// encoding. One such name must not hide all other cameras. Terminal escape
// sequences are dropped as a whole; otherwise all but their first character
// would remain in the name.
func legible(data []byte) []byte {
	numbered := bytes.Contains(data, []byte("&#"))
	if numbered || bytes.IndexByte(data, 0x1b) >= 0 { // otherwise these cost more than the rest of an answer
		data = escapeSequence.ReplaceAll(data, nil)
	}
	data = bytes.Map(func(r rune) rune {
		if r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == '\ufeff' || r == '\ufffe' || r == '\uffff' {
			return -1
		}
		return r
	}, bytes.ToValidUTF8(data, nil))
	if !numbered {
		return data
	}
	return numberedCharacter.ReplaceAllFunc(data, func(text []byte) []byte {
		digits, base := string(text[2:len(text)-1]), 10
		if digits[0] == 'x' || digits[0] == 'X' {
			digits, base = digits[1:], 16
		}
		n, err := strconv.ParseUint(digits, base, 21)
		if err != nil || n < ' ' && n != '\t' && n != '\n' && n != '\r' || n == 0xfffe || n == 0xffff || n >= 0xd800 && n < 0xe000 || n > 0x10ffff {
			return nil
		}
		return text
	})
}

// escapeSequence matches sequences that move cursors and set colours (CSI) or
// titles (OSC), but never across a tag.
var escapeSequence = regexp.MustCompile(`(?:\x1b|&#0*27;|&#[xX]0*1[bB];)(?:\[[0-9;:?]*[ -/]*[@-~]|\][^<\x07\x1b&]{0,200}(?:\x07|\x1b\\|&#0*7;|&#[xX]0*7;)?)`)

var numberedCharacter = regexp.MustCompile(`&#(?:[0-9]+|[xX][0-9a-fA-F]+);`)

// rootName returns the local name of a document's root element, or "" if it is
// not XML.
func rootName(data []byte) string {
	d := newXMLDecoder(data[:min(len(data), 4096)])
	for {
		t, err := d.RawToken()
		if err != nil {
			return ""
		}
		if e, ok := t.(xml.StartElement); ok {
			return e.Name.Local
		}
	}
}

// maxField bounds the text of one field, in bytes. The longest known are
// descriptions of some hundred characters.
const maxField = 8 << 10

// fields returns the text of the first nonempty element for each wanted local
// name, at any depth. Capabilities move between firmware generations, but the
// names stay. Texts longer than maxField are cut.
func fields(data []byte, wanted ...string) map[string]string {
	found := make(map[string]string, len(wanted))
	d := newXMLDecoder(data)
	open, text := "", make([]byte, 0, 64)
	for len(found) < len(wanted) {
		t, err := d.RawToken()
		if chars, ok := t.(xml.CharData); ok && err == nil {
			if open != "" {
				text = append(text, chars[:min(len(chars), maxField-len(text))]...)
			}
			continue
		}
		_, begins := t.(xml.StartElement)
		_, ends := t.(xml.EndElement)
		if open != "" && (begins || ends || err != nil) {
			if whole := strings.TrimSpace(string(text)); whole != "" {
				found[open] = whole
			}
			open, text = "", text[:0]
		}
		if err != nil {
			break
		}
		if begins {
			name := t.(xml.StartElement).Name.Local
			if _, done := found[name]; !done && slices.Contains(wanted, name) {
				open = name
			}
		}
	}
	return found
}

// escapeXML escapes text so that an XML parser returns the same text.
func escapeXML(text string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(text)) // a strings.Builder never fails
	return b.String()
}
