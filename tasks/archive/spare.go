package archive

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
)

// writeSpare writes a file of ours, synced, under a name that it is to keep only
// until it gets its own. After an error nothing is left of it.
func writeSpare(root *os.Root, spare string, perm fs.FileMode, fill func(io.Writer) error) error {
	if err := ignoreMissing(root.Remove(spare)); err != nil {
		return err
	}
	f, err := openPlain(root, spare, os.O_CREATE|os.O_EXCL|os.O_WRONLY, ownFilePerm)
	if err != nil {
		return err
	}
	if err = fill(f); err == nil {
		_ = f.Chmod(perm) // volumes without permissions refuse; see restrict
		err = syncFile(f)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, root.Remove(spare))
	}
	return nil
}

// replaceFile writes a file anew and puts it in the place of the old one in one
// step. Whatever fill reads of the old one it has to close: Windows replaces no
// open file.
func replaceFile(root *os.Root, name, spare string, perm fs.FileMode, fill func(io.Writer) error) error {
	if err := writeSpare(root, spare, perm, fill); err != nil {
		return err
	}
	if err := root.Rename(spare, name); err != nil {
		return errors.Join(err, root.Remove(spare))
	}
	return syncDir(root, path.Dir(name))
}
