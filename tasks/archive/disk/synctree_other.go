//go:build !linux

package disk

import (
	"errors"
	"io/fs"
	"os"
)

// SyncAll makes a directory of many files survive a power cut.
func (d *Dir) SyncAll() error {
	entries, err := fs.ReadDir(d.FS(), ".")
	if err != nil {
		return err
	}
	for _, e := range entries {
		f, err := d.OpenFile(e.Name(), os.O_RDWR, 0) // Windows cannot sync a file opened for reading
		if err != nil {
			return err
		}
		if err := errors.Join(Sync(f), f.Close()); err != nil {
			return err
		}
	}
	return d.SyncDirs(".")
}
