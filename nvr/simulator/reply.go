package simulator

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"strings"
)

// reply is an answer before any fault is applied to it.
type reply struct {
	status  int
	header  http.Header
	body    io.Reader // nil is an empty body
	size    int64     // bytes in body
	framing framing   // how the end of the body is told
	offset  int64     // added to the announced length
	keep    bool      // the connection stays open after the end
	paced   bool      // the rate of a download applies
}

// framing is how the end of a body is told.
type framing int

const (
	byLength framing = iota // Content-Length
	chunked                 // chunks
	byClose                 // the end of the connection
	zeroThen                // "Content-Length: 0", and then a body all the same
)

func (p *reply) text(contentType, body string) {
	if p.header == nil {
		p.header = http.Header{}
	}
	p.header.Set("Content-Type", contentType)
	p.body, p.size = strings.NewReader(body), int64(len(body))
}

func (p *reply) xml(body string) {
	p.text("application/xml", `<?xml version="1.0" encoding="UTF-8" ?>`+"\n"+body+"\n")
}

func (p *reply) html(body string) { p.text("text/html", body) }

// Status codes of a ResponseStatus.
const (
	codeOK               = 1
	codeBusy             = 2
	codeDeviceError      = 3
	codeInvalidOperation = 4
	codeBadFormat        = 5
	codeBadContent       = 6
)

var statusStrings = map[int]string{
	codeOK: "OK", codeBusy: "Device Busy", codeDeviceError: "Device Error",
	codeInvalidOperation: "Invalid Operation", codeBadFormat: "Invalid XML Format", codeBadContent: "Invalid XML Content",
}

// responseStatus returns the XML in which devices say how a request ended.
func responseStatus(url string, code int, sub, description string) string {
	extra := ""
	if description != "" {
		extra = "<description>" + html.EscapeString(description) + "</description>\n"
	}
	return fmt.Sprintf(`<ResponseStatus version="2.0" xmlns="http://www.isapi.org/ver20/XMLSchema">
<requestURL>%s</requestURL>
<statusCode>%d</statusCode>
<statusString>%s</statusString>
<subStatusCode>%s</subStatusCode>
%s</ResponseStatus>`, html.EscapeString(url), code, statusStrings[code], sub, extra)
}

// refusal returns a reply with a ResponseStatus.
func refusal(r *http.Request, status, code int, sub, description string) *reply {
	p := &reply{status: status}
	p.xml(responseStatus(r.URL.Path, code, sub, description))
	return p
}

func deviceError(r *http.Request) *reply {
	return refusal(r, http.StatusInternalServerError, codeDeviceError, "deviceError", "")
}

func notSupported(r *http.Request) *reply {
	return refusal(r, http.StatusForbidden, codeInvalidOperation, "notSupport", "")
}

func wrongVerb(r *http.Request) *reply {
	return refusal(r, http.StatusForbidden, codeInvalidOperation, "methodNotAllowed", "")
}

func badContent(r *http.Request, description string) *reply {
	return refusal(r, http.StatusBadRequest, codeBadContent, "badXmlContent", description)
}

func badParameters(r *http.Request, description string) *reply {
	return refusal(r, http.StatusBadRequest, codeBadContent, "badParameters", description)
}
