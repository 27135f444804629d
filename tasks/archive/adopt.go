package archive

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"time"

	"example.com/hikgrab/nvr/media"
)

// found looks for a finished file that the journal does not call done.
func (a *Archive) found(it Item) (File, bool) {
	a.adopting.Lock()
	defer a.adopting.Unlock()
	id := identify(it)
	if f, ok := a.onHand(it); ok { // meanwhile
		return f, true
	}
	a.mu.Lock()
	_, open := a.parts[id]
	a.mu.Unlock()
	if open {
		return File{}, false
	}
	a.recover(it, rawOf(id))
	a.recover(it, movieOf(id))
	if c := it.clip(); c != (clip{}) {
		a.recover(it, fileID{id, MP4, c})
	}
	return a.onHand(it)
}

// recover enters a file into the journal that is there without being in it.
func (a *Archive) recover(it Item, id fileID) {
	a.mu.Lock()
	_, done := a.index.done[id]
	announced, placing := a.index.placing[id]
	a.mu.Unlock()
	if done {
		return
	}
	if placing {
		if settled, err := a.settle(announced); settled && err == nil {
			return
		}
	}
	taken, ok := a.adopt(it, id)
	if !ok {
		return
	}
	a.log.Info("A finished file that the journal did not know is taken over", "file", taken.Path)
	if err := a.finish(taken); err != nil {
		a.log.Warn("A file could not be noted in the journal", "file", taken.Path, "error", err)
	}
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
// disk.Sum tells whether it is still what was announced.
func (a *Archive) named(r record) (bool, error) {
	from := r.fileID().part()
	part, err := a.root.Lstat(from)
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
		return true, a.removeMade(r.fileID())
	case finalErr == nil:
		return false, nil
	case err != nil || part.Size() != r.Bytes:
		return false, nil
	}
	if sum, err := a.sumFile(from); err != nil || sum != r.SHA256 {
		return false, err
	}
	err = a.placeAs(from, r.Path, r)
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

// adopt looks for a file which an earlier run finished and whose journal is
// lost. It believes the manifest if that names the file, the recording and the
// right size; without a manifest it believes the announced size and the head,
// and reads the file once for its checksum. The size of an MP4 of ours was
// never announced, so only the manifest can vouch for it.
func (a *Archive) adopt(it Item, id fileID) (done record, ok bool) {
	if id.clip == (clip{}) {
		it = it.whole()
	}
	done = itemRecord(doneRecord, it)
	done.Format, done.Clip = id.format, id.clip
	for _, ext := range []string{".mpg", ".mp4", ".jpg"} {
		for name := range a.layout.names(it, ext) {
			there, taken := a.adoptAs(&done, it, name)
			if taken {
				return done, true
			}
			if !there {
				break // names are taken in order
			}
		}
	}
	for _, name := range a.manifest.lostOf(done) { // by another layout
		if _, taken := a.adoptAs(&done, it, name); taken {
			return done, true
		}
	}
	return record{}, false
}

// adoptAs takes a file over if it is what done speaks of, and completes that.
func (a *Archive) adoptAs(done *record, it Item, name string) (there, taken bool) {
	info, err := a.root.Lstat(name)
	if err != nil || !info.Mode().IsRegular() {
		return false, false
	}
	r := *done
	r.Path, r.Bytes, r.At = name, info.Size(), info.ModTime().Truncate(time.Second)
	if !a.claim(name, r) {
		return true, false
	}
	if !a.vouched(&r, it, path.Ext(name)) {
		a.unclaim(name, r)
		return true, false
	}
	*done = r
	return true, true
}

func (a *Archive) vouched(done *record, it Item, ext string) bool {
	if listed, ok := a.manifest.lost(done.Path); ok {
		// A recorder's own MP4 is not scanned, so that its pictures were not counted.
		made := ext == ".mp4" && listed.frames != ""
		done.SHA256, done.Attempts = listed.sum, listed.attempts
		if made {
			done.Fetched = it.Recording.Size
		}
		if !listed.describes(*done) || made != (done.Format == MP4) {
			return false
		}
		done.Start, done.End, done.Begins = listed.start, listed.end, listed.begins
		return true
	}
	if it.Recording.Size == 0 || done.Bytes != it.Recording.Size || done.Format != Raw {
		return false
	}
	f, err := a.root.OpenRead(done.Path)
	if err != nil {
		return false
	}
	defer func() { _ = f.Close() }() // it was only read
	head, err := readHead(f)
	if err != nil || extensionOf(media.Sniff(head)) != ext {
		return false
	}
	done.SHA256, err = a.sumFile(done.Path)
	return err == nil
}
