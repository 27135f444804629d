package nvr

import "net/http"

// form is the form of a download request. Devices disagree: NVRs take POST or
// both methods, cameras GET with a body, each may refuse the other, and the
// vendor's own web page puts the address into the query.
type form int

const (
	formUnknown form = iota
	formPost
	formGet
	formQuery
	formAddress // GET at the recording's own address
)

var formNames = [...]string{formUnknown: "", formPost: "post", formGet: "get", formQuery: "query", formAddress: "address"}

// String returns "post", "get", "query" or "address", or "" if unknown.
func (f form) String() string { return formNames[f] }

func (f form) method() string {
	if f == formPost {
		return http.MethodPost
	}
	return http.MethodGet
}

// delivered records that a form worked.
func (l *learned) delivered(f form) {
	if f == formAddress {
		l.addressed = true
		return
	}
	l.download = f
}

// forms returns the forms to try for a recording, best first.
func (r *Recorder) forms(k DeviceKind, rec Recording) []form {
	known := r.known()
	forms := []form{formPost, formGet, formQuery}
	switch f := known.download; {
	case f == formGet, f == formUnknown && k == Camera:
		forms = []form{formGet, formPost, formQuery}
	case f == formQuery:
		forms = []form{formQuery, formPost, formGet}
	}
	if _, web := webAddress(rec.URI); !web {
		return forms
	}
	if known.addressed {
		return []form{formAddress}
	}
	return append([]form{formAddress}, forms...)
}
