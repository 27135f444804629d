package archive

import (
	"errors"
	"io/fs"

	"example.com/hikgrab/tasks/archive/disk"
)

// Known reports, by its error, whether dir was an output directory before:
// ErrNoManifest says that neither its manifest nor a journal is hikgrab's, so
// that Open would begin one. It changes nothing.
func Known(dir string) error {
	root, err := disk.Look(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNoManifest
	}
	if err != nil {
		return newError("open", dir, err)
	}
	defer func() { _ = root.Close() }() // it was only read
	if info, err := root.Lstat(journalName); err == nil && info.Mode().IsRegular() {
		return nil // whatever somebody did to the manifest
	}
	return listedFiles(root, "", map[string]listed{})
}
