package archive

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"sync/atomic"

	"example.com/hikgrab/tasks/archive/disk"
)

// complete gives a file that is made and synced its name and notes it. What
// more there is to be known of its recording is noted with it.
func (a *Archive) complete(done record, names iter.Seq[string], more ...record) (f File, err error) {
	if done.Path, err = a.place(done.fileID().part(), done, names); err != nil {
		return File{}, err
	}
	if err := a.finish(done, more...); err != nil {
		// The file is whole and has its name, and the announcement is on disk:
		// fetching it again would help nobody.
		a.log.Warn("A finished file could not be noted as done; the next start does it", "file", done.Path, "error", err)
		a.remember(done, more...)
	}
	f = a.known(done.fileID()).file()
	f.Notes = done.Notes
	return f, nil
}

// place gives the file from the first of names that is free and returns it.
// Before that the journal announces it, so that a crash right after cannot
// leave a file of which nobody knows that it is whole.
func (a *Archive) place(from string, done record, names iter.Seq[string]) (string, error) {
	for name := range names {
		if !a.claim(name, done) {
			continue
		}
		same, err := a.look(name, done)
		if err != nil {
			a.unclaim(name, done)
			return "", a.fail("look at", name, err)
		}
		if same { // an earlier run's, of which the journal was lost
			return name, a.fail("remove", from, a.root.Remove(from))
		}
		err = a.placeAs(from, name, done)
		if err == nil {
			return name, nil
		}
		a.unclaim(name, done)
		if !errors.Is(err, fs.ErrExist) {
			return "", a.fail("create", name, err)
		}
		a.log.Warn("A file that is not in the journal is kept; the recording gets another name", "file", name)
	}
	return "", a.fail("create", from, errors.New("every name for this recording is taken"))
}

func (a *Archive) placeAs(from, name string, done record) error {
	return a.root.Place(from, name, false, func() error { return a.announce(done, name) })
}

// announce has the journal say that a file is about to get its name.
func (a *Archive) announce(r record, name string) error {
	r.Type, r.Path = placingRecord, name
	if a.announced(r) {
		return nil
	}
	if err := a.journal.append(ofPowerCut, r); err != nil {
		return err
	}
	a.mu.Lock()
	a.index.placing[r.fileID()] = r
	a.mu.Unlock()
	return nil
}

func (a *Archive) announced(r record) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	old, ok := a.index.placing[r.fileID()]
	return ok && old.Path == r.Path && old.Bytes == r.Bytes && old.SHA256 == r.SHA256
}

// finish notes a file that has its final name in journal and manifest, and
// more that is to be known of its recording in the journal alone.
func (a *Archive) finish(done record, more ...record) error {
	done.Type = doneRecord
	if err := a.journal.append(ofPowerCut, append([]record{done}, more...)...); err != nil {
		return a.fail("write", journalName, err)
	}
	a.remember(done, more...)
	return nil
}

func (a *Archive) remember(done record, more ...record) {
	id := done.fileID()
	a.mu.Lock()
	old, again := a.index.done[id]
	a.index.apply(done, 0)
	for _, r := range more {
		a.index.apply(r, 0)
	}
	a.mu.Unlock()
	if !again || old.path != done.Path || old.sum != done.SHA256 {
		a.manifest.add(done)
	}
}

// claim takes a name for a recording; it is false when another one has it.
func (a *Archive) claim(name string, r record) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	id := r.fileID()
	if owner, taken := a.index.owners[name]; taken && owner != id {
		return false
	}
	a.index.owners[name] = id
	return true
}

func (a *Archive) unclaim(name string, r record) {
	a.mu.Lock()
	defer a.mu.Unlock()
	id := r.fileID()
	if a.index.owners[name] == id && a.index.done[id].path != name {
		delete(a.index.owners, name)
	}
}

// sumFile returns the checksum of a plain file where nobody waits for it.
func (a *Archive) sumFile(name string) (disk.Sum, error) {
	return a.root.Sum(context.Background(), name, new(atomic.Int64))
}

// look reports whether the file of that name holds exactly what r says. It
// reads the file only when its size is right.
func (a *Archive) look(name string, r record) (same bool, err error) {
	info, err := a.root.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() != r.Bytes {
		return false, disk.IgnoreMissing(err)
	}
	sum, err := a.sumFile(name)
	return sum == r.SHA256, err
}
