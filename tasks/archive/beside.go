package archive

import (
	"errors"
	"io"
	"os"
	"strings"
)

// WriteBeside writes a file of that name beside the manifest, in place of the
// one that an earlier run wrote. While another program keeps that one open, the
// new one gets another name. It returns where the file is.
func (a *Archive) WriteBeside(name string, write func(io.Writer) error) (path string, err error) {
	const spare = ownDir + "/beside"
	if err := ignoreMissing(a.root.Remove(spare)); err != nil {
		return "", a.fail("write", name, err)
	}
	f, err := openPlain(a.root, spare, os.O_CREATE|os.O_EXCL|os.O_WRONLY, ownFilePerm)
	if err != nil {
		return "", a.fail("write", name, err)
	}
	err = write(f)
	if err == nil {
		_ = f.Chmod(a.perm) // volumes without permissions refuse; see restrict
		err = syncFile(f)
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return "", a.fail("write", name, errors.Join(err, a.root.Remove(spare)))
	}
	if !a.inOtherHands(name) {
		if err = a.root.Rename(spare, name); err == nil {
			return a.path(name), a.fail("write", name, syncDir(a.root, "."))
		}
	}
	dot := strings.LastIndexByte(name, '.')
	other := name[:dot] + "-" + a.now().Format(stampLayout) + name[dot:]
	if err := a.root.Rename(spare, other); err != nil {
		return "", a.fail("write", other, errors.Join(err, a.root.Remove(spare)))
	}
	return a.path(other), a.fail("write", other, syncDir(a.root, "."))
}

// inOtherHands reports whether an office program has the file open: Excel and
// LibreOffice leave a file of their own beside it. Windows refuses to replace
// an open file anyway; elsewhere it would vanish under the program's hands.
func (a *Archive) inOtherHands(name string) bool {
	for _, sign := range []string{"~$" + name, ".~lock." + name + "#"} {
		if _, err := a.root.Lstat(sign); err == nil {
			return true
		}
	}
	info, err := a.root.Lstat(name)
	return err == nil && !info.Mode().IsRegular()
}
