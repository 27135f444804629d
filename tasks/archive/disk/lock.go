package disk

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// Lock is held on a tree by one process at a time. The system releases it
// however the process ends.
type Lock struct{ held *flock.Flock }

// Release releases the lock.
func (l Lock) Release() error {
	if l.held == nil {
		return nil
	}
	return l.held.Unlock()
}

// owner says who holds the tree, for another process's message. It is beside
// the lock file, not in it: on Windows nobody can read a locked file.
type owner struct {
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	Since time.Time `json:"since"`
}

// Take locks the tree for this process with the lock file name; the file beside
// says who holds it. It returns ErrHeld, or errors.ErrUnsupported on a volume
// without locks.
func (d *Dir) Take(name, beside string) (Lock, error) {
	f, err := d.OpenPlain(name, os.O_CREATE|os.O_RDWR)
	if err != nil {
		return Lock{}, err
	}
	inside, err := f.Stat()
	if err := errors.Join(err, f.Close()); err != nil {
		return Lock{}, err
	}
	// The library opens files by path only, so it must not create any, and what it
	// opened must be the file in the tree.
	lock := flock.New(filepath.Join(d.Name(), filepath.FromSlash(name)), flock.SetFlag(os.O_RDONLY))
	switch taken, err := lock.TryLock(); {
	case err != nil:
		return Lock{}, err
	case !taken:
		return Lock{}, d.heldBy(beside)
	}
	opened, err := lock.Stat()
	if err == nil && !os.SameFile(inside, opened) {
		err = fmt.Errorf("%s: %w", name, ErrNotPlain)
	}
	if err == nil {
		err = d.signOwner(beside)
	}
	if err != nil {
		return Lock{}, errors.Join(err, lock.Unlock())
	}
	return Lock{lock}, nil
}

func (d *Dir) heldBy(beside string) error {
	f, err := d.OpenRead(beside)
	if err != nil {
		return ErrHeld
	}
	defer func() { _ = f.Close() }() // it was only read
	var o owner
	if json.NewDecoder(io.LimitReader(f, 4096)).Decode(&o) != nil || o.PID == 0 {
		return ErrHeld
	}
	return fmt.Errorf("%w: process %d on %.100s, since %s", ErrHeld, o.PID, o.Host, o.Since.Local().Format(time.DateTime))
}

func (d *Dir) signOwner(beside string) error {
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	text, err := json.Marshal(owner{PID: os.Getpid(), Host: host, Since: time.Now().Truncate(time.Second)})
	if err != nil {
		return err
	}
	f, err := d.OpenPlain(beside, os.O_CREATE|os.O_TRUNC|os.O_WRONLY)
	if err != nil {
		return err
	}
	_, err = f.Write(append(text, '\n'))
	return errors.Join(err, f.Close())
}
