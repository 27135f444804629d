package archive_test

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"testing"

	"pgregory.net/rapid"

	"example.com/hikgrab/tasks/archive"
)

// Whatever is made, made again and withdrawn, in any order and over any number
// of runs, the manifest lists what exists.
func TestDerivedAgree(t *testing.T) {
	a := open(t, t.TempDir())
	all, check := map[string]string{}, 0 // every check has its own requests
	rapid.Check(t, func(rt *rapid.T) {
		check++
		requests, want := 4*check, map[string]string{}
		for range rapid.IntRange(1, 5).Draw(rt, "steps") {
			request := requests + rapid.IntRange(0, 3).Draw(rt, "request")
			switch rapid.IntRange(0, 15).Draw(rt, "step") {
			case 0:
				a = reopen(t, a)
			case 1, 2, 3:
				for _, d := range a.DerivedOf(archive.JoinedTree, fmt.Sprintf("%08x", request)) {
					if err := a.Withdraw(archive.JoinedTree, d); err != nil {
						rt.Fatal(err)
					}
					delete(want, d.Path)
				}
			default:
				content := rapid.StringMatching("[a-z]{1,3}").Draw(rt, "content")
				m := requested(request, content)
				m.Origin.Number = rapid.IntRange(1, 2).Draw(rt, "number")
				m.Name = fmt.Sprint("name", check) // for all of them
				d, err := derive(a, m, content)
				if err != nil {
					rt.Fatal(err)
				}
				want[d.Path] = content
			}
		}
		for name, content := range want {
			if b, err := os.ReadFile(pathOf(a.Dir(), name)); err != nil || !bytes.Equal(b, boxesOf(content)) {
				rt.Errorf("%s is not %q: %v", name, content, err)
			}
		}
		maps.Copy(all, want)
	})
	wantTree(t, a, all) // nothing else exists or is listed
}
