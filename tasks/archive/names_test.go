package archive_test

import (
	"cmp"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

// dirOf returns the directory of a recorder.
func dirOf(recorder string) string {
	dir, _, _ := strings.Cut(archive.CameraDir(recorder, 101), "/")
	return dir
}

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
		if got := dirOf(tt.recorder); got != tt.want {
			t.Errorf("the directory of %q is %q, want %q", tt.recorder, got, tt.want)
		}
	}
}

func TestHostileNamesStayInside(t *testing.T) {
	seen := map[string]string{}
	for _, recorder := range hostile {
		dir := dirOf(recorder)
		plainComponent(t, dir)
		if other, taken := seen[dir]; taken {
			t.Errorf("%q and %q share the directory %q", recorder, other, dir)
		}
		seen[dir] = recorder
		if recorder != "" && strings.Contains(dir, "manifest.csv") {
			t.Errorf("%q becomes %q, beside the manifest", recorder, dir)
		}
	}
	a := open(t, filepath.Join(t.TempDir(), "out"))
	for n, recorder := range hostile {
		it := item(n, 0)
		it.Recorder = recorder
		wantStored(t, a, it, commit(t, a, it, movie(1, 100)))
	}
	wantInside(t, a, len(hostile))
}

// Two recorders share a directory only if they are one recorder written in two
// ways: letter case, zeros of IPv6, or the default port of its protocol.
func TestRecordersDoNotCollide(t *testing.T) {
	seen := map[string]string{}
	for written, host := range map[string]string{
		"a": "a", "A": "a", "b": "b", "a.b": "a.b", "a-b": "a-b", "a_b": "a_b", "a_80": "a_80", "a_443": "a_443", "-": "-", "_": "_", ".": ".", "..": "..",
		"[::1]": "::1", "[0:0::1]": "::1", "[1::]": "1::", "[22]": "[22]", "ipv6_--1": "ipv6_--1", "nul": "nul", "manifest.csv": "manifest.csv",
	} {
		for scheme, usual := range map[string]string{"": ":80", "https://": ":443"} {
			for _, port := range []string{"", ":1", ":80", ":443", ":8080"} {
				dir, recorder := dirOf(scheme+written+port), host+cmp.Or(port, usual)
				if other, taken := seen[dir]; taken && other != recorder {
					t.Errorf("%s and %s share %q", recorder, other, dir)
				}
				seen[dir] = recorder
			}
		}
	}
}

func TestChannelDir(t *testing.T) {
	for track, want := range map[nvr.Track]string{
		101: "ch01", 202: "ch02-sub", 303: "ch03-photo", 6401: "ch64", 10001: "ch100", 120: "ch01-track120", 0: "ch00-track0",
	} {
		if got := archive.CameraDir("nvr", track); got != "nvr/"+want {
			t.Errorf("the directory of track %d is %q, want %q", track, got, want)
		}
	}
}

func TestSameStartAndEnd(t *testing.T) {
	a := open(t, t.TempDir())
	first, second := item(0, 0), item(0, 0)
	second.Recording.Name = "0000000001002"
	f1 := commit(t, a, first, movie(1, 1000))
	f2 := commit(t, a, second, movie(2, 1000))
	if want := strings.TrimSuffix(f1.Path, ".mpg") + "_" + manifestRows(t, a.Dir())[2][at("id")][:8] + ".mpg"; f2.Path != want {
		t.Errorf("the second is %s, want %s", f2.Path, want)
	}
	for range 2 {
		wantStored(t, a, first, f1)
		wantStored(t, a, second, f2)
		a = reopen(t, a)
	}
}

// A recording is recognized by what the recorder says of it, and by nothing
// that people change.
func TestIdentity(t *testing.T) {
	a := open(t, t.TempDir())
	base := item(0, 1000)
	base.Recorder = "nvr.site"
	f := commit(t, a, base, movie(1, 1000))
	same := base
	same.Label, same.Camera, same.Recording.Size, same.Recording.URI, same.Recording.Codec = "x", "y", 5, "rtsp://z", ""
	same.Recorder = "NVR.Site"
	wantStored(t, a, same, f)
	for what, change := range map[string]func(*archive.Item){
		"recorder": func(it *archive.Item) { it.Recorder = "10.20.0.12" },
		"track":    func(it *archive.Item) { it.Recording.Track = 202 },
		"start":    func(it *archive.Item) { it.Recording.Start = it.Recording.Start.Add(time.Second) },
		"end":      func(it *archive.Item) { it.Recording.End = it.Recording.End.Add(time.Millisecond) },
		"name":     func(it *archive.Item) { it.Recording.Name += " " },
	} {
		it := base
		change(&it)
		if _, ok := a.Stored(it); ok {
			t.Errorf("another %s is the same recording", what)
		}
		create(t, a, it) // nor is it the same as another of them
	}
}
