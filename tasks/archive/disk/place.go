package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"
)

// Place gives a synced file or directory its final name in one step and makes
// that survive a power cut. Right before the step it calls announce, unless
// that is nil. If the name is taken it returns fs.ErrExist, unless a plain file
// has it and replace is true.
func (d *Dir) Place(from, to string, replace bool, announce func() error) error {
	there, looked := d.Lstat(to)
	if looked == nil && (!replace || !there.Mode().IsRegular()) {
		return fmt.Errorf("%s: %w", to, fs.ErrExist)
	}
	changed, err := d.MakeDirs(path.Dir(to))
	if err == nil {
		err = IgnoreMissing(looked) // behind a link that leads out, for one
	}
	if err == nil && announce != nil {
		err = announce()
	}
	if err == nil && replace {
		err = d.Rename(from, to)
	} else if err == nil {
		err = d.renameNoReplace(from, to)
	}
	if err != nil {
		return err
	}
	return d.SyncDirs(append(changed, path.Dir(to), path.Dir(from))...)
}

const namesTried = 99

// RenameDated renames from to a free name like usual, with a word and the time
// in it, and returns that name.
func (d *Dir) RenameDated(from, usual, word string, now time.Time) (string, error) {
	ext := path.Ext(usual)
	stem, number := strings.TrimSuffix(usual, ext)+word+now.Format("20060102-150405"), ""
	for n := 2; ; n++ {
		name := stem + number + ext
		err := d.renameNoReplace(from, name)
		if err == nil {
			return name, nil
		}
		if !errors.Is(err, fs.ErrExist) || n > namesTried {
			return "", err
		}
		number = "-" + strconv.Itoa(n)
	}
}

// linkOrRename renames from to to without replacing anything, on systems
// without such a rename. It uses a hard link, which never replaces. Volumes
// without hard links (FAT, some shares) only allow a check before a plain
// rename; the lock keeps every other hikgrab out of that gap.
func (d *Dir) linkOrRename(from, to string) error {
	err := d.Link(from, to)
	if err == nil {
		if err := d.Remove(from); err != nil { // one file under two names is not finished
			return errors.Join(err, d.Remove(to))
		}
		return nil
	}
	if errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist) || Full(err) {
		return err
	}
	if _, err := d.Lstat(to); err == nil {
		return fmt.Errorf("rename to %s: %w", to, fs.ErrExist)
	}
	return d.Rename(from, to)
}
