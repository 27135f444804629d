package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive/disk"
)

func TestKinds(t *testing.T) {
	tests := []struct {
		err    error
		kind   Kind
		what   string
		remedy nvr.Remedy
	}{
		{syscall.ENOSPC, Full, "no space is left", FreeSpace},
		{fmt.Errorf("%w: 5 MiB are needed", errNoRoom), NoRoom, "5 MiB are needed", FreeSpace},
		{syscall.EACCES, Denied, "permission denied", AllowWriting},
		{syscall.EPERM, Denied, "permission denied", AllowWriting},
		{syscall.EROFS, Denied, "read-only", MountWritable},
		{syscall.ENOENT, Denied, "is gone", ReconnectVolume},
		{disk.ErrInTheWay, Denied, "a file is in the place", MoveAway},
		{disk.ErrNotPlain, Denied, "something other", MoveAway},
		{disk.ErrLinked, Denied, "hard link", MoveAway},
		{&disk.OwnerError{Name: ownDir, User: "the user eve"}, Denied, ".hikgrab there belongs to the user eve", MoveAway},
		{fmt.Errorf("%w: process 7", disk.ErrHeld), InUse, "process 7", StopOther},
		{errors.New("path escapes from parent"), Denied, "symbolic link", MoveAway},
		{errNoList, KindUnknown, "did not make", MoveAway},
		{errFuture, KindUnknown, "newer hikgrab", NewerVersion},
		{fmt.Errorf("%w: 5 MiB are needed", errNeverFits), TooLarge, "5 MiB are needed", FreeSpace},
		{errOutgrown, TooLarge, "sent more than", nvr.PlayOnRecorder},
		{syscall.EFBIG, TooLarge, "FAT32", LargerFiles},
		{fmt.Errorf("%w: %w", errTooLarge, syscall.ENOSPC), TooLarge, "FAT32", LargerFiles},
		{syscall.EIO, KindUnknown, "input/output error", CheckVolume},
	}
	for _, tt := range tests {
		err := newError("write", "out/x\x1b[2J", &fs.PathError{Op: "write", Path: "x", Err: tt.err})
		e, ok := errors.AsType[*Error](err)
		if !ok || e.Kind != tt.kind || KindOf(fmt.Errorf("wrapped: %w", err)) != tt.kind {
			t.Errorf("%v is of kind %v, want %v", tt.err, KindOf(err), tt.kind)
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
	if newError("write", "x", nil) != nil || KindOf(nil) != KindUnknown || KindOf(os.ErrClosed) != KindUnknown {
		t.Error("no error, or a foreign one, has a kind")
	}
}
