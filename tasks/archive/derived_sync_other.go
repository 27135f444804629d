//go:build !linux

package archive

import (
	"errors"
	"io/fs"
	"os"
)

// syncTree makes a directory of many files survive a power cut.
func syncTree(root *os.Root) error {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return err
	}
	for _, e := range entries {
		f, err := root.OpenFile(e.Name(), os.O_RDWR, 0) // Windows syncs no file that is only read
		if err != nil {
			return err
		}
		if err := errors.Join(syncFile(f), f.Close()); err != nil {
			return err
		}
	}
	return syncDir(root, ".")
}
