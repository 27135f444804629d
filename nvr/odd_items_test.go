package nvr_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
)

// TestItemsThatContradictThemselves finds, downloads and notes such items,
// because each is somebody's footage.
func TestItemsThatContradictThemselves(t *testing.T) {
	list := simulator.Span(day, day.Add(3*time.Hour), time.Hour, 20_000)
	list[1].End = list[1].Start.Add(-35 * time.Minute)
	list[2].Start = list[0].Start
	device, client := plug(t, simulator.Config{Channels: []simulator.Channel{{Recordings: list}}})
	found, err := search(t.Context(), client, 101, day, day.AddDate(0, 0, 1))
	if err != nil || len(found) != 3 {
		t.Fatalf("%+v, %v", found, err)
	}
	for _, rec := range found {
		var m memory
		receipt, err := client.Download(t.Context(), rec, &m)
		if err != nil || !bytes.Equal(m.Bytes(), content(t, device, rec)) {
			t.Errorf("%s: %d bytes, %v", rec.Name, m.Len(), err)
		}
		if odd := rec.Name == device.Recordings(101)[2].Name; odd != (len(receipt.Notes) == 1) || odd && !strings.Contains(receipt.Notes[0], "set back") {
			t.Errorf("%s: %q", rec.Name, receipt.Notes)
		}
	}
}

// TestItemAcrossTheEndOfTheRange has an item that begins after the range, on
// the clock before it was set back, and ends in it.
func TestItemAcrossTheEndOfTheRange(t *testing.T) {
	list := []simulator.Recording{{Start: day.Add(165 * time.Minute), End: day.Add(140 * time.Minute), Size: 20_000}}
	_, client := plug(t, simulator.Config{Channels: []simulator.Channel{{Recordings: list}}})
	if found, err := search(t.Context(), client, 101, day, day.Add(150*time.Minute)); err != nil || len(found) != 1 {
		t.Errorf("%+v, %v", found, err)
	}
}

// TestItemsWithoutWhatTheyNeed has items without a time or an address. None may
// be dropped silently.
func TestItemsWithoutWhatTheyNeed(t *testing.T) {
	const good = "<timeSpan><startTime>2026-11-03T01:00:00Z</startTime><endTime>2026-11-03T02:00:00Z</endTime></timeSpan>"
	const uri = "<playbackURI>rtsp://x/Streaming/tracks/101/?name=1&amp;size=4</playbackURI>"
	cases := map[string]struct{ item, note string }{
		"no time":        {uri, "without a readable time"},
		"no end":         {"<timeSpan><startTime>2026-11-03T01:00:00Z</startTime></timeSpan>" + uri, "without a readable end"},
		"no start":       {"<timeSpan><endTime>2026-11-03T02:00:00Z</endTime></timeSpan>" + uri, "without a readable start"},
		"nonsense":       {"<timeSpan><startTime>soon</startTime><endTime>later</endTime></timeSpan>" + uri, "without a readable time"},
		"no address":     {good, "without an address"},
		"a long one":     {good + "<playbackURI>rtsp://" + strings.Repeat("x", 5000) + "</playbackURI>", "without an address"},
		"as they should": {good + uri, ""},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			item := strings.NewReplacer("<playbackURI>", "<mediaSegmentDescriptor><playbackURI>", "</playbackURI>", "</playbackURI></mediaSegmentDescriptor>").Replace(c.item)
			_, client := handle(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/ISAPI/ContentMgmt/search" {
					_, _ = fmt.Fprint(w, "<CMSearchResult><responseStatusStrg>OK</responseStatusStrg><matchList><searchMatchItem><trackID>101</trackID>"+item+"</searchMatchItem></matchList></CMSearchResult>")
					return
				}
				_, _ = fmt.Fprint(w, "<DeviceInfo><model>DS-7616NI-K2</model></DeviceInfo>")
			})
			found, err := search(t.Context(), client, 101, day, day.AddDate(0, 0, 1))
			if err != nil || len(found) != 1 {
				t.Fatalf("%+v, %v", found, err)
			}
			rec := found[0]
			if (rec.Note == "") != (c.note == "") || !strings.Contains(rec.Note, c.note) || rec.Start.Before(day) || rec.End.Before(rec.Start) {
				t.Errorf("%+v", rec)
			}
			if rec.URI != "" {
				return
			}
			_, err = client.Download(t.Context(), rec, new(memory))
			if e := mustFail(t, err, nvr.Protocol); !strings.Contains(e.What(), "without an address") {
				t.Errorf("%q", e.What())
			}
		})
	}
}
