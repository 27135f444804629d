package nvr

import (
	"bytes"
	"net/http"
	"testing"

	"example.com/hikgrab/nvr/media"
)

// TestUnknownContainer accepts data in an unknown container as a recording only
// if it is not text and exactly as long as announced.
func TestUnknownContainer(t *testing.T) {
	t.Parallel()
	data := append([]byte("4HKH"), bytes.Repeat([]byte{0, 1}, media.SniffLen/2)...)[:media.SniffLen]
	text := bytes.Repeat([]byte("no "), media.SniffLen)[:media.SniffLen]
	for _, c := range []struct {
		name         string
		head         []byte
		kind         string // Content-Type
		size, length int64  // from the search, 0 for none, and from the answer, -1 for none
		want         bool
	}{
		{"as long as was announced", data, "", 9000, 9000, true},
		{"the search alone tells", data, "", 9000, -1, true},
		{"the answer alone tells", data, "", 0, 9000, true},
		{"nobody tells", data, "", 0, -1, false},
		{"longer", data, "", 9000, 9001, false},
		{"shorter", data, "", 9000, 8999, false},
		{"next to nothing", data[:100], "", 100, 100, false},
		{"text", text, "", 9000, 9000, false},
		{"said to be XML", data, "application/xml", 9000, 9000, false},
	} {
		d := &downloading{rec: Recording{Size: c.size}}
		resp := &http.Response{Header: http.Header{"Content-Type": {c.kind}}}
		if got := d.unknownContainer(resp, c.head, c.length); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}
