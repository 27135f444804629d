//go:build linux || darwin

package archive

import (
	"os"

	"golang.org/x/sys/unix"
)

// volumeSpace asks the volume that root is on, whatever its name is now.
func volumeSpace(root *os.Root) (free, total int64, err error) {
	dir, err := root.Open(".")
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
