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

// threeCameras returns the recorder to which every habit is applied.
func threeCameras() Config {
	list := func(n int) []Recording {
		return Span(day, day.Add(time.Duration(n)*time.Minute), time.Minute, 30_000)
	}
	return Config{
		Now:      func() time.Time { return day.Add(12 * time.Hour) },
		Channels: []Channel{{Recordings: list(4)}, {Recordings: list(1)}, {Photos: list(2)}},
	}
}

// settings holds the values to try for each quirk that is not a switch.
var settings = map[string][]any{
	"Clock": {WallClock, TrueUTC}, "RejectLargePage": {50}, "MaxSpan": {31 * 24 * time.Hour}, "SpuriousSearch": {2}, "SearchErrors": {2},
	"IndexFrom": {day}, "MaxMatches": {2}, "Namespace": {ISAPINS, HikvisionNS10, StdOrgNS, StdComNS, PsiaNS, PrefixedNS, NoNS},
	"PageCap": {1, 3}, "SearchCap": {4000}, "StatusTag": {"responseStatusString"}, "WrongSize": {int64(-100), int64(4)},
	"URIHost": {"192.168.1.64:8880"}, "PhotoURI": {PhotoHTTP, PhotoNoHost}, "Verb": {GetOnly, PostOnly, QueryOnly},
	"ByTime": {ByTimeRight, ByTimeOffByGOP, ByTimeWhole, ByTimeElsewhere, ByTimeRefused, ByTimeHangsUp},
	"Range":  {RangeHonored, RangeWrong, RangeSilent}, "WrongLength": {int64(-4), int64(4)}, "SpuriousEvery": {2}, "QuietTime": {time.Second},
	"ContentType": {"application/octet-stream"}, "Unsettled": {24 * time.Hour}, "ZeroFill": {int64(1000)},
	"Framing": {Chunked, ByClose, ZeroThen}, "BusyForm": {Busy400, Busy200, Busy503Bare}, "GoneForm": {Gone400, GoneEmpty}, "KeepAlive": {1, 3}, "RedirectTo": {"https://192.0.2.64"},
	"Scheme": {DigestSHA256, DigestBoth, BasicOnly, DigestBasic}, "Style": {CameraStyle}, "NonceUses": {1, 3}, "NonceLifetime": {time.Second},
	"Stale": {StaleDenied, StaleAbsent}, "LockAfter": {3}, "LockFor": {2 * time.Hour}, "Body": {ShortBody, HTMLBody, NoBody, StatusLock}, "Spurious": {7},
}

// refusing are the quirks that prevent some or all downloads.
var refusing = []string{
	"RefuseDiscovery", "SpuriousSearch", "SearchErrors", "IndexFrom", "MaxMatches", "Unsettled", "RedirectTo", "EndlessMore", "NoSize",
}

// TestEveryQuirk sets each quirk in turn and downloads everything.
func TestEveryQuirk(t *testing.T) {
	var c Config
	for _, group := range []reflect.Value{reflect.ValueOf(&c.Quirks).Elem(), reflect.ValueOf(&c.Auth).Elem()} {
		for i := range group.NumField() {
			quirk := group.Type().Field(i).Name
			values, ok := settings[quirk]
			if group.Field(i).Kind() == reflect.Bool {
				values, ok = []any{true}, true
			}
			if !ok {
				t.Errorf("nobody has said what %s is set to", quirk)
			}
			for _, value := range values {
				group.Field(i).Set(reflect.ValueOf(value))
				config := threeCameras()
				config.Quirks, config.Auth = c.Quirks, c.Auth
				group.Field(i).SetZero()
				t.Run(fmt.Sprint(quirk, value), func(t *testing.T) {
					synctest.Test(t, func(t *testing.T) {
						if err := fetchWith(t, config); (err != nil) != slices.Contains(refusing, quirk) {
							t.Errorf("fetching everything: %v", err)
						}
					})
				})
			}
		}
	}
}

// fetchWith downloads everything from a recorder, like a patient client that
// has learned of all habits by trying.
func fetchWith(t *testing.T, config Config) error {
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
		slices.Sort(found) // sorted by start, which comes first in the URI
		for i, uri := range found {
			body, err := c.fetch(uri)
			if err != nil {
				return fmt.Errorf("track %d, %s: %w", track, uri, err)
			}
			content := read(t, rec.Content(track, want[i].Name))
			if config.Quirks.Framing == ZeroThen && body == nil {
				continue
			}
			if !bytes.HasPrefix(content, body) || len(body) < len(content)-4 {
				return fmt.Errorf("track %d, %s: %d bytes", track, uri, len(body))
			}
		}
	}
	return nil
}

// discover tries every call until one lists channels.
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

// findAll searches a track: by position while that finds something new, then by
// time.
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
		if root.XMLName.Local != "CMSearchResult" {
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

// fetch tries every form of download, and tries again if that may help.
func (c *client) fetch(uri string) ([]byte, error) {
	forms := []struct{ method, path, body string }{
		{"GET", downloadPath, downloadBody(uri)},
		{"POST", downloadPath, downloadBody(uri)},
		{"GET", downloadPath + "?playbackURI=" + strings.Join(strings.Fields(uri), ""), ""},
	}
	if _, at, web := strings.Cut(uri, "/ISAPI/Streaming/"); web {
		// Like url.PathEscape, but it keeps the characters that structure the
		// address.
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
