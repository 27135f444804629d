package archive_test

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/archive/disk"
)

func TestKinds(t *testing.T) {
	tests := []struct {
		err    error
		kind   archive.Kind
		what   string
		remedy nvr.Remedy
	}{
		{syscall.ENOSPC, archive.Full, "no space is left", archive.FreeSpace},
		{fmt.Errorf("%w: 5 MiB are needed", errNoRoom), archive.NoRoom, "5 MiB are needed", archive.FreeSpace},
		{syscall.EACCES, archive.Denied, "permission denied", archive.AllowWriting},
		{syscall.EPERM, archive.Denied, "permission denied", archive.AllowWriting},
		{syscall.EROFS, archive.Denied, "read-only", archive.MountWritable},
		{syscall.ENOENT, archive.Denied, "is gone", archive.ReconnectVolume},
		{disk.ErrInTheWay, archive.Denied, "a file stands where", archive.MoveAway},
		{disk.ErrNotPlain, archive.Denied, "something other", archive.MoveAway},
		{disk.ErrLinked, archive.Denied, "hard link", archive.MoveAway},
		{&disk.OwnerError{Name: ownDir, User: "the user eve"}, archive.Denied, ".hikgrab there belongs to the user eve", archive.MoveAway},
		{fmt.Errorf("%w: process 7", disk.ErrHeld), archive.InUse, "process 7", archive.StopOther},
		{errors.New("path escapes from parent"), archive.Denied, "symbolic link", archive.MoveAway},
		{errNoList, archive.KindUnknown, "did not make", archive.MoveAway},
		{errFuture, archive.KindUnknown, "newer hikgrab", archive.NewerVersion},
		{fmt.Errorf("%w: 5 MiB are needed", errNeverFits), archive.TooLarge, "5 MiB are needed", archive.FreeSpace},
		{errOutgrown, archive.TooLarge, "more came than", nvr.PlayOnRecorder},
		{syscall.EFBIG, archive.TooLarge, "FAT32", archive.LargerFiles},
		{fmt.Errorf("%w: %w", errTooLarge, syscall.ENOSPC), archive.TooLarge, "FAT32", archive.LargerFiles},
		{syscall.EIO, archive.KindUnknown, "input/output error", archive.CheckVolume},
	}
	for _, tt := range tests {
		err := newError("write", "out/x\x1b[2J", &fs.PathError{Op: "write", Path: "x", Err: tt.err})
		e, ok := errors.AsType[*archive.Error](err)
		if !ok || e.Kind != tt.kind || archive.KindOf(fmt.Errorf("wrapped: %w", err)) != tt.kind {
			t.Errorf("%v is of kind %v, want %v", tt.err, archive.KindOf(err), tt.kind)
			continue
		}
		if !strings.Contains(e.What(), tt.what) || e.Remedy() != tt.remedy {
			t.Errorf("%v: What %q, Remedy %q; want %q, %q", tt.err, e.What(), e.Remedy(), tt.what, tt.remedy)
		}
		if want := "write out/x [2J: " + e.What(); e.Error() != want {
			t.Errorf("Error = %q, want %q", e.Error(), want)
		}
		if !errors.Is(err, tt.err) {
			t.Errorf("%v is lost from the chain", tt.err)
		}
	}
	if newError("write", "x", nil) != nil || archive.KindOf(nil) != archive.KindUnknown || archive.KindOf(os.ErrClosed) != archive.KindUnknown {
		t.Error("no error, or a foreign one, has a kind")
	}
}

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
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := archive.Open(file, nil)
	wantKind(t, err, archive.Denied)

	a := open(t, t.TempDir())
	if err := os.WriteFile(filepath.Join(a.Dir(), "10.20.0.11"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	p := create(t, a, item(0, 0))
	write(t, p, movie(1, 1000))
	_, err = p.Commit(t.Context(), try(1, 1000))
	wantKind(t, err, archive.Denied)
	if p = create(t, a, item(0, 0)); p.Offset() != 1000 {
		t.Errorf("the part lost its bytes: Offset %d", p.Offset())
	}
}
