package nvr

import (
	"net/http"
	"strings"
)

// form is how a download is asked for. Devices disagree: NVRs take POST or
// both methods, cameras GET with a body, each may refuse the other, and the
// vendor's own web page puts the address into the query.
type form int

const (
	formUnknown form = iota
	formPost
	formGet
	formQuery
)

var formNames = [...]string{formUnknown: "", formPost: "post", formGet: "get", formQuery: "query"}

// String returns "post", "get" or "query", "" when no form is known.
func (f form) String() string { return formNames[f] }

func (f form) method() string {
	if f == formPost {
		return http.MethodPost
	}
	return http.MethodGet
}

// forms returns how to ask, what fits best first.
func (r *Recorder) forms(k DeviceKind) []form {
	f := r.known().download
	switch {
	case f == formGet, f == formUnknown && k == Camera:
		return []form{formGet, formPost, formQuery}
	case f == formQuery:
		return []form{formQuery, formPost, formGet}
	}
	return []form{formPost, formGet, formQuery}
}

// inQuery leaves an address in a query as browsers do: its own question mark
// and ampersands stay what they are.
var inQuery = strings.NewReplacer(" ", "%20", "#", "%23")
