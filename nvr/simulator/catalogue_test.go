package simulator

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// threeCameras is the recorder that every habit is given to.
func threeCameras() Config {
	list := func(n int) []Recording {
		return Span(day, day.Add(time.Duration(n)*time.Minute), time.Minute, 8_000)
	}
	return Config{
		Now:      func() time.Time { return day.Add(12 * time.Hour) },
		Channels: []Channel{{Recordings: list(4)}, {Recordings: list(1)}, {}},
	}
}

func TestCatalogue(t *testing.T) {
	names := map[string]bool{}
	for _, q := range Catalogue() {
		t.Run(q.Name, func(t *testing.T) {
			if names[q.Name] || q.Text == "" || q.Seen == "" {
				t.Errorf("%+v: a name that is taken, or no text", q)
			}
			names[q.Name] = true
			synctest.Test(t, func(t *testing.T) {
				if err := fetchWith(t, q); err != nil {
					t.Error(err)
				}
			})
		})
	}
}

func TestRefusals(t *testing.T) {
	for _, q := range Refusals() {
		t.Run(q.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				err := fetchWith(t, q)
				if err == nil {
					t.Error("everything could be fetched")
				}
				t.Log(err)
			})
		})
	}
}

// fetchWith fetches everything from a recorder with a habit, as a patient
// client would that has learned of all habits by trying.
func fetchWith(t *testing.T, q Quirk) error {
	config := threeCameras()
	q.Apply(&config)
	rec := New(config)
	c := start(t, rec)
	c.http.Timeout = time.Minute
	c.patient = true
	c.http.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if a, err := c.once("GET", "/ISAPI/System/deviceInfo", "", "", nil); err != nil || a.status != http.StatusUnauthorized {
		return fmt.Errorf("no challenge but %d (%w)", a.status, err)
	}
	if err := c.discover(); err != nil {
		return err
	}
	for _, track := range rec.Tracks() {
		found, err := c.findAll(track)
		if err != nil {
			return err
		}
		want := rec.Recordings(track)
		if len(found) != len(want) {
			return fmt.Errorf("track %d: found %d of %d", track, len(found), len(want))
		}
		slices.Sort(found) // by start: it comes first in the URI
		for i, uri := range found {
			body, err := c.fetch(uri)
			if err != nil {
				return fmt.Errorf("track %d, %s: %w", track, uri, err)
			}
			content := read(t, rec.Content(track, want[i].Name))
			if q.Name == "zero-length" && body == nil {
				continue
			}
			if !bytes.HasPrefix(content, body) || len(body) < len(content)-4 {
				return fmt.Errorf("track %d, %s: %d bytes", track, uri, len(body))
			}
		}
	}
	return nil
}

// discover asks every way until one lists channels.
func (c *client) discover() error {
	for _, path := range []string{
		"/ISAPI/ContentMgmt/record/tracks", "/ISAPI/ContentMgmt/InputProxy/channels",
		"/ISAPI/System/Video/inputs/channels", "/ISAPI/Streaming/channels",
	} {
		a := c.do("GET", path, "")
		if root, err := parseXML(string(a.body)); err == nil && a.status == 200 && len(root.all("id")) > 0 {
			return nil
		}
	}
	return errors.New("no way of discovery works")
}

// findAll searches a track: by position while that gives something new, then
// by time.
func (c *client) findAll(track int) ([]string, error) {
	var found []string
	from, to := day.AddDate(0, 0, -1), day.AddDate(0, 0, 2)
	seen := map[string]bool{}
	position, fresh := 0, true
	for range 40 {
		a := c.do("POST", "/ISAPI/ContentMgmt/search", searchBody(searchID, track, 40, position, from, to))
		root, err := parseXML(string(a.body))
		if err != nil || a.status != 200 {
			return nil, fmt.Errorf("search: %d %s", a.status, a.body)
		}
		if root.name != "CMSearchResult" {
			if sub, _ := root.find("subStatusCode"); sub == "notFound" {
				return found, nil
			}
			return nil, fmt.Errorf("search: %s", a.body)
		}
		items := root.all("searchMatchItem")
		before := len(found)
		for _, it := range items {
			uri, _ := it.find("playbackURI")
			if id, _ := it.find("trackID"); id != strconv.Itoa(track) || seen[uri] {
				continue
			}
			seen[uri] = true
			found = append(found, uri)
		}
		position += len(items)
		if len(found) > before {
			fresh = true
			continue
		}
		if !fresh || len(found) == 0 {
			return found, nil
		}
		fresh, position = false, 0
		if len(items) > 0 {
			end, _ := items[len(items)-1].find("endTime")
			if t, err := time.Parse("2006-01-02T15:04:05Z", end); err == nil {
				from = t
			}
		}
	}
	return found, nil
}

