package archive_test

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

func TestLayout(t *testing.T) {
	it := item(0, 0)
	bare := it
	bare.Label, bare.Camera = "", " .. "
	odd := it
	odd.Label, odd.Camera = "Склад №3: ворота/въезд", "../../etc\x1b[2J"
	sub := it
	sub.Recording.Track = nvr.TrackOf(2, nvr.Sub)
	names := it
	names.Label, names.Camera = "Manifest.CSV", "con.txt"
	frames := it
	frames.Label, frames.Camera = "Frames", "-rf ."

	const plain = "10.20.0.11/ch02/2026-11-03/20261103-081500_20261103-083000"
	for _, tt := range []struct {
		layout string
		it     archive.Item
		want   string
	}{
		{archive.DefaultLayout, it, plain},
		{archive.DefaultLayout, odd, plain},
		{archive.DefaultLayout, sub, "10.20.0.11/ch02-sub/2026-11-03/20261103-081500_20261103-083000"},
		{"{name}/{camera}/{start}", it, "Depot/Gate/20261103-081500"},
		{"{name}/{camera}/{start}", bare, "10.20.0.11/ch02/20261103-081500"},
		{"{name}/{camera}/{start}", odd, "Склад №3- ворота-въезд/etc [2J/20261103-081500"},
		{"{name}/{camera}/{start}", names, "Manifest.CSV_/_con.txt/20261103-081500"},
		{"{name}/{camera}/{start}", frames, "Frames_/rf/20261103-081500"},
		{"видео/{date}/{name} {camera} ({channel}) {start}-{end}", it, "видео/2026-11-03/Depot Gate (ch02) 20261103-081500-20261103-083000"},
		{"{recorder}{channel}/{start}", it, "10.20.0.11ch02/20261103-081500"},
	} {
		l := layoutOf(t, tt.layout)
		f := commit(t, open(t, t.TempDir(), archive.WithLayout(l)), tt.it, movie(1, 100))
		if f.Path != tt.want+".mpg" || l.String() != tt.layout {
			t.Errorf("%v names %q, want %q", l, f.Path, tt.want)
		}
	}
	if zero := (archive.Layout{}); zero.String() != archive.DefaultLayout {
		t.Errorf("the zero layout is %v", zero)
	}
}

func TestLayoutsThatAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":                                                        "write it like",
		"{recorder}/{channel}/{begin}":                            "{begin} is not a placeholder; use {recorder}, {name}, {channel}, {camera}, {date}, {start} and {end}",
		"{recorder}/{channel}/{}{start}":                          "{} is not a placeholder",
		"{Recorder}/{channel}/{start}":                            "{Recorder} is not a placeholder",
		"{recorder}/{channel}/{start":                             "needs both { and }",
		"{recorder}/{channel}/start}":                             "needs both { and }",
		"{recorder}/{{channel}}/{start}":                          "needs both { and }",
		"/{recorder}/{channel}/{start}":                           "begins with /",
		"C:/{recorder}/{channel}/{start}":                         "begins with a drive",
		`{recorder}\{channel}\{start}`:                            `has a \ in it`,
		"{recorder}/../{channel}/{start}":                         "has .. in it",
		"../{recorder}/{channel}/{start}":                         "has .. in it",
		"{recorder}/./{channel}/{start}":                          `begins with "."`,
		".hikgrab/{recorder}/{channel{start}":                     `begins with "."`,
		"{recorder}//{channel}/{start}":                           "nothing before or after",
		"{recorder}/{channel}/{start}/":                           "nothing before or after",
		"{recorder}/{channel}./{start}":                           `ends with "."`,
		"{recorder}/{channel} /{start}":                           `ends with " "`,
		"{recorder}/ {channel}/{start}":                           `begins with " "`,
		"-{recorder}/{channel}/{start}":                           `begins with "-"`,
		"{recorder}/{channel}/{start}?":                           `"?" is not allowed`,
		"{recorder}/a:b/{channel}{start}":                         `":" is not allowed`,
		"{recorder}/nul.x/{channel}{start}":                       "is a device",
		"Joined/{recorder}/{channel}{start}":                      `keeps "Joined"`,
		"cut/{recorder}/{channel}{start}":                         `keeps "cut"`,
		"frames/{recorder}/{channel}{start}":                      `keeps "frames"`,
		"a.csv/{recorder}/{channel}{start}":                       `keeps "a.csv"`,
		"{recorder}/{channel}/\x1b[2J{start}":                     "control characters",
		"{recorder}/{channel}/\u202e{start}":                      "control characters",
		"{recorder}/{channel}/\xff{start}":                        "control characters",
		"{recorder}/{channel}/{date}":                             "needs {start}",
		"{recorder}/{date}/{start}":                               "needs {channel} or {camera}",
		"{channel}/{date}/{start}":                                "needs {recorder} or {name}",
		"{recorder}_{channel}_{start}":                            "needs a directory",
		strings.Repeat("a", 301):                                  "more than 300",
		"{recorder}/" + strings.Repeat("{camera}", 4) + "{start}": "shorten it",
		strings.Repeat("a/", 12) + "{recorder}{channel}{start}":   "more than 11",
	} {
		l, err := archive.ParseLayout(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
		if err != nil && (strings.ContainsAny(err.Error(), "\x1b\u202e") || !utf8.ValidString(err.Error()) || l.String() != archive.DefaultLayout) {
			t.Errorf("%q: the error %q, or the layout %v, can do harm", text, err, l)
		}
	}
}

