//go:build linux || darwin

package disk

import (
	"errors"
	"os"
	"path"

	"golang.org/x/sys/unix"
)

// renameNoReplace renames from to to. If to exists, it returns fs.ErrExist.
func (d *Dir) renameNoReplace(from, to string) error {
	src, err := d.Open(path.Dir(from))
	if err != nil {
		return err
	}
	defer func() { _ = src.Close() }() // it was only read
	dst, err := d.Open(path.Dir(to))
	if err != nil {
		return err
	}
	defer func() { _ = dst.Close() }() // it was only read
	err = renameExclusive(int(src.Fd()), path.Base(from), int(dst.Fd()), path.Base(to))
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EINVAL) || errors.Is(err, unix.ENOTSUP) {
		return d.linkOrRename(from, to) // the kernel or the volume cannot do it
	}
	return os.NewSyscallError("rename", err)
}
