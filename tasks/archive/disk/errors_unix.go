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

// Full reports whether an error says that the volume or the quota is full.
func Full(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// TooLarge reports whether an error says that the volume cannot hold files of
// that size.
func TooLarge(err error) bool { return errors.Is(err, syscall.EFBIG) }

// Shared reports whether another program has a file locked, which happens only
// on Windows.
func Shared(error) bool { return false }

// linked reports whether a file has more than one name.
func linked(f *os.File) bool {
	info, err := f.Stat()
	if err != nil {
		return false // the next call reports it
	}
	s, ok := info.Sys().(*syscall.Stat_t)
	return ok && s.Nlink > 1
}

// otherOwner reports whether a directory belongs to another user than a file
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
