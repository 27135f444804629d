//go:build unix

package disk

import (
	"errors"
	"os"
	"syscall"
)

// syncFile makes a file's bytes, or a directory's names, survive a power cut.
// Some network and FUSE filesystems know no such call; there the system's own
// habits must do.
func syncFile(f *os.File) error {
	err := f.Sync()
	if errors.Is(err, syscall.ENOTSUP) || errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOSYS) {
		return nil
	}
	return err
}

func (d *Dir) syncDir(name string) error {
	dir, err := d.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }() // it was only read
	return syncFile(dir)
}
