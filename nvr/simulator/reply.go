package simulator

import (
	"cmp"
	"fmt"
	"html"
	"io"
	"net/http"
	"strings"
)

// reply is an answer before a fault is applied.
type reply struct {
	status  int
	header  http.Header
	body    io.Reader // nil is an empty body
	size    int64     // bytes in body
	framing Framing   // how the end of the body is marked
	offset  int64     // added to the announced length
	keep    bool      // the connection stays open after the end
	paced   bool      // the download rate applies
}

// Framing is how the end of a body is marked.
type Framing int

// How the end is marked.
const (
	ByLength Framing = iota // Content-Length
	Chunked                 // chunks
	ByClose                 // closing the connection
	ZeroThen                // "Content-Length: 0", followed by a body
)

func (p *reply) text(contentType, body string) {
	if p.header == nil {
		p.header = http.Header{}
	}
	p.header.Set("Content-Type", contentType)
	p.body, p.size = strings.NewReader(body), int64(len(body))
}

// xml sets the body and returns p.
func (p *reply) xml(body string) *reply {
	p.text("application/xml", `<?xml version="1.0" encoding="UTF-8" ?>`+"\n"+body+"\n")
	return p
}

func (p *reply) html(body string) { p.text("text/html", body) }

// statusCodes maps a subStatusCode to its statusCode and statusString. All
// others are 4, Invalid Operation.
var statusCodes = map[string]string{
	"deviceBusy": "2 Device Busy", "deviceError": "3 Device Error", "badXmlFormat": "5 Invalid XML Format",
	"badXmlContent": "6 Invalid XML Content", "badParameters": "6 Invalid XML Content",
}

// responseStatus returns the XML of a request's outcome.
func responseStatus(url, sub, description string) string {
	code, text, _ := strings.Cut(cmp.Or(statusCodes[sub], "4 Invalid Operation"), " ")
	extra := ""
	if description != "" {
		extra = "<description>" + html.EscapeString(description) + "</description>\n"
	}
	return fmt.Sprintf(`<ResponseStatus version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema">
<requestURL>%s</requestURL>
<statusCode>%s</statusCode>
<statusString>%s</statusString>
<subStatusCode>%s</subStatusCode>
%s</ResponseStatus>`, html.EscapeString(url), code, text, sub, extra)
}

// refusal returns a reply with a ResponseStatus.
func refusal(r *http.Request, status int, sub, description string) *reply {
	return (&reply{status: status}).xml(responseStatus(r.URL.Path, sub, description))
}

// usualStatus maps a subStatusCode to the HTTP status that most devices send
// with it.
var usualStatus = map[string]int{
	"badParameters": http.StatusBadRequest, "badXmlContent": http.StatusBadRequest, "badXmlFormat": http.StatusBadRequest,
	"deviceError": http.StatusInternalServerError, "invalidOperation": http.StatusForbidden,
	"methodNotAllowed": http.StatusForbidden, "notFound": http.StatusNotFound, "notSupport": http.StatusForbidden,
}

// refuse is refusal with the usual status.
func refuse(r *request, sub, description string) *reply {
	return refusal(r.Request, usualStatus[sub], sub, description)
}
