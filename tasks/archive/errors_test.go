package archive_test

import (
	"os"
	"path/filepath"
	"testing"

	"example.com/hikgrab/tasks/archive"
)

func TestKindWords(t *testing.T) {
	for kind, want := range map[archive.Kind]string{
		archive.KindUnknown: "error", archive.Full: "full", archive.Denied: "denied", archive.InUse: "in-use", archive.Damaged: "damaged", archive.TooLarge: "too-large", archive.NoRoom: "no-room", -1: "error", 99: "error",
	} {
		if kind.String() != want {
			t.Errorf("Kind %d is %q, want %q", kind, kind, want)
		}
		e := &archive.Error{Op: "create", Path: "x", Kind: kind}
		if e.What() == "" || e.Remedy() == "" {
			t.Errorf("%v says nothing: %q, %q", kind, e.What(), e.Remedy())
		}
	}
}

func TestFileInPlaceOfDirectory(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	must(t, os.WriteFile(file, nil, 0o600))
	_, err := archive.Open(file, nil)
	wantKind(t, err, archive.Denied)

	a := open(t, t.TempDir())
	must(t, os.WriteFile(filepath.Join(a.Dir(), "10.20.0.11"), nil, 0o600))
	p := create(t, a, item(0, 0))
	write(t, p, movie(1, 1000))
	_, err = p.Commit(t.Context(), try(1, 1000))
	wantKind(t, err, archive.Denied)
	if p = create(t, a, item(0, 0)); p.Offset() != 1000 {
		t.Errorf("the part lost its bytes: Offset %d", p.Offset())
	}
}
