package archive_test

import (
	"os"
	"path/filepath"
	"testing"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

// A lost journal costs no download: the manifest, or otherwise size and head,
// show what exists.
func TestLostJournal(t *testing.T) {
	for name, lost := range map[string][]string{
		"bookkeeping":              {ownDir},
		"bookkeeping and manifest": {ownDir, manifestName},
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, t.TempDir())
			twin := item(0, 1000) // same start and end
			twin.Recording.Name = "another"
			items := []archive.Item{item(0, 1000), twin, item(1, 1000)}
			var files []archive.File
			for n, it := range items {
				files = append(files, commit(t, a, it, movie(uint64(n), 1000)))
			}
			must(t, a.Close())
			forget(t, a.Dir(), lost...)
			a = open(t, a.Dir())
			for range 2 {
				for n, it := range items {
					wantStored(t, a, it, files[n])
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
	for name, spoil := range map[string]func(*archive.Item, []byte) []byte{
		"another size":    func(_ *archive.Item, b []byte) []byte { return b[:999] },
		"another head":    func(_ *archive.Item, b []byte) []byte { b[0] = 'x'; return b },
		"size not told":   func(it *archive.Item, b []byte) []byte { it.Recording.Size = 0; return b },
		"empty":           func(*archive.Item, []byte) []byte { return nil },
		"wrong extension": func(_ *archive.Item, b []byte) []byte { copy(b, "\xFF\xD8"); return b },
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, t.TempDir())
			it := item(0, 1000)
			f := commit(t, a, it, movie(1, 1000))
			must(t, a.Close())
			forget(t, a.Dir(), ownDir, manifestName)
			spoiled := spoil(&it, movie(1, 1000))
			put(t, pathOf(a.Dir(), f.Path), spoiled)
			a = open(t, a.Dir())
			if f, ok := a.Stored(it); ok {
				t.Errorf("Stored = %+v", f)
			}
			if again := commit(t, a, it, movie(2, 1000)); again.Path == f.Path {
				t.Errorf("%s was taken once more", f.Path)
			}
			wantFile(t, a, f.Path, spoiled)
		})
	}
}

// What is fetched again and proves to be an existing file is kept once.
func TestSameBytesAreKeptOnce(t *testing.T) {
	a := open(t, t.TempDir())
	first := commit(t, a, item(0, 0), movie(1, 1000))
	must(t, a.Close())
	forget(t, a.Dir(), ownDir, manifestName)
	a = open(t, a.Dir())
	if again := commit(t, a, item(0, 0), movie(1, 1000)); again.Path != first.Path {
		t.Errorf("the second time it is %s, the first time %s", again.Path, first.Path)
	}
	if files := tree(t, a.Dir()); len(files) != 1 || parts(t, a.Dir()) != 0 {
		t.Errorf("on disk are %v and %d parts", files, parts(t, a.Dir()))
	}
}

// After a power cut a part contains bytes that nobody vouched for: it starts
// again.
func TestUnvouchedBytesAreDropped(t *testing.T) {
	a := open(t, t.TempDir())
	p := create(t, a, item(0, 0))
	write(t, p, movie(1, 1000))
	closing(t, p)
	part := partNames(t, a.Dir())[0]
	must(t, a.Close())
	put(t, pathOf(a.Dir(), part), append(movie(1, 1000), make([]byte, 500)...))
	put(t, pathOf(a.Dir(), record{ID: "01000000000000000000000000000000"}.part()), movie(1, 1000))
	a = open(t, a.Dir())
	if got := create(t, a, item(0, 0)).Offset(); got != 1000 {
		t.Errorf("Offset = %d, want 1000", got)
	}
	if n := parts(t, a.Dir()); n != 1 {
		t.Errorf("%d parts, want the stray one gone", n)
	}
}

// The journal must not vouch for lost bytes, or it would vouch for those that
// replace them.
func TestPartTakenAway(t *testing.T) {
	a := open(t, t.TempDir())
	p := create(t, a, item(0, 0))
	write(t, p, movie(1, 1000))
	closing(t, p)
	forget(t, a.Dir(), partNames(t, a.Dir())...)
	if p = create(t, a, item(0, 0)); p.Offset() != 0 {
		t.Errorf("Offset = %d", p.Offset())
	}
	if kept := vouched(t, a.Dir()); len(kept) != 0 {
		t.Errorf("the journal vouches for %v", kept)
	}
}

func TestPhotoIsRawEitherWay(t *testing.T) {
	a := open(t, t.TempDir())
	it := item(0, 0)
	it.Recording.Track, it.Format = nvr.TrackOf(2, nvr.Photo), archive.MP4
	f := commit(t, a, it, []byte("\xFF\xD8\xFF\xE0...."))
	if f.Path != "10.20.0.11/ch02-photo/2026-11-03/20261103-081500_20261103-083000.jpg" {
		t.Errorf("the photo is %s", f.Path)
	}
	wantStored(t, a, it, f)
}

// A part that shares its bytes with a file under a final name, as a failing
// disk can leave it, is not written to.
func TestLinkedPartIsLeftAlone(t *testing.T) {
	a := open(t, t.TempDir())
	b, it := movie(1, 1000), item(0, 1000)
	p := create(t, a, it)
	write(t, p, b)
	closing(t, p)
	if err := os.Link(pathOf(a.Dir(), partNames(t, a.Dir())[0]), filepath.Join(a.Dir(), "final.mpg")); err != nil {
		t.Skip("no hard links here: ", err)
	}
	p = create(t, a, it)
	if p.Offset() != 0 {
		t.Errorf("Offset = %d", p.Offset())
	}
	write(t, p, movie(2, 2000))
	wantFile(t, a, "final.mpg", b)
}
