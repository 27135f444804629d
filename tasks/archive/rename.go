package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
	"time"
)

// wordBefore is in the dated name of a file that hikgrab set aside.
const wordBefore = "-before-"

// renameDated gives from a name like the usual one, with a word and the time in
// it, that nothing has yet, and returns it.
func renameDated(root *os.Root, from, usual, word string, now time.Time) (string, error) {
	ext := path.Ext(usual)
	stem, number := strings.TrimSuffix(usual, ext)+word+now.Format(stampLayout), ""
	for n := 2; ; n++ {
		name := stem + number + ext
		err := renameNoReplace(root, from, name)
		if err == nil {
			return name, nil
		}
		if !errors.Is(err, fs.ErrExist) || n > nameAttempts {
			return "", err
		}
		number = "-" + strconv.Itoa(n)
	}
}

// linkOrRename gives from the name to without replacing anything, where the
// system has no such rename: by a hard link, which never replaces. Volumes
// without hard links (FAT, some shares) leave only a look before the leap;
// the lock keeps every other hikgrab out of that gap.
func linkOrRename(root *os.Root, from, to string) error {
	err := root.Link(from, to)
	if err == nil {
		if err := root.Remove(from); err != nil { // one file under two names is no finished file
			return errors.Join(err, root.Remove(to))
		}
		return nil
	}
	if errors.Is(err, fs.ErrExist) || errors.Is(err, fs.ErrNotExist) || isFull(err) {
		return err
	}
	if _, err := root.Lstat(to); err == nil {
		return fmt.Errorf("rename to %s: %w", to, fs.ErrExist)
	}
	return root.Rename(from, to)
}
