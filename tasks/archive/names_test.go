package archive

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/hikgrab/nvr"
)

func TestRecorderDir(t *testing.T) {
	tests := []struct{ recorder, want string }{
		{"10.20.0.11", "10.20.0.11"},
		{"10.20.0.11:8080", "10.20.0.11_8080"},
		{"https://10.20.0.11", "10.20.0.11_443"},
		{"https://10.20.0.11:8443", "10.20.0.11_8443"},
		{"NVR.Site.Local", "nvr.site.local"},
		{"[2001:db8::5]:8080", "ipv6_2001-db8--5_8080"},
		{"https://[2001:db8::5]", "ipv6_2001-db8--5_443"},
		{"[2001:DB8:0::5]", "ipv6_2001-db8--5"},
	}
	for _, tt := range tests {
		if got := recorderDir(tt.recorder); got != tt.want {
			t.Errorf("recorderDir(%q) = %q, want %q", tt.recorder, got, tt.want)
		}
	}
}

func TestHostileNamesStayInside(t *testing.T) {
	seen := map[string]string{}
	for _, recorder := range hostile {
		dir := recorderDir(recorder)
		plainComponent(t, dir)
		if other, taken := seen[dir]; taken {
			t.Errorf("%q and %q share the directory %q", recorder, other, dir)
		}
		seen[dir] = recorder
		if recorder != "" && strings.Contains(dir, "manifest.csv") {
			t.Errorf("%q becomes %q, beside the manifest", recorder, dir)
		}
	}
	a := open(t, t.TempDir())
	for n, recorder := range hostile {
		it := item(n, 0)
		it.Recorder = recorder
		f := commit(t, a, it, movie(1, 100))
		if s, ok := a.Stored(it); !ok || s.Path != f.Path {
			t.Errorf("a recording of %q is not found again", recorder)
		}
	}
	if above, err := os.ReadDir(filepath.Dir(a.Dir())); err != nil || len(above) != 1 {
		t.Errorf("something was written beside the directory: %v, %v", above, err)
	}
}

func TestNamesOfAnyItemStayInside(t *testing.T) {
	host := rapid.OneOf(rapid.String(), rapid.SampledFrom(hostile), rapid.StringMatching(`(https://)?[a-zA-Z0-9._-]{0,70}(:[0-9]{1,6})?`))
	when := rapid.Custom(func(t *rapid.T) time.Time {
		zone := time.FixedZone("", rapid.IntRange(-50_000, 50_000).Draw(t, "zone"))
		return time.Unix(rapid.Int64Range(-1e11, 1e12).Draw(t, "seconds"), 0).In(zone)
	})
	rapid.Check(t, func(t *rapid.T) {
		it := Item{Recorder: host.Draw(t, "recorder"), Recording: nvr.Recording{
			Track: nvr.Track(rapid.IntRange(-1000, 1_000_000).Draw(t, "track")),
			Start: when.Draw(t, "start"), End: when.Draw(t, "end"), Name: rapid.String().Draw(t, "name"),
		}}
		n := 0
		for name := range defaultLayout.names(it, ".mpg") {
			if n++; n > 3 {
				break
			}
			pieces := strings.Split(name, "/")
			if len(pieces) != 4 || !filepath.IsLocal(filepath.FromSlash(name)) || path.Clean(name) != name {
				t.Fatalf("%q is not a path of four components inside", name)
			}
			plainComponent(t, pieces[0])
			for _, p := range pieces[1:] {
				if strings.HasPrefix(p, ".") || strings.HasSuffix(p, ".") || len(p) > 100 {
					t.Fatalf("%q is not a plain component", p)
				}
			}
		}
	})
}

// Two recorders share a directory only if they are one recorder written in two
// ways: letter case, or the port that HTTP has anyway.
func TestRecordersDoNotCollide(t *testing.T) {
	address := rapid.StringMatching(`(https://)?([a-c_.-]{1,4}|\[[0-2:]{2,5}\])(:(80|443|8080|1))?`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := address.Draw(t, "a"), address.Draw(t, "b")
		if recorderDir(a) == recorderDir(b) && canonical(a) != canonical(b) {
			t.Fatalf("%q and %q share %q", a, b, recorderDir(a))
		}
	})
}

func TestChannelDir(t *testing.T) {
	for track, want := range map[nvr.Track]string{
		101: "ch01", 202: "ch02-sub", 303: "ch03-photo", 6401: "ch64", 10001: "ch100", 120: "ch01-track120", 0: "ch00-track0",
	} {
		if got := channelDir(track); got != want {
			t.Errorf("channelDir(%d) = %q, want %q", track, got, want)
		}
	}
}

func TestSameStartAndEnd(t *testing.T) {
	a := open(t, t.TempDir())
	first, second := item(0, 0), item(0, 0)
	second.Recording.Name = "0000000001002"
	f1 := commit(t, a, first, movie(1, 1000))
	f2 := commit(t, a, second, movie(2, 1000))
	want := strings.TrimSuffix(f1.Path, ".mpg") + "_" + identify(second).short() + ".mpg"
	if f2.Path != want {
		t.Errorf("the second is %s, want %s", f2.Path, want)
	}
	for range 2 {
		for n, it := range []Item{first, second} {
			if s, ok := a.Stored(it); !ok || s.Path != []string{f1.Path, f2.Path}[n] {
				t.Errorf("Stored = %+v, %v", s, ok)
			}
		}
		a = reopen(t, a)
	}
}

func TestIdentity(t *testing.T) {
	base := item(0, 1000)
	same := base
	same.Label, same.Camera, same.Recording.Size, same.Recording.URI, same.Recording.Codec = "x", "y", 5, "rtsp://z", ""
	same.Recorder = strings.ToUpper(base.Recorder)
	if identify(base) != identify(same) {
		t.Error("names that people change, or a corrected size, make another recording of it")
	}
	seen := map[recordingID]string{identify(base): "base"}
	for what, change := range map[string]func(*Item){
		"recorder": func(it *Item) { it.Recorder = "10.20.0.12" },
		"track":    func(it *Item) { it.Recording.Track = 202 },
		"start":    func(it *Item) { it.Recording.Start = it.Recording.Start.Add(time.Second) },
		"end":      func(it *Item) { it.Recording.End = it.Recording.End.Add(time.Millisecond) },
		"name":     func(it *Item) { it.Recording.Name += " " },
	} {
		it := base
		change(&it)
		if other, ok := seen[identify(it)]; ok {
			t.Errorf("another %s is the same recording as %s", what, other)
		}
		seen[identify(it)] = what
	}
	if fmt.Sprint(identify(base)) != identify(base).String() {
		t.Error("the identity prints in another way than it is written")
	}
}
