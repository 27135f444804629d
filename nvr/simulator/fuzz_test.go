package simulator

import (
	"bytes"
	"net/http/httptest"
	"testing"
	"time"
)

func FuzzParseSearch(f *testing.F) {
	f.Add([]byte(searchBody(searchID, 101, 40, 0, day, day.AddDate(0, 0, 1))))
	f.Add([]byte("<a><a><a>"))
	f.Add([]byte(`<?xml version="1.0"?><x:CMSearchDescription xmlns:x="y"><x:timeSpan><x:startTime>2026-11-03T00:00:00+03:00</x:startTime></x:timeSpan></x:CMSearchDescription>`))
	f.Fuzz(func(t *testing.T, body []byte) {
		q, err := parseSearch(body)
		if err == nil && (q.position < 0 || q.limit < 0 || q.spans < 1) {
			t.Errorf("%+v", q)
		}
	})
}

func FuzzParsePlayback(f *testing.F) {
	f.Add("rtsp://10.0.0.5/Streaming/tracks/101/?starttime=20261103T000000Z&endtime=20261103T000100Z&name=0&size=1")
	f.Add("rtsp://x/Streaming/tracks/99999999999999999999?name=")
	f.Fuzz(func(t *testing.T, text string) {
		if p, ok := parsePlayback(text); ok && (p.track < 0 || p.track > 9_999_999) {
			t.Errorf("%+v", p)
		}
	})
}

func FuzzCredentials(f *testing.F) {
	f.Add(`username="admin", realm="r", nonce="n", uri="/", qop=auth, nc=00000001, cnonce="c", response="x"`)
	f.Add(`a="\"\\`)
	f.Fuzz(func(t *testing.T, text string) {
		if p := parseCredentials(text); len(p) > len(text) {
			t.Errorf("%d parameters in %d bytes", len(p), len(text))
		}
	})
}

// FuzzRequest sends arbitrary requests to every handler, without a login.
func FuzzRequest(f *testing.F) {
	rec := New(Config{Channels: []Channel{{Recordings: Span(day, day.Add(time.Hour), 15*time.Minute, 5000)}}})
	f.Add("/ISAPI/ContentMgmt/search", []byte(searchBody(searchID, 101, 40, 0, day, day.AddDate(0, 0, 1))))
	f.Add("/ISAPI/ContentMgmt/download", []byte("<downloadRequest><playbackURI>rtsp://x/Streaming/tracks/101?name=00000101000000000&amp;size=5000</playbackURI></downloadRequest>"))
	f.Fuzz(func(t *testing.T, path string, body []byte) {
		r := httptest.NewRequestWithContext(t.Context(), "POST", "/", bytes.NewReader(body))
		r.URL.Path = path
		p := routeOf(path).handle(rec, &request{Request: r, body: body})
		if p.status < 200 || p.status > 599 {
			t.Errorf("status %d", p.status)
		}
	})
}
