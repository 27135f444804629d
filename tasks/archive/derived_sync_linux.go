package archive

import (
	"os"

	"golang.org/x/sys/unix"
)

// syncTree makes a directory of many files survive a power cut, in one go.
func syncTree(root *os.Root) error {
	dir, err := root.Open(".")
	if err != nil {
		return err
	}
	defer func() { _ = dir.Close() }() // it was only read
	return os.NewSyscallError("syncfs", unix.Syncfs(int(dir.Fd())))
}
