package disk

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"
)

// ErrNotPlain says that something that is neither a file nor a directory, such
// as a symbolic link, is where a file or directory is wanted.
var ErrNotPlain = errors.New("something other than a regular file or directory is there")

// ErrLinked says that a private file has a second name: writing to it would
// change a file elsewhere.
var ErrLinked = errors.New("the file there is also known under another name (a hard link)")

// ErrInTheWay replaces ENOTDIR, which Windows cannot tell from a missing
// directory.
var ErrInTheWay = errors.New("a file is in the place of a directory")

// ErrHeld says that another process holds the lock of a directory. The error
// that wraps it says which, if that is known.
var ErrHeld = errors.New("another hikgrab is using this directory")

// OwnerError says that another user made a private directory: its content
// cannot be trusted.
type OwnerError struct {
	Name string // of the directory, in its tree
	User string
}

func (e *OwnerError) Error() string { return e.Name + " there belongs to " + e.User }

// Refused reports whether an error says that this user may not write there, or
// that what exists there is not what is needed.
func Refused(err error) bool {
	for _, why := range []error{fs.ErrPermission, fs.ErrNotExist, syscall.EROFS, syscall.ENOTDIR, ErrNotPlain, ErrLinked, ErrInTheWay} {
		if errors.Is(err, why) {
			return true
		}
	}
	_, foreign := errors.AsType[*OwnerError](err)
	return foreign || Escapes(err)
}

// Escapes reports whether os.Root refused a path that leads out of the
// directory. Package os does not export that error.
func Escapes(err error) bool { return strings.Contains(err.Error(), "path escapes from parent") }
