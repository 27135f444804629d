package archive

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
)

const (
	ownDirPerm  fs.FileMode = 0o700
	ownFilePerm fs.FileMode = 0o600
)

// makeDirs makes a directory with its parents and returns those whose list of
// names changed, to be synced once the file in it has its name.
func makeDirs(root *os.Root, dir string) (changed []string, err error) {
	for i := 0; i <= len(dir); i++ {
		if i < len(dir) && dir[i] != '/' {
			continue
		}
		switch err := root.Mkdir(dir[:i], 0o777); {
		case err == nil:
			changed = append(changed, path.Dir(dir[:i]))
		case !errors.Is(err, fs.ErrExist):
			return nil, err
		}
		if info, err := root.Stat(dir[:i]); err == nil && !info.IsDir() {
			return nil, fmt.Errorf("%s: %w", dir[:i], errInTheWay)
		}
	}
	return changed, nil
}

// syncNames makes the names in directories survive a power cut.
func syncNames(root *os.Root, dirs []string) error {
	for _, dir := range dirs {
		if err := syncDir(root, dir); err != nil {
			return err
		}
	}
	return nil
}

// makeOwnDir makes a directory for this user alone, whatever the umask says,
// and refuses a symbolic link in its place.
func makeOwnDir(root *os.Root, name string) error {
	if err := root.Mkdir(name, ownDirPerm); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := root.Lstat(name)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s: %w", name, errOddFile)
	}
	if info.Mode().Perm() != ownDirPerm {
		_ = root.Chmod(name, ownDirPerm) // refused on volumes without permissions, see restrict
	}
	return nil
}

// openPlain opens a file of ours and refuses anything but a plain file under
// its name: a symbolic link could make us write into another file of the
// directory, though never out of it.
func openPlain(root *os.Root, name string, flag int, perm fs.FileMode) (*os.File, error) {
	info, err := root.Lstat(name)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: %w", name, errOddFile)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	f, err := root.OpenFile(name, flag, perm)
	if err != nil {
		return nil, err
	}
	if strings.HasPrefix(name, ownDir) {
		restrict(f)
	}
	return f, nil
}

// openRead opens a plain file of the directory for reading.
func openRead(root *os.Root, name string) (*os.File, error) {
	return openPlain(root, name, os.O_RDONLY, 0)
}

// syncThrough is syncFile for what may be a file in a test's hands.
func syncThrough(f interface{ Sync() error }) error {
	if file, ok := f.(*os.File); ok {
		return syncFile(file)
	}
	return f.Sync()
}

// restrict leaves a file to this user alone, whatever the umask made of it.
// Volumes that know no permissions, such as FAT, refuse; there is nothing to
// protect them with, and no secret is ever in these files.
func restrict(f *os.File) {
	if info, err := f.Stat(); err == nil && info.Mode().Perm() != ownFilePerm {
		_ = f.Chmod(ownFilePerm)
	}
}

// userPerm learns by trying which permissions the umask leaves to a new file,
// for recordings start as parts that only their owner may read.
func userPerm(root *os.Root) (fs.FileMode, error) {
	const probe = ownDir + "/umask"
	if err := ignoreMissing(root.Remove(probe)); err != nil {
		return 0, err
	}
	f, err := root.OpenFile(probe, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return 0, err
	}
	info, err := f.Stat()
	if err := errors.Join(err, f.Close(), root.Remove(probe)); err != nil {
		return 0, err
	}
	return info.Mode().Perm() | ownFilePerm, nil
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
