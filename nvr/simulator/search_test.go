package simulator

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// tenItems returns a recorder with ten recordings on track 101 and one on 201.
func tenItems(k Quirks) *Recorder {
	return New(Config{
		Quirks: k, Now: func() time.Time { return day.AddDate(0, 0, 2) },
		Channels: []Channel{
			{Recordings: Span(day, day.Add(10*time.Minute), time.Minute, 5000)},
			{Recordings: Span(day, day.Add(time.Minute), time.Minute, 5000)},
		},
	})
}

// starts returns the minutes at which the items start.
func (s searched) starts() string {
	var list []string
	for _, it := range s.items {
		text, _ := it.find("startTime")
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			list = append(list, "?"+text)
			continue
		}
		list = append(list, fmt.Sprint(int(t.Sub(day)/time.Minute)))
	}
	return strings.Join(list, " ")
}

func TestPages(t *testing.T) {
	type page struct {
		id       string
		position int
		starts   string
		status   string
		num      string
	}
	const other = "{99999999-d3fa-4ad4-bd80-555c18205dcc}"
	for _, test := range []struct {
		name   string
		quirks Quirks
		pages  []page
	}{
		{"plain", Quirks{}, []page{{searchID, 0, "0 1 2 3", "MORE", "4"}, {searchID, 8, "8 9", "OK", "2"}, {searchID, 10, "", "OK", "0"}}},
		{"cap", Quirks{PageCap: 2}, []page{{searchID, 0, "0 1", "MORE", "2"}, {searchID, 2, "2 3", "MORE", "2"}}},
		{"ignores position", Quirks{IgnorePosition: true}, []page{{searchID, 4, "0 1 2 3", "MORE", "4"}}},
		{"repeats on new id", Quirks{RepeatOnNewID: true}, []page{{searchID, 0, "0 1 2 3", "MORE", "4"}, {searchID, 4, "4 5 6 7", "MORE", "4"}, {other, 8, "0 1 2 3", "MORE", "4"}}},
		{"session cap", Quirks{SearchCap: 6}, []page{{searchID, 0, "0 1 2 3", "MORE", "4"}, {searchID, 4, "4 5", "OK", "2"}}},
		{"empty more", Quirks{EmptyMore: true}, []page{{searchID, 8, "8 9", "MORE", "2"}, {searchID, 10, "", "MORE", "0"}}},
		{"no status", Quirks{NoStatus: true}, []page{{searchID, 8, "8 9", "", "2"}}},
		{"total", Quirks{TotalMatches: true}, []page{{searchID, 8, "8 9", "OK", "10"}}},
		{"repeated items", Quirks{RepeatItems: true}, []page{{searchID, 0, "0 1 2 3", "MORE", "4"}, {searchID, 4, "3 4 5 6", "MORE", "4"}, {searchID, 8, "7 8 9", "OK", "3"}, {searchID, 11, "", "OK", "0"}}},
		{"descending", Quirks{Descending: true}, []page{{searchID, 0, "9 8 7 6", "MORE", "4"}}},
		{"blanks", Quirks{BlankAnswers: true}, []page{{searchID, 8, "8 9", "OK", "2"}}},
		{"prefix", Quirks{Namespace: PrefixedNS}, []page{{searchID, 8, "8 9", "OK", "2"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := start(t, tenItems(test.quirks))
			for _, p := range test.pages {
				s := c.search(searchBody(p.id, 101, 4, p.position, day, day.AddDate(0, 0, 1)))
				if s.starts() != p.starts || s.status != p.status || s.num != p.num {
					t.Errorf("position %d: items %q, %q, num %s", p.position, s.starts(), s.status, s.num)
				}
			}
		})
	}
}

func TestSearchSpans(t *testing.T) {
	c := start(t, tenItems(Quirks{}))
	touching := start(t, tenItems(Quirks{TouchingItems: true}))
	for _, test := range []struct {
		c        *client
		from, to time.Duration
		starts   string
		status   string
	}{
		{c, 90 * time.Second, 150 * time.Second, "1 2", "OK"},
		{c, 2 * time.Minute, 3 * time.Minute, "2", "OK"},
		{touching, 2 * time.Minute, 3 * time.Minute, "1 2 3", "OK"},
		{c, time.Hour, 2 * time.Hour, "", "NO MATCHES"},
	} {
		s := test.c.search(searchBody(searchID, 101, 40, 0, day.Add(test.from), day.Add(test.to)))
		if s.starts() != test.starts || s.status != test.status {
			t.Errorf("%s to %s: %q, %q", test.from, test.to, s.starts(), s.status)
		}
	}
}

func TestRefusedSearches(t *testing.T) {
	good := searchBody(searchID, 101, 60, 0, day, day.AddDate(0, 0, 1))
	for _, test := range []struct {
		name   string
		quirks Quirks
		method string
		body   string
		status int
		sub    string
	}{
		{"no GUID", Quirks{}, "POST", strings.Replace(good, searchID, "search-1", 1), 400, "badXmlContent"},
		{"any id", Quirks{AnySearchID: true}, "POST", strings.Replace(good, searchID, "search-1", 1), 200, ""},
		{"no XML", Quirks{}, "POST", "<CMSearchDescription>", 400, "badXmlFormat"},
		{"GET", Quirks{}, "GET", good, 403, "methodNotAllowed"},
		{"large page", Quirks{RejectLargePage: 50}, "POST", good, 400, "badParameters"},
		{"long span", Quirks{MaxSpan: time.Hour}, "POST", good, 400, "badParameters"},
		{"right tag", Quirks{RejectRightTag: true}, "POST", strings.ReplaceAll(good, "Postion", "Position"), 400, "badXmlContent"},
		{"declaration", Quirks{RejectNamespace: true}, "POST", `<?xml version="1.0"?>` + good, 400, "badXmlContent"},
		{"namespace", Quirks{RejectNamespace: true}, "POST", strings.Replace(good, ">", ` xmlns="http://www.isapi.org/ver20/XMLSchema">`, 1), 400, "badXmlContent"},
		{"unknown track", Quirks{RefuseUnknown: true}, "POST", strings.Replace(good, "101", "901", 1), 400, "badParameters"},
	} {
		t.Run(test.name, func(t *testing.T) {
			a := start(t, tenItems(test.quirks)).do(test.method, "/ISAPI/ContentMgmt/search", test.body)
			if a.status != test.status || !strings.Contains(string(a.body), test.sub) {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
}

func TestTrackIDListIsIgnored(t *testing.T) {
	body := strings.ReplaceAll(searchBody(searchID, 201, 40, 0, day, day.AddDate(0, 0, 1)), "trackList", "trackIDList")
	for ignore, want := range map[bool]int{false: 1, true: 10} {
		if s := start(t, tenItems(Quirks{IgnoreTrackIDList: ignore})).search(body); len(s.items) != want {
			t.Errorf("ignoring %t: %d items", ignore, len(s.items))
		}
	}
}

func TestTimesInSearches(t *testing.T) {
	for _, test := range []struct {
		name   string
		config Config
		from   time.Time // in the client's form
		want   string
	}{
		{"recorder", Config{Zone: "CST-8:00:00"}, day, "2026-11-03T00:00:00Z"},
		{"camera", Config{Zone: "CST-8:00:00", Kind: Camera}, day.Add(-8 * time.Hour), "2026-11-02T16:00:00Z"},
		{"camera in daylight saving", Config{Zone: "CST+5:00:00DST01:00:00,M3.2.0/02:00:00,M12.1.0/02:00:00", Kind: Camera}, day.Add(4 * time.Hour), "2026-11-03T04:00:00Z"},
		{"recorder that means UTC", Config{Zone: "CST+5:00:00", Quirks: Quirks{Clock: TrueUTC}}, day.Add(5 * time.Hour), "2026-11-03T05:00:00Z"},
		{"camera that means its wall clock", Config{Zone: "CST-3:00:00", Kind: Camera, Quirks: Quirks{Clock: WallClock}}, day, "2026-11-03T00:00:00Z"},
		{"offsets", Config{Zone: "CST-8:00:00", Quirks: Quirks{Offsets: true}}, day, "2026-11-03T00:00:00+08:00"},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.config.Channels = []Channel{{Recordings: Span(day, day.Add(time.Minute), time.Minute, 100)}}
			c := start(t, New(test.config))
			s := c.search(searchBody(searchID, 101, 1, 0, test.from, test.from.Add(time.Second)))
			if len(s.items) != 1 {
				t.Fatal("not found")
			}
			if got, _ := s.items[0].find("startTime"); got != test.want {
				t.Errorf("start %s, want %s", got, test.want)
			}
		})
	}
}
