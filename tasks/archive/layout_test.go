package archive

import (
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"example.com/hikgrab/nvr"
)

func TestLayout(t *testing.T) {
	it := item(0, 0)
	bare := it
	bare.Label, bare.Camera = "", " .. "
	odd := it
	odd.Label, odd.Camera = "Склад №3: ворота/въезд", "../../etc\x1b[2J"
	sub := it
	sub.Recording.Track = nvr.TrackOf(2, nvr.Sub)
	cut := it
	cut.Format, cut.Clip = MP4, Span{From: it.Recording.Start.Add(time.Minute)}
	names := it
	names.Label, names.Camera = "Manifest.CSV", "con.txt"
	frames := it
	frames.Label, frames.Camera = "Frames", "-rf ."

	const plain = "10.20.0.11/ch02/2026-11-03/20261103-081500_20261103-083000"
	for _, tt := range []struct {
		layout string
		it     Item
		want   string
	}{
		{DefaultLayout, it, plain},
		{DefaultLayout, odd, plain},
		{DefaultLayout, cut, "10.20.0.11/ch02/2026-11-03/20261103-081600_20261103-083000"},
		{DefaultLayout, sub, "10.20.0.11/ch02-sub/2026-11-03/20261103-081500_20261103-083000"},
		{"{name}/{camera}/{start}", it, "Depot/Gate/20261103-081500"},
		{"{name}/{camera}/{start}", bare, "10.20.0.11/ch02/20261103-081500"},
		{"{name}/{camera}/{start}", odd, "Склад №3- ворота-въезд/etc [2J/20261103-081500"},
		{"{name}/{camera}/{start}", names, "Manifest.CSV_/_con.txt/20261103-081500"},
		{"{name}/{camera}/{start}", frames, "Frames_/rf/20261103-081500"},
		{"видео/{date}/{name} {camera} ({channel}) {start}-{end}", it, "видео/2026-11-03/Depot Gate (ch02) 20261103-081500-20261103-083000"},
		{"{recorder}{channel}/{start}", it, "10.20.0.11ch02/20261103-081500"},
	} {
		l := layoutOf(t, tt.layout)
		if got := l.path(tt.it); got != tt.want || l.String() != tt.layout {
			t.Errorf("%v names %q, want %q", l, got, tt.want)
		}
	}
	if got := (Layout{}).path(it); got != plain || (Layout{}).String() != DefaultLayout {
		t.Errorf("the zero layout, %v, names %q", Layout{}, got)
	}
}

func TestLayoutsThatAreRefused(t *testing.T) {
	for text, want := range map[string]string{
		"":                                                        "write it like",
		"{recorder}/{channel}/{begin}":                            "{begin} is no placeholder; use {recorder}, {name}, {channel}, {camera}, {date}, {start} and {end}",
		"{recorder}/{channel}/{}{start}":                          "{} is no placeholder",
		"{Recorder}/{channel}/{start}":                            "{Recorder} is no placeholder",
		"{recorder}/{channel}/{start":                             "must stand around",
		"{recorder}/{channel}/start}":                             "must stand around",
		"{recorder}/{{channel}}/{start}":                          "must stand around",
		"/{recorder}/{channel}/{start}":                           "begins with /",
		"C:/{recorder}/{channel}/{start}":                         "begins with a drive",
		`{recorder}\{channel}\{start}`:                            `has a \ in it`,
		"{recorder}/../{channel}/{start}":                         "has .. in it",
		"../{recorder}/{channel}/{start}":                         "has .. in it",
		"{recorder}/./{channel}/{start}":                          `begins with "."`,
		".hikgrab/{recorder}/{channel{start}":                     `begins with "."`,
		"{recorder}//{channel}/{start}":                           "nothing in front of or behind",
		"{recorder}/{channel}/{start}/":                           "nothing in front of or behind",
		"{recorder}/{channel}./{start}":                           `ends with "."`,
		"{recorder}/{channel} /{start}":                           `ends with " "`,
		"{recorder}/ {channel}/{start}":                           `begins with " "`,
		"-{recorder}/{channel}/{start}":                           `begins with "-"`,
		"{recorder}/{channel}/{start}?":                           `"?" cannot stand`,
		"{recorder}/a:b/{channel}{start}":                         `":" cannot stand`,
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
		l, err := ParseLayout(text)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
		if err != nil && (strings.ContainsAny(err.Error(), "\x1b\u202e") || !utf8.ValidString(err.Error()) || l.components != nil) {
			t.Errorf("%q: the error %q, or the layout %v, can do harm", text, err, l)
		}
	}
}

