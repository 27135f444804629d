package disk

import (
	"fmt"
	"os"
)

// Sync makes the bytes of a file survive a power cut; what is no *os.File may be
// one in a test's hands.
func Sync(f interface{ Sync() error }) error {
	file, ok := f.(*os.File)
	if !ok {
		return f.Sync()
	}
	return syncFile(file)
}

// SyncDirs makes the names in directories survive a power cut.
func (d *Dir) SyncDirs(names ...string) error {
	for _, name := range names {
		if err := d.syncDir(name); err != nil {
			return err
		}
	}
	return nil
}

// Inside opens a directory of the tree as a tree of its own. Close it.
func (d *Dir) Inside(name string) (*Dir, error) {
	info, err := d.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s: %w", name, ErrNotPlain)
	}
	root, err := d.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	return &Dir{Root: root, perm: d.perm}, nil
}