// fetch downloads in every form, and again where that may help.
func (c *client) fetch(uri string) ([]byte, error) {
	forms := []struct{ method, path, body string }{
		{"GET", downloadPath, downloadBody(uri)},
		{"POST", downloadPath, downloadBody(uri)},
		{"GET", downloadPath + "?playbackURI=" + strings.Join(strings.Fields(uri), ""), ""},
	}
	if _, at, web := strings.Cut(uri, "/ISAPI/Streaming/"); web {
		// As url.PathEscape, but for the signs that build the address.
		escaped := strings.NewReplacer("%3F", "?", "%2F", "/").Replace(url.PathEscape(at))
		forms = []struct{ method, path, body string }{{"GET", "/ISAPI/Streaming/" + escaped, ""}}
	}
	var last error
	for try := range 3 * len(forms) {
		form := forms[try/3]
		a, err := c.try(form.method, form.path, form.body, nil)
		size := 0
		if p, ok := parsePlayback(uri); ok && p.size != "" {
			size, _ = strconv.Atoi(p.size)
		}
		switch {
		case err != nil:
			last = err
		case a.status != 200 || len(a.body) > 0 && a.body[0] == '<':
			last = fmt.Errorf("%d %s", a.status, a.body)
			time.Sleep(2 * time.Second)
		case len(a.body) == 0 && a.closes:
			return nil, nil // net/http believed "Content-Length: 0"
		case len(a.body) < max(1, size-4):
			last = fmt.Errorf("%d bytes of %d", len(a.body), size)
		default:
			return a.body, nil
		}
	}
	return nil, last
}

// TestMisleading looks at what the same search gives on either clock.
func TestMisleading(t *testing.T) {
	want := map[string]string{
		"recorder-utc-west": "2026-11-03T05:00:00Z", "recorder-utc-east": "2026-11-02T21:00:00Z",
		"camera-wall-clock-east": "2026-11-03T00:00:00Z", "camera-wall-clock-west": "2026-11-03T00:00:00Z",
	}
	for _, q := range Misleading() {
		config := threeCameras()
		q.Apply(&config)
		s := start(t, New(config)).search(searchBody(searchID, 101, 1, 0, day.AddDate(0, 0, -1), day.AddDate(0, 0, 1)))
		if got, _ := s.root.find("startTime"); got != want[q.Name] {
			t.Errorf("%s: %q", q.Name, got)
		}
	}
}

// TestEveryKnobIsInTheCatalogue: a habit that no test walks is soon forgotten.
func TestEveryKnobIsInTheCatalogue(t *testing.T) {
	used := map[string]bool{}
	mark := func(v reflect.Value) {
		for i := range v.NumField() {
			if !v.Field(i).IsZero() {
				used[v.Type().Name()+"."+v.Type().Field(i).Name] = true
			}
		}
	}
	for _, q := range slices.Concat(Catalogue(), Refusals(), Misleading(), Hostile()) {
		var c Config
		q.Apply(&c)
		mark(reflect.ValueOf(c.Quirks))
		mark(reflect.ValueOf(c.Auth))
	}
	for _, v := range []any{Quirks{}, Auth{}} {
		for i := range reflect.TypeOf(v).NumField() {
			name := reflect.TypeOf(v).Name() + "." + reflect.TypeOf(v).Field(i).Name
			if !used[name] {
				t.Errorf("%s is in no entry", name)
			}
		}
	}
}
