package archive_test

import (
	"os"
	"path/filepath"
	"testing"

	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
)

// unfinished makes what a crash can leave of an announced file: under the name
// of its part, and under its final name.
type unfinished func(t *testing.T, part, final string)

func asPart(b []byte) unfinished  { return func(t *testing.T, part, _ string) { put(t, part, b) } }
func asFinal(b []byte) unfinished { return func(t *testing.T, _, final string) { put(t, final, b) } }

func asBoth(b []byte) unfinished {
	return func(t *testing.T, part, final string) {
		put(t, part, b)
		must(t, os.MkdirAll(filepath.Dir(final), 0o755), os.Link(part, final))
	}
}

func asNeither(*testing.T, string, string) {}

// The crash between announcing a name and noting "done", at each of its steps.
func TestSettle(t *testing.T) {
	b, it := movie(1, 1000), item(0, 1000)
	straight := open(t, t.TempDir())
	p := create(t, straight, it)
	write(t, p, b)
	want, err := p.Commit(t.Context(), try(3, 1000))
	must(t, err)
	for name, tt := range map[string]struct {
		arrange unfinished
		stored  bool
	}{
		"before the rename":         {asPart(b), true},
		"after the rename":          {asFinal(b), true},
		"between link and unlink":   {asBoth(b), true},
		"the part was written anew": {asPart(movie(2, 1000)), false},
		"the part is shorter":       {asPart(b[:500]), false},
		"a foreign file came between": {func(t *testing.T, part, final string) {
			put(t, part, b)
			put(t, final, []byte("mine"))
		}, false},
		"nothing is there": {asNeither, false},
	} {
		t.Run(name, func(t *testing.T) {
			dir, r := crash(t, straight)
			tt.arrange(t, pathOf(dir, r.part()), pathOf(dir, r.Path))
			a := open(t, dir)
			f, ok := a.Stored(it)
			if ok != tt.stored || ok && (f.Path != want.Path || f.Attempts != 3 || f.SHA256 != want.SHA256) {
				t.Fatalf("Stored = %+v, %v", f, ok)
			}
			if ok != (manifestPaths(t, dir)[r.Path] == 1) || parts(t, dir) != 0 {
				t.Errorf("the manifest lists %v, %d parts are left", manifestPaths(t, dir), parts(t, dir))
			}
			if p := create(t, a, it); p.Offset() != 0 {
				t.Errorf("Offset = %d", p.Offset())
			}
		})
	}
}

// The same for what is made from a download that still exists.
func TestSettleMade(t *testing.T) {
	b := lateFootage(simulator.H264)
	for kind, it := range map[string]archive.Item{"an MP4": shot(0, archive.MP4, len(b)), "a clip": clipped(archive.MP4, len(b), 5, 9)} {
		straight := open(t, t.TempDir())
		p := create(t, straight, it)
		write(t, p, b)
		closing(t, p) // from then on the journal vouches for it
		download := partNames(t, straight.Dir())[0]
		want, err := create(t, straight, it).Commit(t.Context(), try(1, len(b)))
		must(t, err)
		content := fileBytes(t, straight.Dir(), want.Path)
		for name, tt := range map[string]struct {
			arrange unfinished
			stored  bool
		}{
			"before the rename":       {asPart(content), true},
			"after the rename":        {asFinal(content), true},
			"between link and unlink": {asBoth(content), true},
			"half of it":              {asPart(content[:5000]), false},
			"without it":              {asNeither, false},
		} {
			t.Run(kind+", "+name, func(t *testing.T) {
				dir, r := crash(t, straight)
				put(t, pathOf(dir, download), b)
				if it.Clip != (archive.Span{}) {
					put(t, pathOf(dir, record{ID: r.ID, Movie: 1}.part()), []byte("the MP4 it was cut from"))
				}
				tt.arrange(t, pathOf(dir, r.part()), pathOf(dir, r.Path))
				wantSettled(t, open(t, dir), it, want, tt.stored)
			})
		}
	}
}

// wantSettled checks that what was announced is stored, and nothing else is
// left, or that the download continues.
func wantSettled(t *testing.T, a *archive.Archive, it archive.Item, want archive.File, stored bool) {
	t.Helper()
	f, ok := a.Stored(it)
	if ok != stored || ok && (f.Path != want.Path || f.SHA256 != want.SHA256) {
		t.Fatalf("Stored = %+v, %v", f, ok)
	}
	if _, all := a.Stored(whole(it)); all && it.Clip != (archive.Span{}) {
		t.Error("the clip counts as the whole")
	}
	if left := parts(t, a.Dir()); ok != (left == 0) || left > 1 {
		t.Errorf("%d parts are left", left)
	}
	if p := create(t, a, it); ok != (p.Offset() == 0) {
		t.Errorf("Offset = %d", p.Offset())
	}
}

// The crash between announcing that a file is to be replaced and noting "done".
func TestSettleReplaced(t *testing.T) {
	for name, tt := range map[string]struct {
		arrange unfinished
		content string // that counts afterwards
	}{
		"before the rename": {asPart(boxesOf("new")), "new"},
		"after the rename":  {asFinal(boxesOf("new")), "new"},
		"half of it":        {asPart(boxesOf("new")[:9]), "old"},
		"without it":        {asNeither, "old"},
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, t.TempDir())
			old := mustDerive(t, a, requested(0, "old"), "old")
			loseDone(a)
			mustDerive(t, a, requested(0, "new"), "new")
			said := readJournal(t, a.Dir())
			r := said[len(said)-1]
			must(t, a.Close())
			forget(t, a.Dir(), "joined/"+manifestName)
			put(t, pathOf(a.Dir(), old.Path), boxesOf("old"))
			tt.arrange(t, pathOf(a.Dir(), r.part()), pathOf(a.Dir(), r.Path))
			a = open(t, a.Dir())
			wantTree(t, a, map[string]string{old.Path: tt.content})
			got := a.DerivedOf(archive.JoinedTree, "00000000")
			if len(got) != 1 || got[0].SHA256 != sumOf(boxesOf(tt.content)) || parts(t, a.Dir()) != 0 {
				t.Errorf("DerivedOf = %+v, %d parts are left", got, parts(t, a.Dir()))
			}
		})
	}
}
