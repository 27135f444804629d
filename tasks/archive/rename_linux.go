package archive

import (
	"errors"
	"os"
	"path"

	"golang.org/x/sys/unix"
)

// renameNoReplace gives from the name to; when something has that name already
// it fails with fs.ErrExist.
func renameNoReplace(root *os.Root, from, to string) error {
	src, err := root.Open(path.Dir(from))
	if err != nil {
		return err
	}
	defer func() { _ = src.Close() }() // it was only read
	dst, err := root.Open(path.Dir(to))
	if err != nil {
		return err
	}
	defer func() { _ = dst.Close() }() // it was only read
	err = unix.Renameat2(int(src.Fd()), path.Base(from), int(dst.Fd()), path.Base(to), unix.RENAME_NOREPLACE)
	if errors.Is(err, unix.ENOSYS) || errors.Is(err, unix.EINVAL) || errors.Is(err, unix.EOPNOTSUPP) {
		return linkOrRename(root, from, to)
	}
	return os.NewSyscallError("renameat2", err)
}
