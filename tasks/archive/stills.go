package archive

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"sync"
	"time"

	"example.com/hikgrab/tasks/archive/disk"
)

// stillsDir is where directories of stills are while they are made.
const stillsDir = ownDir + "/stills"

// While another program writes to the volume, spaceForPictures must stay free;
// that is checked every lookAtSpace.
const (
	lookAtSpace      = time.Second
	spaceForPictures = 1 << 20
)

// StillsList is the file that every finished directory of FramesTree contains.
const StillsList = "frames.csv"

// errNoList says that a foreign directory is in the place of one of stills.
var errNoList = errors.New("a directory without " + StillsList + " is there, and hikgrab did not make it")

// Stills reports whether DeriveDirectory has already made a directory of that
// name, and how many files are on its list.
func (a *Archive) Stills(name string) (n int, done bool, err error) {
	name = path.Join(string(FramesTree), name)
	if _, err := a.root.Lstat(name); err != nil {
		return 0, false, a.fail("look at", name, disk.IgnoreMissing(err))
	}
	f, err := a.root.OpenRead(path.Join(name, StillsList))
	if err != nil {
		return 0, false, a.fail("look at", name, errNoList)
	}
	defer func() { _ = f.Close() }() // it was only read
	for lines := bufio.NewScanner(f); lines.Scan(); {
		n++
	}
	return max(0, n-1), true, nil
}

// DeriveDirectory makes a directory of FramesTree completely or not at all.
// Build fills dir, an absolute path that nobody else uses, and must also write
// StillsList. Once the directory is complete and synced it gets its name. If
// the volume fills up meanwhile, build's context ends.
//
// It returns a Full error if there is no room left, and InUse if the same
// directory is being made.
func (a *Archive) DeriveDirectory(ctx context.Context, name string, build func(ctx context.Context, root *os.Root, dir string) error) error {
	id := derivedID(FramesTree, name)
	making := stillsDir + "/" + id.String()
	name = path.Join(string(FramesTree), name)
	room, err := a.reserve(&reservation{id: id, name: name})
	if err != nil {
		return err
	}
	defer room.release()
	err = a.fillDirectory(ctx, room, making, build)
	if err == nil {
		if err = a.root.Place(making, name, false, nil); errors.Is(err, fs.ErrExist) {
			err = errNoList // nobody else makes one of this name
		}
	}
	if err != nil {
		return a.fail("write", name, errors.Join(err, a.root.RemoveAll(making)))
	}
	return nil
}

func (a *Archive) fillDirectory(ctx context.Context, room *reservation, making string, build func(context.Context, *os.Root, string) error) error {
	if err := a.root.MakePrivate(stillsDir); err != nil {
		return err
	}
	if err := a.root.RemoveAll(making); err != nil {
		return err
	}
	if err := a.root.Mkdir(making, 0o777); err != nil {
		return err
	}
	dir, err := filepath.Abs(a.path(making))
	if err != nil {
		return err
	}
	root, err := a.root.Inside(making)
	if err != nil {
		return err
	}
	ctx, end := room.watch(ctx, root)
	err = end(build(ctx, root.Root, dir))
	if err == nil {
		if _, missing := root.Lstat(StillsList); missing != nil {
			err = fmt.Errorf("it has no %s: %w", StillsList, missing)
		}
	}
	if err == nil {
		err = root.SyncAll()
	}
	return errors.Join(err, root.Close())
}

// errManyStills refuses stills that outgrow their share of the disk.
var errManyStills = errors.New("the stills would take more than half of the free space on the disk: make fewer, or cover a shorter period")

// watch returns a context that ends when the volume has no room to spare, or
// when the content of dir has taken half of what was free at first. The
// returned function ends the watch, and turns an error into that reason if it
// was the cause.
func (room *reservation) watch(ctx context.Context, dir *disk.Dir) (watched context.Context, end func(error) error) {
	ctx, cancel := context.WithCancelCause(ctx)
	budget := room.archive.Free() / 2
	look := func() error {
		size, err := sizeOf(dir)
		if err != nil || budget >= 0 && size > budget {
			return cmp.Or(err, errManyStills)
		}
		room.archive.mu.Lock()
		defer room.archive.mu.Unlock()
		_, err = room.left(spaceForPictures)
		return err
	}
	var watching sync.WaitGroup
	watching.Go(func() {
		for {
			began := time.Now()
			if err := look(); err != nil {
				cancel(err)
				return
			}
			pause := time.NewTimer(max(lookAtSpace, 10*time.Since(began))) // there may be many files
			select {
			case <-ctx.Done():
				pause.Stop()
				return
			case <-pause.C:
			}
		}
	})
	return ctx, func(failed error) error {
		cancel(nil)
		watching.Wait()
		if full := look(); full != nil && (failed != nil || errors.Is(full, errManyStills)) {
			return full
		}
		return failed
	}
}

// sizeOf adds up the sizes of a directory's files.
func sizeOf(dir *disk.Dir) (bytes int64, err error) {
	entries, err := fs.ReadDir(dir.FS(), ".")
	for _, e := range entries {
		if info, err := e.Info(); err == nil { // otherwise it is gone
			bytes += info.Size()
		}
	}
	return bytes, err
}
