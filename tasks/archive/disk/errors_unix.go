//go:build unix

package disk

import (
	"errors"
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"syscall"
)

// Full reports whether an error says that the volume or the quota is used up.
func Full(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// TooLarge reports whether an error says that the volume holds no files of that
// size.
func TooLarge(err error) bool { return errors.Is(err, syscall.EFBIG) }

// Shared reports a file that another program keeps to itself, which only
// Windows knows.
func Shared(error) bool { return false }

// linked reports whether a file has more than one name.
func linked(f *os.File) bool {
	info, err := f.Stat()
	if err != nil {
		return false // the next call meets it
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && s.Nlink > 1
}

// otherOwner reports whether a directory belongs to somebody else than a file
// that this process just made, and to whom.
func otherOwner(dir, ours fs.FileInfo) (name string, foreign bool) {
	d, ok := dir.Sys().(*syscall.Stat_t)
	o, known := ours.Sys().(*syscall.Stat_t)
	if !ok || !known || d.Uid == o.Uid {
		return "", false
	}
	id := strconv.FormatUint(uint64(d.Uid), 10)
	if u, err := user.LookupId(id); err == nil {
		return "the user " + u.Username, true
	}
	return "the user with the number " + id, true
}