// Whatever names a sheet or a recorder uses, the results are valid on every
// system: nothing leaves the directory, and everything is found again.
func TestNamesOfAnyLayout(t *testing.T) {
	texts := []string{
		archive.DefaultLayout, "{name}/{camera}/{start}", "{camera}/{name}/{date}/{end} {start}", "{name}{camera}/{start}",
		"{recorder} {name} {camera}/x{start}", "a/{name}.{camera}.{start}",
	}
	text := rapid.OneOf(
		rapid.String(), rapid.SampledFrom(hostile), rapid.SampledFrom([]string{"cut", "JOINED", "frames", "x.csv", "lpt¹", "com1 .x", "con", "~$x"}),
		rapid.StringMatching(`(https://)?[a-zA-Z0-9._-]{0,70}(:[0-9]{1,6})?`),
	)
	when := rapid.Custom(func(t *rapid.T) time.Time {
		zone := time.FixedZone("", rapid.IntRange(-50_000, 50_000).Draw(t, "zone"))
		return time.Unix(rapid.Int64Range(-1e11, 1e12).Draw(t, "seconds"), 0).In(zone)
	})
	a := open(t, filepath.Join(t.TempDir(), "out"))
	paths := map[string]bool{}
	rapid.Check(t, func(rt *rapid.T) {
		layout := rapid.SampledFrom(texts).Draw(rt, "layout")
		a.SetLayout(layoutOf(t, layout))
		it := archive.Item{Recorder: text.Draw(rt, "recorder"), Label: text.Draw(rt, "label"), Camera: text.Draw(rt, "camera"), Recording: nvr.Recording{
			Track: nvr.Track(rapid.IntRange(-1000, 1_000_000).Draw(rt, "track")), Start: when.Draw(rt, "start"), End: when.Draw(rt, "end"),
		}}
		for range 2 { // with the same start and end
			it.Recording.Name = fmt.Sprint(len(paths))
			f := commit(t, a, it, movie(uint64(len(paths)), 100))
			wantStored(t, a, it, f)
			if paths[f.Path] {
				rt.Fatalf("%q is the name of two files", f.Path)
			}
			paths[f.Path] = true
			components := strings.Split(f.Path, "/")
			if len(components) != strings.Count(layout, "/")+1 || slices.Contains([]string{"joined", "cut", "frames"}, strings.ToLower(components[0])) {
				rt.Fatalf("%q has other directories", f.Path)
			}
			for _, c := range components {
				wantName(rt, c)
			}
			if layout == archive.DefaultLayout {
				plainComponent(rt, components[0])
			}
		}
	})
	wantAlone(t, a)
}

// Finished files stay where they are, whatever the layout is later; two cameras
// with the same name do not collide.
func TestLayoutChanges(t *testing.T) {
	a := open(t, t.TempDir())
	first := commit(t, a, item(0, 0), movie(1, 1000))
	a = reopen(t, a, archive.WithLayout(layoutOf(t, "{name}/{camera}/{start}")))
	wantStored(t, a, item(0, 0), first)
	twin := item(1, 0)
	twin.Recording.Track = 301
	var paths []string
	for n, it := range []archive.Item{item(1, 0), twin} {
		f := commit(t, a, it, movie(uint64(n), 1000))
		paths = append(paths, f.Path)
		wantStored(t, a, it, f)
	}
	want := []string{"Depot/Gate/20261103-083000.mpg", "Depot/Gate/20261103-083000_" + manifestRows(t, a.Dir())[3][at("id")][:8] + ".mpg"}
	if !slices.Equal(paths, want) {
		t.Errorf("the files are %q, want %q", paths, want)
	}
	if v, err := archive.Verify(t.Context(), a.Dir(), &archive.VerifyProgress{}); err != nil || v.Files != 3 || len(v.Deviations) != 0 {
		t.Errorf("%+v, %v", v, err)
	}
}

// Names known to do harm do not produce extra files either.
func TestHostileNamesInLayouts(t *testing.T) {
	for _, text := range []string{"{name}/{camera}/{start}", "{camera}{name}/{date}/{start}"} {
		a := open(t, filepath.Join(t.TempDir(), "out"), archive.WithLayout(layoutOf(t, text)))
		names := append(slices.Clone(hostile), "cut", "JOINED", "frames")
		for n, name := range names {
			it := item(n, 0)
			it.Recorder, it.Label, it.Camera = name, name, name
			wantStored(t, a, it, commit(t, a, it, movie(uint64(n), 100)))
		}
		wantInside(t, a, len(names))
	}
}
