package archive

import (
	"os"
	"path/filepath"
	"testing"

	"example.com/hikgrab/nvr"
)

// A lost journal costs no download: the manifest, or else size and head, tell
// what is there.
func TestLostJournal(t *testing.T) {
	for name, lost := range map[string][]string{
		"bookkeeping":              {ownDir},
		"bookkeeping and manifest": {ownDir, manifestName},
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, t.TempDir())
			twin := item(0, 1000) // same start and end
			twin.Recording.Name = "another"
			items := []Item{item(0, 1000), twin, item(1, 1000)}
			var files []File
			for n, it := range items {
				files = append(files, commit(t, a, it, movie(uint64(n), 1000)))
			}
			if err := a.Close(); err != nil {
				t.Fatal(err)
			}
			forget(t, a.Dir(), lost...)
			a = open(t, a.Dir())
			for range 2 {
				for n, it := range items {
					f, ok := a.Stored(it)
					if !ok || f.Path != files[n].Path || f.SHA256 != files[n].SHA256 || f.Bytes != 1000 {
						t.Errorf("Stored(%d) = %+v, %v, want %+v", n, f, ok, files[n])
					}
				}
				if paths := manifestPaths(t, a.Dir()); len(paths) != 3 || paths[files[0].Path] != 1 {
					t.Errorf("the manifest lists %v", paths)
				}
				a = reopen(t, a)
			}
		})
	}
}

func TestWhatIsNotAdopted(t *testing.T) {
	for name, spoil := range map[string]func(*Item, []byte) []byte{
		"another size":    func(_ *Item, b []byte) []byte { return b[:999] },
		"another head":    func(_ *Item, b []byte) []byte { b[0] = 'x'; return b },
		"size not told":   func(it *Item, b []byte) []byte { it.Recording.Size = 0; return b },
		"empty":           func(*Item, []byte) []byte { return nil },
		"wrong extension": func(_ *Item, b []byte) []byte { copy(b, "\xFF\xD8"); return b },
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, t.TempDir())
			it := item(0, 1000)
			f := commit(t, a, it, movie(1, 1000))
			if err := a.Close(); err != nil {
				t.Fatal(err)
			}
			forget(t, a.Dir(), ownDir, manifestName)
			path := filepath.Join(a.Dir(), filepath.FromSlash(f.Path))
			spoiled := spoil(&it, movie(1, 1000))
			if err := os.WriteFile(path, spoiled, 0o644); err != nil {
				t.Fatal(err)
			}
			a = open(t, a.Dir())
			if f, ok := a.Stored(it); ok {
				t.Errorf("Stored = %+v", f)
			}
			again := commit(t, a, it, movie(2, 1000))
			if got, err := os.ReadFile(path); err != nil || string(got) != string(spoiled) || again.Path == f.Path {
				t.Errorf("the file that was there was replaced: %v, %s", err, again.Path)
			}
		})
	}
}

// What is fetched again and proves to be what is there already is kept once.
func TestSameBytesAreKeptOnce(t *testing.T) {
	a := open(t, t.TempDir())
	first := commit(t, a, item(0, 0), movie(1, 1000))
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	forget(t, a.Dir(), ownDir, manifestName)
	a = open(t, a.Dir())
	if again := commit(t, a, item(0, 0), movie(1, 1000)); again.Path != first.Path {
		t.Errorf("the second time it is %s, the first time %s", again.Path, first.Path)
	}
	if files := tree(t, a.Dir()); len(files) != 1 || parts(t, a.Dir()) != 0 {
		t.Errorf("on disk are %v and %d parts", files, parts(t, a.Dir()))
	}
}

