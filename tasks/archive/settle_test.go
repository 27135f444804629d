package archive

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"example.com/hikgrab/nvr/simulator"
)

// The crash between announcing what was made of a download and noting "done",
// at each of its steps.
func TestSettleMade(t *testing.T) {
	b := lateFootage(t, simulator.H264)
	for kind, it := range map[string]Item{"an MP4": shot(0, MP4, len(b)), "a clip": clipped(MP4, len(b), 5, 9)} {
		straight := open(t, t.TempDir())
		file := commit(t, straight, it, b)
		content, err := os.ReadFile(filepath.Join(straight.Dir(), file.Path))
		if err != nil {
			t.Fatal(err)
		}
		r := itemRecord(placingRecord, it)
		r.Format, r.Clip, r.Path, r.Bytes, r.SHA256, r.Attempts = MP4, it.clip(), file.Path, int64(len(content)), sumOf(content), 3
		write := func(name string) error { return os.WriteFile(name, content, 0o600) }
		for name, tt := range map[string]struct {
			arrange func(made, final string) error
			stored  bool
		}{
			"before the rename":       {func(made, _ string) error { return write(made) }, true},
			"after the rename":        {func(_, final string) error { return write(final) }, true},
			"between link and unlink": {func(made, final string) error { return errors.Join(write(made), os.Link(made, final)) }, true},
			"half of it":              {func(made, _ string) error { return os.WriteFile(made, content[:5000], 0o600) }, false},
			"without it":              {func(string, string) error { return nil }, false},
		} {
			t.Run(kind+", "+name, func(t *testing.T) {
				dir := t.TempDir()
				plantJournal(t, dir, journalOf(t, record{Type: keptRecord, ID: r.ID, Bytes: int64(len(b))}, r))
				made, final := filepath.Join(dir, r.fileID().part()), filepath.Join(dir, r.Path)
				if err := errors.Join(os.MkdirAll(filepath.Dir(made), 0o755), os.MkdirAll(filepath.Dir(final), 0o755)); err != nil {
					t.Fatal(err)
				}
				put(t, filepath.Join(dir, partName(r.ID)), b)
				if it.clip() != (clip{}) {
					put(t, filepath.Join(dir, movieOf(r.ID).part()), []byte("the MP4 it was cut from"))
				}
				if err := tt.arrange(made, final); err != nil {
					t.Fatal(err)
				}
				wantSettled(t, open(t, dir), it, r, tt.stored)
			})
		}
	}
}

// wantSettled checks that what r announced is stored, and nothing else is left;
// or else that the download goes on.
func wantSettled(t *testing.T, a *Archive, it Item, r record, stored bool) {
	t.Helper()
	f, ok := a.Stored(it)
	if ok != stored || ok && (f.Path != r.Path || f.SHA256 != r.SHA256.String()) {
		t.Fatalf("Stored = %+v, %v", f, ok)
	}
	if _, whole := a.Stored(it.whole()); whole && it.clip() != (clip{}) {
		t.Error("the clip counts as the whole")
	}
	left := 0
	if !ok {
		left = 1
	}
	if parts(t, a.Dir()) != left {
		t.Errorf("%d parts are left", parts(t, a.Dir()))
	}
	if p := create(t, a, it); ok != (p.Offset() == 0) {
		t.Errorf("Offset = %d", p.Offset())
	}
}
