package disk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
)

const (
	privateDirPerm  fs.FileMode = 0o700
	privateFilePerm fs.FileMode = 0o600
)

// Dir is a directory tree. Names in it use slashes on every system.
type Dir struct {
	*os.Root

	private string // directory whose files are for this user alone
	perm    fs.FileMode
}

// Open opens a tree, creating it if needed, for a program that keeps its own
// files in the directory private of it. It returns ErrNotPlain or an OwnerError
// if what exists under that name cannot be trusted.
func Open(name, private string) (*Dir, error) {
	if err := os.MkdirAll(name, 0o777); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	d := &Dir{Root: root, private: private}
	if err = d.MakePrivate(private); err == nil {
		err = d.probe()
	}
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return d, nil
}

// Look opens an existing tree for reading.
func Look(name string) (*Dir, error) {
	root, err := os.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	return &Dir{Root: root}, nil
}

// probe finds out, by trying, which permissions the umask leaves to a new file,
// and who owns it: on some shares that is not this user.
func (d *Dir) probe() error {
	name := d.private + "/probe"
	if err := d.Remove(name); IgnoreMissing(err) != nil {
		return err
	}
	f, err := d.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return err
	}
	ours, err := f.Stat()
	if err := errors.Join(err, f.Close(), IgnoreMissing(d.Remove(name))); err != nil {
		return err
	}
	d.perm = ours.Mode().Perm() | privateFilePerm
	dir, err := d.Lstat(d.private)
	if err != nil {
		return err
	}
	if user, foreign := otherOwner(dir, ours); foreign {
		return &OwnerError{Name: d.private, User: user}
	}
	return nil
}

// MakePrivate makes a directory for this user alone, whatever the umask, and
// returns ErrNotPlain for a symbolic link in its place.
func (d *Dir) MakePrivate(name string) error {
	if err := d.Mkdir(name, privateDirPerm); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	info, err := d.Lstat(name)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return fmt.Errorf("%s: %w", name, ErrNotPlain)
	}
	if info.Mode().Perm() != privateDirPerm {
		_ = d.Chmod(name, privateDirPerm) // refused on volumes without permissions, see restrict
	}
	return nil
}

// OpenPlain opens a plain file and returns ErrNotPlain for anything else under
// its name: through a symbolic link we could write to another file of the tree,
// though never outside it. A private file to be written must also have no other
// name, otherwise the error is ErrLinked. A new file gets the permissions of a
// private one.
func (d *Dir) OpenPlain(name string, flag int) (*os.File, error) {
	info, err := d.Lstat(name)
	switch {
	case err == nil && !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: %w", name, ErrNotPlain)
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return nil, err
	}
	private, perm := d.isPrivate(name), fs.FileMode(0o666)
	if private {
		perm = privateFilePerm
	}
	f, err := d.OpenFile(name, flag&^os.O_TRUNC, perm)
	if err != nil {
		return nil, err
	}
	if private && flag&(os.O_WRONLY|os.O_RDWR) != 0 {
		err = restrict(f)
	}
	if err == nil && flag&os.O_TRUNC != 0 {
		err = f.Truncate(0)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("%s: %w", name, err), f.Close())
	}
	return f, nil
}

func (d *Dir) isPrivate(name string) bool {
	return d.private != "" && strings.HasPrefix(name, d.private+"/")
}

// OpenRead opens a plain file for reading.
func (d *Dir) OpenRead(name string) (*os.File, error) { return d.OpenPlain(name, os.O_RDONLY) }

// restrict leaves a file to this user alone, whatever the umask, and refuses
// one that has a second name. Volumes without permissions, such as FAT, refuse
// the change; there is nothing to protect the files with, and they never
// contain secrets.
func restrict(f *os.File) error {
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if linked(f) {
		return ErrLinked
	}
	if info.Mode().Perm() != privateFilePerm {
		_ = f.Chmod(privateFilePerm)
	}
	return nil
}

// Publish gives a private file that is about to leave the private directory the
// permissions that the umask leaves to others. Volumes without permissions
// refuse; see restrict.
func (d *Dir) Publish(f interface{ Chmod(fs.FileMode) error }) { _ = f.Chmod(d.perm) }

// MakeDirs makes a directory and its parents. It returns the directories whose
// lists of names changed, to be synced once the file inside has its name.
func (d *Dir) MakeDirs(dir string) (changed []string, err error) {
	for i := 0; i <= len(dir); i++ {
		if i < len(dir) && dir[i] != '/' {
			continue
		}
		switch err := d.Mkdir(dir[:i], 0o777); {
		case err == nil:
			changed = append(changed, path.Dir(dir[:i]))
		case !errors.Is(err, fs.ErrExist):
			return nil, err
		}
		if info, err := d.Stat(dir[:i]); err == nil && !info.IsDir() {
			return nil, fmt.Errorf("%s: %w", dir[:i], ErrInTheWay)
		}
	}
	return changed, nil
}

// Drop removes a file or an empty directory, if it exists.
func (d *Dir) Drop(name string) error { return IgnoreMissing(d.Remove(name)) }

// IgnoreMissing returns err unless it says that something does not exist.
func IgnoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
