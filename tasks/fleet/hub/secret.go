package hub

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
	"path/filepath"

	"example.com/hikgrab/tasks/archive/disk"
)

// secretLimit is how many bytes of a file of ours are read, at most.
const secretLimit = 16 << 10

// readSecret reads a small file in a directory that is for this user alone.
func readSecret(dir, name string) ([]byte, error) {
	d, err := disk.Look(dir)
	if err != nil {
		return nil, err
	}
	defer d.Close()
	f, err := d.OpenRead(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, secretLimit))
	return bytes.TrimSpace(text), err
}

// writeSecret writes such a file, durably and in one step. It gives fs.ErrExist
// when there is one that is not to be replaced.
func writeSecret(dir, name string, text []byte, replace bool) error {
	private := filepath.Base(dir)
	d, err := disk.Open(filepath.Dir(dir), private)
	if err != nil {
		return err
	}
	defer d.Close()
	name = private + "/" + name
	spare := name + "-" + rand.Text()
	err = d.WriteSpare(spare, name, func(w io.Writer) error {
		_, err := w.Write(append(text, '\n'))
		return err
	})
	if err != nil {
		return err
	}
	return errors.Join(d.Place(spare, name, replace, nil), d.Drop(spare))
}
