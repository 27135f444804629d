package disk

import (
	"errors"
	"io/fs"
	"strings"
	"syscall"
)

// ErrNotPlain is given when something that is neither a file nor a directory,
// such as a symbolic link, stands where a file or directory is wanted.
var ErrNotPlain = errors.New("something other than a regular file or directory is there")

// ErrLinked is given for a private file that has a second name: writing to it
// would change a file elsewhere.
var ErrLinked = errors.New("the file there is also known under another name (a hard link)")

// ErrInTheWay is given instead of ENOTDIR, which Windows cannot tell from a
// directory that is gone.
var ErrInTheWay = errors.New("a file is in the place of a directory")

// ErrHeld is given when another process holds the lock of a directory; what
// wraps it says which, where that is known.
var ErrHeld = errors.New("another hikgrab is using this directory")

// OwnerError is given for a private directory that another user made: what
// stands in it cannot be trusted.
type OwnerError struct {
	Name string // of the directory, in its tree
	User string
}

func (e *OwnerError) Error() string { return e.Name + " there belongs to " + e.User }

// Refused reports whether an error says that this user may not write there, or
// that what stands there is not what is needed.
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
