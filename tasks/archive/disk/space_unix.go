//go:build linux || darwin

package disk

import (
	"os"

	"golang.org/x/sys/unix"
)

// Space returns the bytes that this user can still write to the tree's volume,
// and the volume's size. errors.ErrUnsupported says that the system does not
// tell.
func (d *Dir) Space() (free, total int64, err error) {
	dir, err := d.Open(".")
	if err != nil {
		return 0, 0, err
	}
	defer func() { _ = dir.Close() }() // it was only read
	var s unix.Statfs_t
	if err := unix.Fstatfs(int(dir.Fd()), &s); err != nil {
		return 0, 0, os.NewSyscallError("fstatfs", err)
	}
	size := int64(s.Bsize)
	return int64(s.Bavail) * size, int64(s.Blocks) * size, nil
}
