package archive

import (
	"bytes"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"example.com/hikgrab/tasks/archive/disk"
)

// Whatever is made, made anew and withdrawn, in whatever order and by however
// many runs: what the manifest lists is what is there.
func TestDerivedAgree(t *testing.T) {
	a := open(t, t.TempDir())
	all, check := map[string]string{}, 0 // every check has requests of its own
	rapid.Check(t, func(rt *rapid.T) {
		check++
		requests, want := 4*check, map[string]string{}
		for range rapid.IntRange(1, 5).Draw(rt, "steps") {
			request := requests + rapid.IntRange(0, 3).Draw(rt, "request")
			switch rapid.IntRange(0, 15).Draw(rt, "step") {
			case 0:
				a = reopen(t, a)
			case 1, 2, 3:
				for _, d := range a.DerivedOf(JoinedTree, fmt.Sprintf("%08x", request)) {
					if err := a.Withdraw(JoinedTree, d); err != nil {
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
			if b, err := os.ReadFile(filepath.Join(a.Dir(), filepath.FromSlash(name))); err != nil || !bytes.Equal(b, boxesOf(content)) {
				rt.Errorf("%s is not %q: %v", name, content, err)
			}
		}
		maps.Copy(all, want)
	})
	wantTree(t, a, all) // nothing else is there or listed
}

// FuzzDerivedManifest: whatever stands in the manifest of a tree, it can be
// written anew without one of its files, and what is no line of ours stays.
func FuzzDerivedManifest(f *testing.F) {
	d := requested(0, "one")
	r := d.record()
	r.Path, r.At = "joined/a/b.mp4", morning
	line := string(r.row())
	for _, text := range []string{"", line, "mine,too\n" + line, line[:50], line + line, strings.Replace(line, "a/b.mp4", "../b.mp4", 1), strings.ReplaceAll(line, "-1-1", "-9999999-0")} {
		f.Add([]byte(text))
	}
	dir := f.TempDir()
	root, err := disk.Open(dir, ownDir)
	if err != nil {
		f.Fatal(err)
	}
	if err := root.Mkdir("joined", 0o755); err != nil {
		f.Fatal(err)
	}
	m := &manifest{root: root, tree: JoinedTree, log: slog.New(slog.DiscardHandler)}
	f.Fuzz(func(t *testing.T, b []byte) {
		b = append(b, '\n')
		put(t, filepath.Join(dir, "joined", manifestName), append([]byte(manifestHeader+"\n"), b...))
		if err := m.remove("joined/a/b.mp4"); err != nil {
			t.Fatal(err)
		}
		without := manifestBytes(t, filepath.Join(dir, "joined"))
		if _, _, err := readManifest(bytes.NewReader(without), func(line []byte) {
			if r, ok := readRow(line, JoinedTree, false); ok && (r.Path == "joined/a/b.mp4" || !strings.HasPrefix(r.Path, "joined/")) {
				t.Errorf("%q is listed", r.Path)
			}
		}); err != nil {
			t.Fatal(err)
		}
		if mine := []byte("mine,too\n"); bytes.HasPrefix(b, mine) && !bytes.Contains(without, mine) {
			t.Errorf("an operator's line is gone: %q", without)
		}
	})
}

// What the column id says of the origin is read back.
func TestOriginIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := Origin{
			Request: rapid.StringMatching("[0-9a-f]{8}").Draw(t, "request"), Sources: rapid.StringMatching("[0-9a-f]{16}").Draw(t, "sources"),
			Number: rapid.IntRange(1, 99).Draw(t, "number"), Of: rapid.IntRange(1, 99).Draw(t, "of"),
		}
		if got, err := parseOrigin(o.String()); err != nil || got != o {
			t.Errorf("%+v, %v, want %+v", got, err, o)
		}
	})
	for _, bad := range []string{"", "x", "0f3a9c21-5566778899aabbcc-1", "0f3a9c21-5566778899aabbcx-1-1", "0f3a9c21-5566778899aabbcc-1-x"} {
		if o, err := parseOrigin(bad); err == nil {
			t.Errorf("%q is read as %+v", bad, o)
		}
	}
}
