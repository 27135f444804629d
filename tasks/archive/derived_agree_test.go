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
	all, check := map[string]string{}, 0 // every check has wishes of its own
	rapid.Check(t, func(rt *rapid.T) {
		check++
		wishes, want := 4*check, map[string]string{}
		for range rapid.IntRange(1, 5).Draw(rt, "steps") {
			wish := wishes + rapid.IntRange(0, 3).Draw(rt, "wish")
			switch rapid.IntRange(0, 15).Draw(rt, "step") {
			case 0:
				a = reopen(t, a)
			case 1, 2, 3:
				made, err := a.DerivedOf(JoinedTree, fmt.Sprintf("%08x", wish))
				if err != nil {
					rt.Fatal(err)
				}
				for _, d := range made {
					if err := a.Withdraw(JoinedTree, d); err != nil {
						rt.Fatal(err)
					}
					delete(want, d.Path)
				}
			default:
				content := rapid.StringMatching("[a-z]{1,3}").Draw(rt, "content")
				m := wished(wish, content)
				m.Number = rapid.IntRange(1, 2).Draw(rt, "number")
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
// read, added to and written anew, and what is no line of ours stays.
func FuzzDerivedManifest(f *testing.F) {
	s := &shelf{tree: JoinedTree}
	d := wished(0, "one").Derived
	d.Path = "joined/a/b.mp4"
	line := string(s.line(d, sumOf(nil), morning))
	for _, text := range []string{"", line, "mine,too\n" + line, line[:50], line + line, strings.Replace(line, "a/b.mp4", "../b.mp4", 1), strings.ReplaceAll(line, "1/1]", "9999999/0]")} {
		f.Add([]byte(text))
	}
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, b []byte) {
		root, err := disk.Look(dir)
		if err != nil {
			t.Fatal(err)
		}
		defer closing(t, root)
		text := append([]byte(manifestHeader+"\n"), b...)
		put(t, filepath.Join(dir, manifestName), text)
		s := &shelf{tree: JoinedTree, files: map[string]Derived{}, wishes: map[string]map[string]struct{}{}}
		if err := s.load(&manifest{root: root, log: slog.New(slog.DiscardHandler), orphans: map[string]listed{}}, morning); err != nil {
			t.Fatal(err)
		}
		dropped := map[string]bool{}
		for name, d := range s.files {
			if !strings.HasPrefix(name, "joined/") || d.Path != name {
				t.Errorf("%q is listed as %q", name, d.Path)
			}
			dropped[s.under(name)] = true
		}
		var without, again bytes.Buffer
		if err := copyWithout(&without, bytes.NewReader(manifestBytes(t, dir)), dropped); err != nil {
			t.Fatal(err)
		}
		if err := copyWithout(&again, bytes.NewReader(without.Bytes()), dropped); err != nil || !bytes.Equal(again.Bytes(), without.Bytes()) {
			t.Errorf("%q becomes %q, %v", without.Bytes(), again.Bytes(), err)
		}
		if mine := []byte("mine,too\n"); bytes.HasPrefix(b, mine) && !bytes.Contains(without.Bytes(), mine) {
			t.Errorf("an operator's line is gone: %q", without.Bytes())
		}
	})
}

// What the notes say of the origin is read back, whatever they say besides.
func TestOriginNote(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := Derived{
			Origin: Origin{Wish: rapid.StringMatching("[0-9a-f]{8}").Draw(t, "wish"), Sources: rapid.StringMatching("[0-9a-f]{16}").Draw(t, "sources")},
			Number: rapid.IntRange(1, 99).Draw(t, "number"), Of: rapid.IntRange(1, 99).Draw(t, "of"),
			Notes: rapid.SliceOfN(rapid.StringMatching(`[a-z\[\]/0-9 -]{1,30}x`), 1, 4).Draw(t, "notes"),
		}
		var got Derived
		got.readNotes(strings.Join(d.Notes, "; ") + "; " + d.originNote())
		if !sameDerived(got, d) {
			t.Errorf("%+v, want %+v", got, d)
		}
	})
}
