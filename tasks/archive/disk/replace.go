package disk

import (
	"errors"
	"io"
	"os"
	"path"
)

// WriteSpare writes a synced file under the private name spare, until it gets
// its final name. After an error nothing of it is left.
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

// Replace writes a new version of a file and replaces the old one in one step.
// If fill reads the old file it must close it: Windows does not replace an open
// file.
func (d *Dir) Replace(name, spare string, fill func(io.Writer) error) error {
	if err := d.WriteSpare(spare, name, fill); err != nil {
		return err
	}
	if err := d.Rename(spare, name); err != nil {
		return errors.Join(err, d.Remove(spare))
	}
	return d.SyncDirs(path.Dir(name))
}
