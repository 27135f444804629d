package archive

import (
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"

	"example.com/hikgrab/tasks/archive/disk"
)

// Written says where WriteBeside put a file.
type Written struct {
	Path string // of the file
	Kept string // of the file that was there and was not what hikgrab wrote last; empty if there was none
}

// WriteBeside writes a file of that name beside the manifest and replaces the
// one from an earlier run. A file that a person has changed since, or put
// there, is kept under a dated name. While another program has the file open,
// the new one gets a dated name instead. With an error only Kept may be set.
func (a *Archive) WriteBeside(name string, write func(io.Writer) error) (Written, error) {
	const spare = ownDir + "/beside"
	h := sha256.New()
	err := a.root.WriteSpare(spare, name, func(w io.Writer) error { return write(io.MultiWriter(w, h)) })
	if err != nil {
		return Written{}, a.fail("write", name, err)
	}
	usual, kept, err := a.replaceOurs(spare, name)
	written := Written{Kept: kept}
	if err != nil {
		if usual, err = a.root.RenameDated(spare, name, "-", a.now()); err != nil {
			return written, a.fail("write", name, errors.Join(err, a.root.Remove(spare)))
		}
	} else if err := a.note(record{Type: besideRecord, Path: name, SHA256: disk.Sum(h.Sum(nil))}); err != nil {
		a.log.Warn("What was written could not be added to the journal; the next run keeps it under another name", "file", name, "error", err)
	}
	written.Path = a.path(usual)
	return written, a.fail("write", usual, a.root.SyncDirs("."))
}

// Beside returns the sorted names of existing files with that extension that
// WriteBeside wrote.
func (a *Archive) Beside(extension string) []string {
	var names []string
	for _, r := range a.allOf(besideRecord) {
		if path.Ext(r.Path) != extension {
			continue
		}
		if info, err := a.root.Lstat(r.Path); err == nil && info.Mode().IsRegular() {
			names = append(names, r.Path)
		}
	}
	slices.Sort(names)
	return names
}

// replaceOurs renames from to the usual name. It sets aside an existing file
// that is not what hikgrab wrote last; kept tells where.
func (a *Archive) replaceOurs(from, name string) (usual, kept string, err error) {
	if a.inOtherHands(name) {
		return "", "", fs.ErrExist
	}
	there, err := a.sumFile(name)
	last := a.latestOf(record{Type: besideRecord, Path: name})
	switch {
	case err == nil && there == last.SHA256:
		return name, "", a.root.Rename(from, name)
	case !errors.Is(err, fs.ErrNotExist): // a file that cannot even be read is not ours either
		dated, err := a.root.RenameDated(name, name, wordBefore, a.now())
		if err != nil {
			return "", "", err
		}
		kept = a.path(dated)
	}
	return name, kept, a.root.Place(from, name, false, nil)
}

// wordBefore is part of the dated name of a file that hikgrab set aside.
const wordBefore = "-before-"

// inOtherHands reports whether an office program has the file open: Excel and
// LibreOffice leave a file of their own beside it. Windows refuses to replace
// an open file anyway; elsewhere the program would silently lose it.
func (a *Archive) inOtherHands(name string) bool {
	for _, sign := range []string{"~$" + name, ".~lock." + name + "#"} {
		if _, err := a.root.Lstat(sign); err == nil {
			return true
		}
	}
	info, err := a.root.Lstat(name)
	return err == nil && !info.Mode().IsRegular()
}
