package nvr

import (
	"net/http"

	"example.com/hikgrab/nvr/media"
)

// strange reports whether an answer that begins with head may be a recording in
// an unknown container: it is not text, and it is exactly as long as the search
// announced, or as the answer did if the search did not. The caller should keep
// it only if it came twice with the same bytes.
func (d *downloading) strange(resp *http.Response, head []byte, length int64) bool {
	if len(head) < media.SniffLen || media.Sniff(head).Message() || !isRecordingType(resp.Header) {
		return false
	}
	return length > 0 && d.rec.Size <= 0 || d.rec.Size > 0 && (length < 0 || length == d.rec.Size)
}