// The crash between announcing a name and noting "done", at each of its steps.
func TestSettle(t *testing.T) {
	b := movie(1, 1000)
	it := item(0, 1000)
	tests := map[string]struct {
		arrange func(t *testing.T, part, final string)
		stored  bool
		offset  int64 // of the part that the next attempt finds
	}{
		"before the rename": {func(t *testing.T, part, _ string) { put(t, part, b) }, true, 0},
		"after the rename":  {func(t *testing.T, _, final string) { put(t, final, b) }, true, 0},
		"between link and unlink": {func(t *testing.T, part, final string) {
			put(t, part, b)
			if err := os.Link(part, final); err != nil {
				t.Fatal(err)
			}
		}, true, 0},
		"the part was written anew": {func(t *testing.T, part, _ string) { put(t, part, movie(2, 1000)) }, false, 0},
		"the part is shorter":       {func(t *testing.T, part, _ string) { put(t, part, b[:500]) }, false, 0},
		"a foreign file came between": {func(t *testing.T, part, final string) {
			put(t, part, b)
			put(t, final, []byte("mine"))
		}, false, 0},
		"nothing is there": {func(*testing.T, string, string) {}, false, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			r := itemRecord(placingRecord, it)
			for r.Path = range defaultLayout.names(it, ".mpg") {
				break
			}
			r.Bytes, r.SHA256, r.Attempts = 1000, sumOf(b), 3
			plantJournal(t, dir, journalOf(t, r))
			part, final := filepath.Join(dir, sentOf(r.ID).part()), filepath.Join(dir, r.Path)
			for _, d := range []string{filepath.Dir(part), filepath.Dir(final)} {
				if err := os.MkdirAll(d, 0o755); err != nil {
					t.Fatal(err)
				}
			}
			tt.arrange(t, part, final)
			a := open(t, dir)
			f, ok := a.Stored(it)
			if ok != tt.stored {
				t.Fatalf("Stored = %+v, %v", f, ok)
			}
			if ok && (f.Path != r.Path || f.Attempts != 3 || f.SHA256 != r.SHA256.String()) {
				t.Errorf("Stored = %+v", f)
			}
			if ok != (manifestPaths(t, dir)[r.Path] == 1) || parts(t, dir) != 0 {
				t.Errorf("the manifest lists %v, %d parts are left", manifestPaths(t, dir), parts(t, dir))
			}
			if p := create(t, a, it); p.Offset() != tt.offset {
				t.Errorf("Offset = %d, want %d", p.Offset(), tt.offset)
			}
		})
	}
}

// A part holds what nobody vouched for after a power cut: it starts anew.
func TestUnvouchedBytesAreDropped(t *testing.T) {
	a := open(t, t.TempDir())
	p := create(t, a, item(0, 0))
	write(t, p, movie(1, 1000))
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	part := filepath.Join(a.Dir(), filepath.FromSlash(p.name))
	put(t, part, append(movie(1, 1000), make([]byte, 500)...))
	put(t, filepath.Join(a.Dir(), sentOf(recordingID{1}).part()), movie(1, 1000))
	a = open(t, a.Dir())
	if got := create(t, a, item(0, 0)).Offset(); got != 1000 {
		t.Errorf("Offset = %d, want 1000", got)
	}
	if n := parts(t, a.Dir()); n != 1 {
		t.Errorf("%d parts, want the stray one gone", n)
	}
}

// The journal vouches for no bytes that are gone, lest it vouches for the next
// ones.
func TestPartTakenAway(t *testing.T) {
	a := open(t, t.TempDir())
	p := create(t, a, item(0, 0))
	write(t, p, movie(1, 1000))
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	forget(t, a.Dir(), p.name)
	if p = create(t, a, item(0, 0)); p.Offset() != 0 {
		t.Errorf("Offset = %d", p.Offset())
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if n := a.index.kept[p.id.kept()]; n != 0 {
		t.Errorf("%d bytes are vouched for", n)
	}
}

func TestPhotoIsRawEitherWay(t *testing.T) {
	a := open(t, t.TempDir())
	it := item(0, 0)
	it.Recording.Track, it.Format = nvr.TrackOf(2, nvr.Photo), MP4
	f := commit(t, a, it, []byte("\xFF\xD8\xFF\xE0...."))
	if f.Path != "10.20.0.11/ch02-photo/2026-11-03/20261103-081500_20261103-083000.jpg" {
		t.Errorf("the photo is %s", f.Path)
	}
	if got, ok := a.Stored(it); !ok || got.Path != f.Path {
		t.Errorf("Stored = %+v, %v", got, ok)
	}
}

// A part that shares its bytes with a file under a final name is not written to.
func TestLinkedPartIsLeftAlone(t *testing.T) {
	a := open(t, t.TempDir())
	b, it := movie(1, 1000), item(0, 1000)
	p := create(t, a, it)
	write(t, p, b)
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	r := itemRecord(placingRecord, it)
	r.Bytes, r.SHA256 = 1000, sumOf(b)
	name := "10.20.0.11/final.mpg"
	r.Path = name
	if err := a.announce(r); err != nil {
		t.Fatal(err)
	}
	if _, err := a.root.MakeDirs("10.20.0.11"); err != nil {
		t.Fatal(err)
	}
	if err := a.root.Link(p.name, name); err != nil {
		t.Fatal(err)
	}
	p = create(t, a, it)
	if p.Offset() != 0 {
		t.Errorf("Offset = %d", p.Offset())
	}
	write(t, p, movie(2, 2000))
	if got, err := a.root.ReadFile(name); err != nil || string(got) != string(b) {
		t.Errorf("the finished file was changed: %d bytes, %v", len(got), err)
	}
}
