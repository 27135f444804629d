package archive

import (
	"path"
	"path/filepath"
	"strings"
	"testing"

	"example.com/hikgrab/nvr"
)

func FuzzParseLayout(f *testing.F) {
	for _, text := range []string{DefaultLayout, "{name}/{camera} {start}", "{", "a/{x}", "C:/", "../", "{recorder}/{channel}{start}"} {
		f.Add(text)
	}
	it := Item{Recorder: "10.20.0.11", Label: "Depot", Camera: "Gate", Recording: nvr.Recording{Track: 201, Start: someDay, End: someDay}}
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
