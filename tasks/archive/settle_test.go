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
		r.Form, r.Clip, r.Path, r.Bytes, r.SHA256, r.Attempts = asMovie, it.clip(), file.Path, int64(len(content)), sumOf(content), 3
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
				put(t, filepath.Join(dir, sentOf(r.ID).part()), b)
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

// The crash between announcing that a file is to be replaced and noting "done".
func TestSettleReplaced(t *testing.T) {
	for name, tt := range map[string]struct {
		arrange func(part, final string) error
		content string // that counts afterwards
	}{
		"before the rename": {func(part, _ string) error { return os.WriteFile(part, boxesOf("new"), 0o600) }, "new"},
		"after the rename":  {func(_, final string) error { return os.WriteFile(final, boxesOf("new"), 0o600) }, "new"},
		"half of it":        {func(part, _ string) error { return os.WriteFile(part, boxesOf("new")[:9], 0o600) }, "old"},
		"without it":        {func(string, string) error { return nil }, "old"},
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, t.TempDir())
			old := mustDerive(t, a, requested(0, "old"), "old")
			d := requested(0, "new")
			r := d.record()
			r.Path, r.Bytes, r.SHA256, r.At = old.Path, int64(len(boxesOf("new"))), sumOf(boxesOf("new")), morning
			if err := errors.Join(a.announce(r), a.Close()); err != nil {
				t.Fatal(err)
			}
			if err := tt.arrange(filepath.Join(a.Dir(), r.fileID().part()), filepath.Join(a.Dir(), old.Path)); err != nil {
				t.Fatal(err)
			}
			a = open(t, a.Dir())
			wantTree(t, a, map[string]string{old.Path: tt.content})
			got := a.DerivedOf(JoinedTree, "00000000")
			if len(got) != 1 || got[0].SHA256 != sumOf(boxesOf(tt.content)).String() || parts(t, a.Dir()) != 0 {
				t.Errorf("DerivedOf = %+v, %d parts are left", got, parts(t, a.Dir()))
			}
		})
	}
}
