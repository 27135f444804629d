package report_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/ui/remedy"
	"example.com/hikgrab/ui/report"
)

func TestReport(t *testing.T) {
	a := filled(t)
	r := reported(t, a)
	if r.Recordings != 4 || r.Cameras != 3 || r.Recorded != 3 || r.Gone != 0 || r.States["incomplete"] != 1 || r.States["done"] != 2 {
		t.Errorf("it counts %+v", r)
	}
	if len(r.Failures) != 1 || r.Failures[0].Kind != "busy" || r.Failures[0].Hint != remedy.Plain(nvr.PlayOnRecorder) || r.Failures[0].Camera == "" {
		t.Errorf("failures %+v", r.Failures)
	}
	if len(r.Runs) != 1 || r.Runs[0].ExitCode != 3 || r.Runs[0].Took != 60 {
		t.Errorf("runs %+v", r.Runs)
	}
	day := r.Recorders[0].Cameras[0].Days[0]
	want := []report.Missing{{Why: "lost", Kind: "busy", What: "the recorder refuses <b>only</b> this", Remedy: "play-on-recorder", Hint: remedy.Plain(nvr.PlayOnRecorder)}}
	want[0].From, want[0].To = "2026-11-03T09:00:00", "2026-11-03T10:00:00"
	if got := slices.Clone(day.Missing); len(got) != 1 || fmt.Sprintf("%+v", got[0].Why+got[0].What+got[0].Hint+got[0].From+got[0].To) != fmt.Sprintf("%+v", want[0].Why+want[0].What+want[0].Hint+want[0].From+want[0].To) {
		t.Errorf("missing %+v, want %+v", got, want)
	}
	if day.Lengths != (report.Lengths{Asked: 24 * 3600, Recorded: 5400, OnDisk: 1800}) || len(day.Recordings) != 2 {
		t.Errorf("the day is %+v", day)
	}
}

// TestJSON checks that the output for programs is one object with the same data
// as the page.
func TestJSON(t *testing.T) {
	var b bytes.Buffer
	if err := reported(t, filled(t)).WriteJSON(&b); err != nil {
		t.Fatal(err)
	}
	var got struct {
		Type       string
		Recordings int
		Recorders  []struct {
			Cameras []struct {
				Days []struct {
					Recordings []struct{ Path, Start, SHA256, Codec string }
				}
			}
		}
	}
	if err := json.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	codecs := map[string]int{}
	for _, r := range got.Recorders {
		for _, c := range r.Cameras {
			for _, d := range c.Days {
				for _, f := range d.Recordings {
					if f.Path == "" || !strings.HasPrefix(f.Start, "2026-11-03T08:") || len(f.SHA256) != 64 {
						t.Errorf("recording %+v", f)
					}
					codecs[f.Codec]++
				}
			}
		}
	}
	if got.Type != "report" || got.Recordings != 4 || codecs["H.264"] != 2 || codecs["H.265"] != 1 || strings.Count(b.String(), "\n") != 1 {
		t.Errorf("%+v, codecs %v", got, codecs)
	}
}

var attribute = regexp.MustCompile(`(?:href|src)="([^"]*)"`)

// TestLinksStayInside checks that any path becomes a link under the page's
// directory.
func TestLinksStayInside(t *testing.T) {
	r := &report.Report{Recorders: []report.Recorder{{Recorder: "10.0.0.5", Cameras: []report.Camera{{Channel: 1, Days: []report.Day{{Date: "2026-11-03"}}}}}}}
	day := &r.Recorders[0].Cameras[0].Days[0]
	for _, path := range []string{"javascript:alert(1)", "data:text/html,x", "a/b#c?d%2f.mp4", `x" onload="y`, "nvr:8080/ch01/a.mp4", "Склад/<1>.mp4"} {
		day.Recordings = append(day.Recordings, report.Recording{Path: path})
		day.Stills = append(day.Stills, report.Still{Path: path, Source: path})
	}
	var b bytes.Buffer
	if err := r.WritePage(&b); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"./javascript:alert%281%29", "./data:text/html,x", "a/b%23c%3Fd%252f.mp4", "x%22%20onload=%22y", "./nvr:8080/ch01/a.mp4",
		"%D0%A1%D0%BA%D0%BB%D0%B0%D0%B4/%3C1%3E.mp4",
	}
	var got []string
	for _, m := range attribute.FindAllStringSubmatch(b.String(), -1) {
		if m[1] != "manifest.csv" {
			got = append(got, m[1])
		}
	}
	if !slices.Equal(got, slices.Concat(want, want)) {
		t.Errorf("links %q", got)
	}
}

// TestPageHasItsParts checks that the page is a single file and loads nothing
// from elsewhere.
func TestPageHasItsParts(t *testing.T) {
	var b bytes.Buffer
	if err := reported(t, filled(t)).WritePage(&b); err != nil {
		t.Fatal(err)
	}
	text := html.UnescapeString(b.String())
	for _, part := range []string{"default-src 'none'", "media-src 'self'", ":focus-visible", "addEventListener('keydown'", "4 recordings"} {
		if !strings.Contains(text, part) {
			t.Errorf("it lacks %s", part)
		}
	}
	for _, foreign := range []string{"http://", "https://", "@import", "url(", "unsafe-", "ZgotmplZ", "<script src"} {
		if strings.Contains(strings.ReplaceAll(b.String(), "http://203.0.113.9/x", ""), foreign) {
			t.Errorf("it has %s", foreign)
		}
	}
}

// TestManyDaysArePaged checks that a month of many cameras without recordings
// is paged like many recordings are.
func TestManyDaysArePaged(t *testing.T) {
	for cameras, want := range map[int]bool{1000: false, 1001: true} {
		r := &report.Report{Recorders: []report.Recorder{{Recorder: "10.0.0.5"}}}
		for n := range cameras {
			r.Recorders[0].Cameras = append(r.Recorders[0].Cameras, report.Camera{Channel: n + 1, Days: []report.Day{{Date: "2026-11-03"}, {Date: "2026-11-04"}}})
		}
		var b bytes.Buffer
		if err := r.WritePage(&b); err != nil {
			t.Fatal(err)
		}
		if got := strings.Contains(b.String(), `data-day="2026-11-03" hidden`); got != want {
			t.Errorf("with %d cameras the earlier day is hidden: %v", cameras, got)
		}
	}
}

func BenchmarkPage(b *testing.B) {
	for _, n := range []int{10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			a := planted(b, n)
			b.ReportAllocs()
			for b.Loop() {
				if err := reported(b, a).WritePage(io.Discard); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
