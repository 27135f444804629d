package simulator

import (
	"bytes"
	"crypto/md5"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// client is a plain ISAPI client: RFC 7616 and nothing else.
type client struct {
	t        *testing.T
	base     string
	http     *http.Client
	user     string
	password string
	algo     string // wanted algorithm; empty: use the first challenge
	patient  bool   // repeat a request once after a 401 to the right password
	nc       atomic.Int64
}

var day = time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)

// start serves a recorder on its own network and returns a client for it.
func start(t *testing.T, rec *Recorder) *client {
	t.Helper()
	var n Network
	n.Handle("10.0.0.5:80", rec)
	transport := &http.Transport{DialContext: n.Dial}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		if err := n.Close(); err != nil {
			t.Error(err)
		}
	})
	c := rec.Config()
	return &client{t: t, base: "http://10.0.0.5", http: &http.Client{Transport: transport}, user: c.User, password: c.Password}
}

// answer is a response with its body.
type answer struct {
	status int
	header http.Header
	body   []byte
	err    error // from reading the body
	closes bool  // the connection ends after it
}

func (c *client) newRequest(method, path, body string, header http.Header) *http.Request {
	c.t.Helper()
	r, err := http.NewRequestWithContext(c.t.Context(), method, c.base+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	for k, v := range header {
		r.Header[k] = v
	}
	return r
}

// once sends one request, with an Authorization header unless it is empty.
func (c *client) once(method, path, body, authorization string, header http.Header) (answer, error) {
	c.t.Helper()
	r := c.newRequest(method, path, body, header)
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	resp, err := c.http.Do(r)
	if err != nil && method == "POST" && authorization != "" {
		// A reused connection had ended meanwhile, and net/http repeats only GET by
		// itself. The nonce is unused, because nobody saw the request.
		if r.Body, err = r.GetBody(); err == nil {
			resp, err = c.http.Do(r)
		}
	}
	if err != nil {
		return answer{}, err
	}
	defer func() { _ = resp.Body.Close() }()
	a := answer{status: resp.StatusCode, header: resp.Header, closes: resp.Close}
	a.body, a.err = io.ReadAll(resp.Body)
	return a, nil
}

// try requests a challenge, answers it, and returns the second answer.
func (c *client) try(method, path, body string, header http.Header) (answer, error) {
	c.t.Helper()
	a, err := c.once("GET", "/ISAPI/Security/userCheck", "", "", nil)
	if err != nil {
		return a, err
	}
	if a.status != http.StatusUnauthorized {
		c.t.Fatalf("a request without login: %d", a.status)
	}
	b, err := c.once(method, path, body, c.authorize(method, path, a.header), header)
	if err == nil && b.status == http.StatusUnauthorized && c.patient && len(b.header["Www-Authenticate"]) > 0 {
		return c.once(method, path, body, c.authorize(method, path, b.header), header)
	}
	return b, err
}

// do is try for requests that must reach the recorder.
func (c *client) do(method, path, body string) answer {
	c.t.Helper()
	a, err := c.try(method, path, body, nil)
	if err != nil {
		c.t.Fatal(err)
	}
	return a
}

// authorize answers a challenge.
func (c *client) authorize(method, uri string, header http.Header) string {
	for _, challenge := range header["Www-Authenticate"] {
		if basic, ok := strings.CutPrefix(challenge, "Basic "); ok && basic != "" {
			r := http.Request{Header: http.Header{}}
			r.SetBasicAuth(c.user, c.password)
			return r.Header.Get("Authorization")
		}
		p := parseCredentials(strings.TrimPrefix(challenge, "Digest "))
		if c.algo != "" && p["algorithm"] != c.algo {
			continue
		}
		return c.digest(method, uri, p, 1)
	}
	c.t.Fatalf("no usable challenge in %q", header["Www-Authenticate"])
	return ""
}

// digest answers a digest challenge.
func (c *client) digest(method, uri string, p map[string]string, count int) string {
	h := func(text string) string { return fmt.Sprintf("%x", md5.Sum([]byte(text))) }
	if p["algorithm"] == "SHA-256" {
		h = func(text string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(text))) }
	}
	nc, cnonce := fmt.Sprintf("%08x", count), fmt.Sprintf("c%d", c.nc.Add(1))
	ha1, ha2 := h(c.user+":"+p["realm"]+":"+c.password), h(method+":"+uri)
	response := h(ha1 + ":" + p["nonce"] + ":" + nc + ":" + cnonce + ":auth:" + ha2)
	text := fmt.Sprintf(`Digest username=%q, realm=%q, nonce=%q, uri=%q, qop=auth, nc=%s, cnonce=%q, response=%q`,
		c.user, p["realm"], p["nonce"], uri, nc, cnonce, response)
	if p["algorithm"] != "" {
		text += ", algorithm=" + p["algorithm"]
	}
	return text
}

// searchID is from the official transcript.
const searchID = "88C2CD4D-D3FA-4AD4-BD80-555C18205DCC"

// searchBody is the request of the vendor's own web page.
func searchBody(id string, track, limit, position int, from, to time.Time) string {
	return fmt.Sprintf(`<CMSearchDescription><searchID>%s</searchID><trackList><trackID>%d</trackID></trackList>`+
		`<timeSpanList><timeSpan><startTime>%s</startTime><endTime>%s</endTime></timeSpan></timeSpanList>`+
		`<maxResults>%d</maxResults><searchResultPostion>%d</searchResultPostion></CMSearchDescription>`,
		id, track, from.Format("2006-01-02T15:04:05Z"), to.Format("2006-01-02T15:04:05Z"), limit, position)
}

// searched is a search result in the form that the tests need.
type searched struct {
	status string
	num    string
	items  []*node
	root   *node
}

func (c *client) search(body string) searched {
	c.t.Helper()
	a := c.do("POST", "/ISAPI/ContentMgmt/search", body)
	if a.status != http.StatusOK {
		c.t.Fatalf("search: %d %s", a.status, a.body)
	}
	root, err := parseXML(string(a.body))
	if err != nil {
		c.t.Fatalf("%v in\n%s", err, a.body)
	}
	s := searched{root: root, items: root.all("searchMatchItem")}
	s.status, _ = root.find("responseStatusStrg")
	s.num, _ = root.find("numOfMatches")
	return s
}

// downloadBody returns the request for a playbackURI.
func downloadBody(uri string) string {
	var b bytes.Buffer
	b.WriteString(`<downloadRequest version="1.0" xmlns="http://www.isapi.org/ver20/XMLSchema"><playbackURI>`)
	b.WriteString(strings.ReplaceAll(uri, "&", "&amp;"))
	b.WriteString(`</playbackURI></downloadRequest>`)
	return b.String()
}

// uriOf returns the playbackURI of a recording, from a search.
func (c *client) uriOf(track, index int) string {
	c.t.Helper()
	s := c.search(searchBody(searchID, track, 1, index, day, day.AddDate(0, 0, 1)))
	if len(s.items) != 1 {
		c.t.Fatalf("track %d has no recording %d", track, index)
	}
	uri, _ := s.items[0].find("playbackURI")
	return uri
}
