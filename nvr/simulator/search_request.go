package simulator

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// searchRequest is a parsed CMSearchDescription.
type searchRequest struct {
	id          string
	tracks      []int
	tracksByID  bool // named in trackIDList
	from, to    time.Time
	fromOffset  bool // the times have an explicit offset
	spans       int
	limit       int
	position    int
	rightTag    bool // the tag is spelled searchResultPosition
	declaration bool // it has an XML declaration or a namespace
}

// guid matches a valid searchID: DS-7616NI-E2 V3.4.106 and DS-7616NXI V4.84
// answer badXmlContent to any other text.
var guid = regexp.MustCompile(`^\{?[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\}?$`)

// errFormat means that the text is not XML; errContent means that its content
// is invalid.
var (
	errFormat  = errors.New("invalid XML format")
	errContent = errors.New("invalid XML content")
)

// parseSearch parses the body of a search.
func parseSearch(body []byte) (searchRequest, error) {
	var q searchRequest
	root, err := parseXML(string(body))
	if err != nil {
		return q, fmt.Errorf("%w: %w", errFormat, err)
	}
	if root.XMLName.Local != "CMSearchDescription" {
		return q, fmt.Errorf("%w: root is %q", errContent, root.XMLName.Local)
	}
	q.declaration = root.XMLName.Space != "" || strings.HasPrefix(strings.TrimSpace(string(body)), "<?xml")
	q.id, _ = root.find("searchID")
	q.tracksByID = len(root.all("trackIDList")) > 0
	for _, n := range root.all("trackID") {
		number, err := strconv.Atoi(strings.TrimSpace(n.Text))
		if err != nil || number < 0 {
			return q, fmt.Errorf("%w: trackID %q", errContent, n.Text)
		}
		q.tracks = append(q.tracks, number)
	}
	spans := root.all("timeSpan")
	q.spans = len(spans)
	if q.spans == 0 {
		return q, fmt.Errorf("%w: no timeSpan", errContent)
	}
	if q.from, q.fromOffset, err = spanTime(spans[0], "startTime"); err != nil {
		return q, err
	}
	if q.to, _, err = spanTime(spans[0], "endTime"); err != nil {
		return q, err
	}
	if q.limit, err = number(root, "maxResults", 40); err != nil {
		return q, err
	}
	q.rightTag = len(root.all("searchResultPosition")) > 0
	q.position, err = number(root, "searchResultPostion", 0)
	return q, err
}

// number parses a count. It returns absent if there is none.
func number(root *node, name string, absent int) (int, error) {
	text, ok := root.find(name)
	if !ok {
		return absent, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%w: %s %q", errContent, name, text)
	}
	return n, nil
}

// spanTime parses a time. A time with Z is returned as its digits in time.UTC,
// and the device decides what they mean. A time with another offset is exact.
func spanTime(span *node, name string) (t time.Time, exact bool, err error) {
	text, _ := span.find(name)
	for _, layout := range []string{"2006-01-02T15:04:05Z", "2006-01-02T15:04:05", time.RFC3339} {
		if t, err = time.Parse(layout, text); err == nil {
			return t.UTC(), layout == time.RFC3339, nil
		}
	}
	return t, false, fmt.Errorf("%w: %s %q", errContent, name, text)
}

// subject returns the track that is searched, or the track and the name of the
// recording that is downloaded. A request for neither has track 0.
func subject(e Endpoint, r *request) (track int, name string) {
	switch e {
	case Search:
		if q, err := parseSearch(r.body); err == nil && len(q.tracks) > 0 {
			return q.tracks[0], ""
		}
	case Download, PhotoAddress:
		if uri, ok := playbackURI(r); ok {
			return uri.track, uri.name
		}
	default:
	}
	return 0, ""
}
