package disk

import (
	"errors"
	"io"
	"os"
	"path"
)

// WriteSpare writes a file, synced, under a private name that it is to keep only
// until it gets its own, name. After an error nothing is left of it.
func (d *Dir) WriteSpare(spare, name string, fill func(io.Writer) error) error {
	if err := d.Drop(spare); err != nil {
		return err
	}
	f, err := d.OpenPlain(spare, os.O_CREATE|os.O_EXCL|os.O_WRONLY)
	if err != nil {
		return err
	}
	if err = fill(f); err == nil {
		if !d.isPrivate(name) {
			d.Publish(f)
		}
		err = Sync(f)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return errors.Join(err, d.Remove(spare))
	}
	return nil
}

// Replace writes a file anew and puts it in the place of the old one in one
// step. Whatever fill reads of the old one it has to close: Windows replaces no
// open file.
func (d *Dir) Replace(name, spare string, fill func(io.Writer) error) error {
	if err := d.WriteSpare(spare, name, fill); err != nil {
		return err
	}
	if err := d.Rename(spare, name); err != nil {
		return errors.Join(err, d.Remove(spare))
	}
	return d.SyncDirs(path.Dir(name))
}
