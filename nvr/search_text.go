package nvr

import (
	"crypto/rand"
	"encoding/xml"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

const (
	searchPath = "/ISAPI/ContentMgmt/search"

	// pageSize is what the vendor's own plugin requests. Recorders silently cap
	// pages (DS-7616NXI V4.84 at 64), so the position advances by the items
	// received.
	pageSize = 40

	// maxURI bounds a playbackURI, in bytes. The longest known have some 300
	// characters.
	maxURI = 4 << 10
)

// page is one request for recordings.
type page struct {
	id       string // of the search session; the same for all its pages
	track    Track
	from, to time.Time // in the form that the device uses
	wall     time.Time // from, on the wall clock
	position int
}

// newSearchID returns a random GUID. Recorders answer 400 "badXmlContent" to
// any other text.
func newSearchID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%X-%X-%X-%X-%X", b[0:4], b[4:6], b[6:8], b[8:10], b[10:])
}

// searchShapes are the forms of search request that various firmware insists
// on, the vendor's own first. If a unit rejects one as "bad XML", the next is
// tried.
var searchShapes = []struct{ prolog, attributes, end string }{
	{`<?xml version="1.0" encoding="UTF-8"?>`, "", "<metadataList><metadataDescriptor>//recordType.meta.std-cgi.com</metadataDescriptor></metadataList>"},
	{"", ` version="1.0"`, ""},
	{`<?xml version="1.0" encoding="UTF-8"?>`, ` version="2.0" xmlns="http://www.hikvision.com/ver20/XMLSchema"`, ""},
}

// text returns the request body. "searchResultPostion" is the vendor's
// spelling; some units reject the correct one and others ignore it.
func (p page) text(shape int) string {
	s := searchShapes[shape]
	const layout = "2006-01-02T15:04:05Z"
	return s.prolog + "<CMSearchDescription" + s.attributes + ">" +
		"<searchID>" + p.id + "</searchID>" +
		"<trackList><trackID>" + strconv.Itoa(int(p.track)) + "</trackID></trackList>" +
		"<timeSpanList><timeSpan><startTime>" + p.from.Format(layout) + "</startTime><endTime>" + p.to.Format(layout) + "</endTime></timeSpan></timeSpanList>" +
		"<maxResults>" + strconv.Itoa(pageSize) + "</maxResults>" +
		"<searchResultPostion>" + strconv.Itoa(p.position) + "</searchResultPostion>" +
		s.end + "</CMSearchDescription>"
}

// more is what a page says about further pages.
type more int

const (
	moreUnsaid more = iota
	moreNone
	moreToCome
)

// found is one page of an answer.
type found struct {
	items []foundItem
	more  more
}

// foundItem is one item as it is in the answer.
type foundItem struct {
	Track string `xml:"trackID"`
	Start string `xml:"timeSpan>startTime"`
	End   string `xml:"timeSpan>endTime"`
	Codec string `xml:"mediaSegmentDescriptor>codecType"`
	URI   string `xml:"mediaSegmentDescriptor>playbackURI"`
	Name  string `xml:"mediaSegmentDescriptor>name"`
	Kind  string `xml:"metadataMatches>metadataDescriptor"`
}

// readFound parses a page of recordings. It returns an error for any other
// document.
func readFound(body []byte) (found, error) {
	var f found
	d := newXMLDecoder(body)
	root := true
	for {
		t, err := d.Token()
		if err != nil {
			if root || len(f.items) == 0 && f.more == moreUnsaid && !complete(body) {
				return f, unexpected("the answer to a search cannot be read", err)
			}
			return f, nil
		}
		e, ok := t.(xml.StartElement)
		switch {
		case !ok:
		case root && e.Name.Local != "CMSearchResult":
			return f, unexpected("the answer to a search is a "+CleanText(e.Name.Local, 40), nil)
		case root:
			root = false
		case strings.HasPrefix(e.Name.Local, "responseStatusStr"):
			// Usually spelled responseStatusStrg, with some variations.
			var text string
			if d.DecodeElement(&text, &e) == nil {
				switch strings.ToUpper(strings.TrimSpace(text)) {
				case "MORE":
					f.more = moreToCome
				case "OK", "NO MATCHES", "NO MATCH":
					f.more = moreNone
				}
			}
		case e.Name.Local == "searchMatchItem":
			var item foundItem
			if err := d.DecodeElement(&item, &e); err != nil {
				return f, unexpected("the answer to a search is cut short", err)
			}
			f.items = append(f.items, item)
		}
	}
}