// Whatever a sheet or a recorder calls things, names are names on every system.
func TestNamesOfAnyLayout(t *testing.T) {
	texts := []string{
		DefaultLayout, "{name}/{camera}/{start}", "{camera}/{name}/{date}/{end} {start}", "{name}{camera}/{start}",
		"{recorder} {name} {camera}/x{start}", "a/{name}.{camera}.{start}",
	}
	text := rapid.OneOf(rapid.String(), rapid.SampledFrom(hostile), rapid.SampledFrom([]string{"cut", "JOINED", "x.csv", "lpt¹", "com1 .x", "con", "~$x"}))
	rapid.Check(t, func(t *rapid.T) {
		l, err := ParseLayout(rapid.SampledFrom(texts).Draw(t, "layout"))
		if err != nil {
			t.Fatal(err)
		}
		it := item(rapid.IntRange(0, 1000).Draw(t, "n"), 0)
		it.Recorder, it.Label, it.Camera = text.Draw(t, "recorder"), text.Draw(t, "label"), text.Draw(t, "camera")
		it.Recording.Track = nvr.Track(rapid.IntRange(-1000, 1_000_000).Draw(t, "track"))
		var names []string
		for name := range l.names(it, ".mp4") {
			if names = append(names, name); len(names) == 4 {
				break
			}
		}
		for _, name := range names {
			if path.Clean(name) != name || !filepath.IsLocal(filepath.FromSlash(name)) || !utf8.ValidString(name) || printable(name) != name {
				t.Fatalf("%q is not a path inside", name)
			}
			pieces := strings.Split(name, "/")
			if len(pieces) != len(l.components) || isTree(strings.ToLower(pieces[0])) {
				t.Fatalf("%q has other directories", name)
			}
			for _, c := range pieces {
				if strings.ContainsAny(c, oddCharacters) || strings.HasSuffix(c, ".") || strings.HasSuffix(c, " ") || len(c) > 255 || device(c) || c[0] == '.' {
					t.Fatalf("%q is no name on every system", c)
				}
			}
		}
		if slices.Sort(names); len(slices.Compact(names)) != 4 {
			t.Fatalf("the names are %q", names)
		}
	})
}

// What is done stays where it is, whatever the layout is later; two cameras of
// one name do not collide.
func TestLayoutChanges(t *testing.T) {
	a := open(t, t.TempDir())
	first := commit(t, a, item(0, 0), movie(1, 1000))
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	a, err := Open(a.Dir(), nil, WithLayout(layoutOf(t, "{name}/{camera}/{start}")))
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, a)
	if s, ok := a.Stored(item(0, 0)); !ok || s.Path != first.Path {
		t.Errorf("Stored = %+v, %v", s, ok)
	}
	twin := item(1, 0)
	twin.Recording.Track = 301
	var paths []string
	for n, it := range []Item{item(1, 0), twin} {
		f := commit(t, a, it, movie(uint64(n), 1000))
		paths = append(paths, f.Path)
		if s, ok := a.Stored(it); !ok || s.Path != f.Path {
			t.Errorf("Stored = %+v, %v", s, ok)
		}
	}
	want := []string{"Depot/Gate/20261103-083000.mpg", "Depot/Gate/20261103-083000_" + identify(twin).short() + ".mpg"}
	if !slices.Equal(paths, want) {
		t.Errorf("the files are %q, want %q", paths, want)
	}
	v, err := Verify(t.Context(), a.Dir(), &VerifyProgress{})
	if err != nil || v.Files != 3 || len(v.Deviations) != 0 {
		t.Errorf("%+v, %v", v, err)
	}
}

// The same on a disk: nothing leaves the directory, everything is found again,
// and nothing is extra.
func TestHostileNamesInLayouts(t *testing.T) {
	for _, text := range []string{"{name}/{camera}/{start}", "{camera}{name}/{date}/{start}"} {
		a, err := Open(filepath.Join(t.TempDir(), "out"), nil, WithLayout(layoutOf(t, text)))
		if err != nil {
			t.Fatal(err)
		}
		for n, name := range append(hostile, "cut", "JOINED", "frames", "manifest.csv", ".hikgrab") {
			it := item(n, 0)
			it.Recorder, it.Label, it.Camera = name, name, name
			f := commit(t, a, it, movie(uint64(n), 100))
			if s, ok := a.Stored(it); !ok || s.Path != f.Path {
				t.Errorf("a recording of %q is not found again", name)
			}
		}
		closing(t, a)
		if above, err := os.ReadDir(filepath.Dir(a.Dir())); err != nil || len(above) != 1 {
			t.Errorf("something was written beside the directory: %v, %v", above, err)
		}
		v, err := Verify(t.Context(), a.Dir(), &VerifyProgress{})
		if err != nil || v.Files != len(hostile)+5 || len(v.Deviations) != 0 {
			t.Errorf("%+v, %v", v, err)
		}
	}
}

func FuzzParseLayout(f *testing.F) {
	for _, text := range []string{DefaultLayout, "{name}/{camera} {start}", "{", "a/{x}", "C:/", "../", "{recorder}/{channel}{start}"} {
		f.Add(text)
	}
	it := item(0, 0)
	f.Fuzz(func(t *testing.T, text string) {
		l, err := ParseLayout(text)
		if err != nil {
			if l.components != nil || printable(err.Error()) != err.Error() {
				t.Fatalf("%q gives %v, %q", text, l, err)
			}
			return
		}
		name := l.path(it)
		if !filepath.IsLocal(filepath.FromSlash(name)) || path.Clean(name) != name || !strings.Contains(name, "/") || len(path.Base(name)) > componentLimit {
			t.Fatalf("%q names %q", text, name)
		}
	})
}
