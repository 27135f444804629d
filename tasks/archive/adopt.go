package archive

import (
	"errors"
	"io/fs"
	"os"
	"time"
)

// found looks for a finished file that the journal does not call done.
func (a *Archive) found(it Item) (File, bool) {
	id := it.fileID()
	a.adopting.Lock()
	defer a.adopting.Unlock()
	a.mu.Lock()
	e, done := a.index.done[id]
	announced, placing := a.index.placing[id]
	_, open := a.parts[id.recording]
	a.mu.Unlock()
	switch {
	case done: // meanwhile
		return a.onDisk(e)
	case open:
		return File{}, false
	case placing:
		if settled, err := a.settle(announced); settled && err == nil {
			e, _ := a.known(id)
			return e.file(), true
		}
	}
	taken, ok := a.adopt(it)
	if !ok {
		return File{}, false
	}
	a.log.Info("A finished file that the journal did not know is taken over", "file", taken.Path)
	if err := a.finish(taken); err != nil {
		a.log.Warn("A file could not be noted in the journal", "file", taken.Path, "error", err)
		return File{}, false
	}
	e, _ = a.known(id)
	return e.file(), true
}

// settle finishes what a crash or a failing disk cut short between the
// announcement of a final name and the "done".
func (a *Archive) settle(r record) (settled bool, err error) {
	if !a.claim(r.Path, r) {
		return false, nil
	}
	if settled, err = a.named(r); err != nil || !settled {
		a.unclaim(r.Path, r)
		return false, err
	}
	a.log.Info("A file that was whole when hikgrab was stopped is noted now", "file", r.Path)
	return true, a.finish(r)
}

// named sees to it that the file which r announces has its name. When the part
// is gone, what bears the name is the part. When it is still there, the
// checksum tells whether it is still what was announced.
func (a *Archive) named(r record) (bool, error) {
	part, err := a.root.Lstat(partName(r.ID))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	final, finalErr := a.root.Lstat(r.Path)
	switch {
	case finalErr != nil && !errors.Is(finalErr, fs.ErrNotExist):
		return false, finalErr
	case finalErr == nil && (!final.Mode().IsRegular() || final.Size() != r.Bytes):
		return false, nil
	case finalErr == nil && err != nil:
		return true, nil
	case finalErr == nil && os.SameFile(final, part): // a link whose first name was not yet taken away
		return true, a.removePart(r.ID)
	case finalErr == nil:
		return false, nil
	case err != nil || part.Size() != r.Bytes:
		return false, nil
	}
	if sum, err := a.sumFile(partName(r.ID)); err != nil || sum != r.SHA256 {
		return false, err
	}
	err = a.placeAs(partName(r.ID), r.Path, r)
	return err == nil, err
}

// settleAll settles everything that the journal announced and did not finish.
// What cannot be settled now is fetched again, if anybody still wants it.
func (a *Archive) settleAll() {
	for id, r := range a.index.placing {
		settled, err := a.settle(r)
		if err != nil {
			a.log.Warn("A file that was whole could not be given its name", "file", r.Path, "error", err)
		}
		if !settled {
			delete(a.index.placing, id)
		}
	}
}

// adopt looks for a file that an earlier run finished and whose journal is
// lost. It believes the manifest if that names the file, the recording and the
// right size; without a manifest it believes the announced size and the head,
// and reads the file once for its checksum.
func (a *Archive) adopt(it Item) (done record, ok bool) {
	for _, ext := range []string{".mpg", ".mp4", ".jpg"} {
		for name := range finalNames(it, ext) {
			info, err := a.root.Lstat(name)
			if err != nil || !info.Mode().IsRegular() {
				break // names are taken in order
			}
			done := itemRecord(doneRecord, it)
			done.Path, done.Bytes, done.At = name, info.Size(), info.ModTime().Truncate(time.Second)
			if !a.claim(name, done) {
				continue
			}
			if a.prove(&done, it, ext) {
				return done, true
			}
			a.unclaim(name, done)
		}
	}
	return record{}, false
}

func (a *Archive) prove(done *record, it Item, ext string) bool {
	if listed, ok := a.manifest.lost(done.Path); ok {
		done.SHA256, done.Attempts = listed.sum, listed.attempts
		return listed.describes(*done)
	}
	if it.Recording.Size == 0 || done.Bytes != it.Recording.Size || it.format() != Raw {
		return false
	}
	f, err := openPlain(a.root, done.Path, os.O_RDONLY, 0)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }() // it was only read
	head, err := readHead(f)
	if err != nil || extensionOf(head) != ext {
		return false
	}
	done.SHA256, err = a.sumFile(done.Path)
	return err == nil
}