// complete reports whether a document ends after its root element.
func complete(body []byte) bool {
	return strings.HasSuffix(strings.TrimSpace(string(body)), ">") && strings.Contains(string(body), "</")
}

// recording converts an item to a Recording. wall converts the device's times.
// An item that contradicts itself is still a recording, because it is
// somebody's footage. Its Note says what was assumed. If no time is readable,
// it is assumed to begin at from.
func (f foundItem) recording(asked Track, from time.Time, wall func(string) (time.Time, bool)) Recording {
	uri := joinLines(f.URI)
	if len(uri) > maxURI {
		uri = ""
	}
	q := parsePlaybackURI(uri)
	rec := Recording{Track: asked, Size: q.size, Name: q.name, URI: uri, Codec: CleanText(f.Codec, 24), Kind: recordingKind(f.Kind)}
	if n := number(f.Track); n > 0 {
		rec.Track = Track(n)
	} else if q.track > 0 {
		rec.Track = q.track
	}
	if rec.Name == "" {
		rec.Name = CleanText(f.Name, 128)
	}
	var gotStart, gotEnd bool
	if rec.Start, gotStart = wall(f.Start); !gotStart {
		rec.Start, gotStart = wall(q.start)
	}
	if rec.End, gotEnd = wall(f.End); !gotEnd {
		rec.End, gotEnd = wall(q.end)
	}
	switch {
	case uri == "":
		rec.Note = "the recorder lists it without an address to fetch it from"
	case !gotStart && !gotEnd:
		rec.Note = "the recorder lists it without a readable time"
	case !gotStart:
		rec.Note = "the recorder lists it without a readable start; it ends " + rec.End.Format(time.DateTime)
	case !gotEnd:
		rec.Note = "the recorder lists it without a readable end"
	case rec.End.Before(rec.Start):
		rec.Note = "the recorder lists it with an end (" + rec.End.Format(time.DateTime) + ") before its start: its clock was set back meanwhile"
	}
	switch {
	case !gotStart && gotEnd:
		rec.Start = rec.End
	case !gotStart:
		rec.Start = from
	}
	rec.End = later(rec.Start, rec.End)
	return rec
}

// joinLines removes the line breaks that recorders put into long addresses, and
// the indentation around them. It changes nothing else.
func joinLines(text string) string {
	var b strings.Builder
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' || r == '\t' }) {
		b.WriteString(strings.TrimSpace(line))
	}
	return b.String()
}

// playbackURI is the content of a recording's address.
type playbackURI struct {
	track      Track
	start, end string
	name       string
	size       int64
}

// parsePlaybackURI parses
// rtsp://host/Streaming/tracks/101/?starttime=…&endtime=…&name=…&size=…. It
// ignores the host, which is the recorder's idea of its own address.
func parsePlaybackURI(uri string) playbackURI {
	var p playbackURI
	path, query, _ := strings.Cut(uri, "?")
	if _, after, ok := strings.Cut(path, "/tracks/"); ok {
		p.track = Track(max(number(strings.TrimSuffix(after, "/")), 0))
	}
	for pair := range strings.SplitSeq(query, "&") {
		key, value, _ := strings.Cut(pair, "=")
		switch strings.ToLower(key) {
		case "starttime":
			p.start = value
		case "endtime":
			p.end = value
		case "name":
			if plain, err := url.PathUnescape(value); err == nil {
				value = plain
			}
			p.name = CleanText(value, 128)
		case "size":
			if n, err := strconv.ParseInt(value, 10, 64); err == nil && n > 0 {
				p.size = n
			}
		}
	}
	return p
}
