package archive

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"time"

	"example.com/hikgrab/nvr/media"
	"example.com/hikgrab/tasks/archive/disk"
)

// found looks for a finished file that the journal does not list as done.
func (a *Archive) found(it Item) (File, bool) {
	a.adopting.Lock()
	defer a.adopting.Unlock()
	id := identify(it)
	if f, ok := a.onHand(it); ok { // finished meanwhile
		return f, true
	}
	a.mu.Lock()
	_, open := a.open[id]
	a.mu.Unlock()
	if open {
		return File{}, false
	}
	for _, file := range []fileID{sentOf(id), movieOf(id), {id, asMovie, it.clip()}} {
		a.mu.Lock()
		announced, placing := a.index.placing[file]
		_, done := a.index.done[file]
		a.mu.Unlock()
		settled := done
		if placing && !done {
			settled, _ = a.settle(announced) // what cannot be settled is fetched again
		}
		if !settled && file == sentOf(id) {
			a.adopt(it.whole())
		}
	}
	return a.onHand(it)
}

// settle completes what a crash or a failing disk interrupted between the
// announcement of a final name and the "done".
func (a *Archive) settle(r record) (settled bool, err error) {
	replace, free := a.claim(&r)
	if !free {
		return false, nil
	}
	defer a.unclaim(&r)
	if settled, err = a.named(r, replace); err != nil || !settled {
		return false, err
	}
	a.log.Info("A file that was complete when hikgrab stopped is recorded now", "file", r.Path)
	return true, a.finish(r)
}

// named makes sure that the file announced by r has its name. If the part is
// gone, the file with that name is the part. If the part still exists, or
// something is to be replaced, the checksum decides whether the file is what
// was announced.
func (a *Archive) named(r record, replace bool) (bool, error) {
	from := r.fileID().part()
	part, err := a.root.Lstat(from)
	if err := disk.IgnoreMissing(err); err != nil {
		return false, err
	}
	final, finalErr := a.root.Lstat(r.Path)
	switch {
	case disk.IgnoreMissing(finalErr) != nil:
		return false, finalErr
	case finalErr == nil && err == nil && os.SameFile(final, part): // a link whose first name was not yet removed
		return true, a.removePart(r.fileID())
	case finalErr == nil && err != nil:
		if !final.Mode().IsRegular() || final.Size() != r.Bytes || !replace {
			return final.Mode().IsRegular() && final.Size() == r.Bytes, nil
		}
		sum, err := a.sumFile(r.Path)
		return sum == r.SHA256, err
	case finalErr == nil && !replace, err != nil, part.Size() != r.Bytes:
		return false, nil
	}
	if sum, err := a.sumFile(from); err != nil || sum != r.SHA256 {
		return false, err
	}
	err = a.placeAs(from, r, replace)
	return err == nil, err
}

// settleAll settles everything that the journal announced and did not finish.
// What cannot be settled now is fetched again, if anybody still wants it.
func (a *Archive) settleAll() {
	for id, r := range a.index.placing {
		settled, err := a.settle(r)
		if err != nil {
			a.log.Warn("A complete file could not be given its name", "file", r.Path, "error", err)
		}
		if !settled {
			delete(a.index.placing, id)
		}
	}
}

// adopt looks for a recording that an earlier run finished although neither the
// journal nor the manifest lists it any more. It believes the announced size
// and the head, and reads the file once for its checksum. It cannot adopt an
// MP4 of ours, because its size was never announced.
func (a *Archive) adopt(it Item) {
	if it.Recording.Size == 0 {
		return
	}
	for _, ext := range []string{".mpg", ".mp4", ".jpg"} {
		for name := range a.layout.names(it, identify(it), ext) {
			info, err := a.root.Lstat(name)
			if errors.Is(err, fs.ErrNotExist) {
				break // names are taken in order
			}
			if err != nil || !info.Mode().IsRegular() || info.Size() != it.Recording.Size {
				continue
			}
			r := itemRecord(it)
			r.Path, r.Bytes, r.At = name, info.Size(), info.ModTime().Truncate(time.Second)
			if a.adoptAs(r) {
				return
			}
		}
	}
}

// adoptAs adopts a file if it begins like a recording.
func (a *Archive) adoptAs(r record) bool {
	if _, free := a.claim(&r); !free {
		return false
	}
	defer a.unclaim(&r)
	f, err := a.root.OpenRead(r.Path)
	if err != nil {
		return false
	}
	head, err := readHead(f)
	if err = errors.Join(err, f.Close()); err != nil || extensionOf(media.Sniff(head)) != path.Ext(r.Path) {
		return false
	}
	if r.SHA256, err = a.sumFile(r.Path); err != nil {
		return false
	}
	a.log.Info("A finished file that the journal did not have is added to it", "file", r.Path)
	if err := a.finish(r); err != nil {
		a.log.Warn("A file could not be added to the journal", "file", r.Path, "error", err)
	}
	return true
}
