package disk

import (
	"os"

	"golang.org/x/sys/unix"
)

// SyncAll makes a directory of many files survive a power cut, all at once.
func (d *Dir) SyncAll() error {
	dir, err := d.Open(".")
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }() // it was only read
	return os.NewSyscallError("syncfs", unix.Syncfs(int(dir.Fd())))
}
