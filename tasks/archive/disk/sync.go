package disk

import (
	"errors"
	"fmt"
	"syscall"
)

// Sync makes the bytes of a file, or the names in a directory, survive a power
// cut. Some network and FUSE filesystems have no such call; there it relies on
// what the system does by itself.
func Sync(f interface{ Sync() error }) error {
	err := f.Sync()
	if errors.Is(err, syscall.ENOTSUP) || errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOSYS) {
		return nil
	}
	return err
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

// Inside opens a directory of the tree as its own tree. Close it after use.
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
