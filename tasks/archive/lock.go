package archive

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/gofrs/flock"
)

// errHeld is given when another hikgrab holds the directory.
var errHeld = errors.New("another hikgrab is using this directory")

// owner says who holds the directory, for the message that another one gets.
// It stands beside the lock, not in it: Windows lets nobody read a locked file.
type owner struct {
	PID   int       `json:"pid"`
	Host  string    `json:"host"`
	Since time.Time `json:"since"`
}

// takeLock locks the directory for this process. The system gives the lock
// back however the process ends.
func takeLock(dir string, root *os.Root, log *slog.Logger) (*flock.Flock, error) {
	if f, err := openPlain(root, lockName, os.O_CREATE|os.O_RDWR, ownFilePerm); err != nil {
		return nil, newError("lock", dir, err)
	} else if err := f.Close(); err != nil {
		return nil, newError("lock", dir, err)
	}
	lock := flock.New(filepath.Join(dir, filepath.FromSlash(lockName)))
	taken, err := lock.TryLock()
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		log.Warn("This volume knows no locks: make sure that no second hikgrab uses the directory", "dir", dir)
	case err != nil:
		return nil, newError("lock", dir, err)
	case !taken:
		return nil, &Error{Op: "lock", Path: printable(dir), Kind: InUse, Err: heldBy(root)}
	}
	if err := writeOwner(root); err != nil {
		return nil, errors.Join(newError("lock", dir, err), lock.Unlock())
	}
	return lock, nil
}

func heldBy(root *os.Root) error {
	f, err := openRead(root, ownerName)
	if err != nil {
		return errHeld
	}
	defer func() { _ = f.Close() }() // it was only read
	var o owner
	if json.NewDecoder(io.LimitReader(f, 4096)).Decode(&o) != nil || o.PID == 0 {
		return errHeld
	}
	return fmt.Errorf("%w: process %d on %s, since %s", errHeld, o.PID, field(o.Host), o.Since.Local().Format(time.DateTime))
}

func writeOwner(root *os.Root) error {
	host, err := os.Hostname()
	if err != nil {
		host = "this machine"
	}
	text, err := json.Marshal(owner{PID: os.Getpid(), Host: host, Since: time.Now().Truncate(time.Second)})
	if err != nil {
		return err
	}
	f, err := openPlain(root, ownerName, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, ownFilePerm)
	if err != nil {
		return err
	}
	_, err = f.Write(append(text, '\n'))
	return errors.Join(err, f.Close())
}
