package archive

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"sync/atomic"

	"example.com/hikgrab/tasks/archive/disk"
)

// complete names the finished and synced file from and notes it, together with
// more records about its recording.
func (a *Archive) complete(from string, done record, names iter.Seq[string], more ...record) (f File, err error) {
	if done.Path, err = a.place(from, done, names); err != nil {
		return File{}, err
	}
	defer a.unclaim(&done)
	if err := a.finish(done, more...); err != nil {
		// The file is whole and has its name, and the announcement is on disk:
		// fetching it again would help nobody.
		a.log.Warn("A finished file could not be marked as done; the next start does it", "file", done.Path, "error", err)
		a.remember(done, more...)
	}
	f = a.known(done.fileID()).file()
	f.Notes = done.Notes
	return f, nil
}

// place gives a file the first free name and returns it. Before that the
// journal announces it, so that a crash right after cannot leave a file that
// nobody knows is whole. Only a derived file replaces another, one made for the
// same request.
func (a *Archive) place(from string, done record, names iter.Seq[string]) (string, error) {
	for done.Path = range names {
		replace, free := a.claim(&done)
		if !free {
			continue
		}
		var sum disk.Sum
		var err error
		if a.present(entryOf(&done)) {
			sum, err = a.sumFile(done.Path)
		}
		if sum == done.SHA256 { // an earlier run's, whose journal was lost
			err = a.root.Remove(from)
		} else if err == nil {
			err = a.placeAs(from, done, replace)
		}
		if err == nil {
			return done.Path, nil
		}
		a.unclaim(&done)
		if !errors.Is(err, fs.ErrExist) {
			return "", a.fail("create", done.Path, err)
		}
		a.log.Warn("A file that is not in the journal is kept; the new one gets another name", "file", done.Path)
	}
	return "", a.fail("create", from, errors.New("every name for this file is taken"))
}

func (a *Archive) placeAs(from string, done record, replace bool) error {
	return a.root.Place(from, done.Path, replace, func() error { return a.announce(done) })
}

// announce notes in the journal that a file is about to get its name.
func (a *Archive) announce(r record) error {
	r.Type = placingRecord
	a.mu.Lock()
	old, ok := a.index.placing[r.fileID()]
	a.mu.Unlock()
	if ok && old.Path == r.Path && old.Bytes == r.Bytes && old.SHA256 == r.SHA256 {
		return nil
	}
	return a.append(r)
}

// finish notes a file that has its final name in journal and manifest, and more
// about its recording in the journal alone.
func (a *Archive) finish(done record, more ...record) error {
	done.Type = doneRecord
	if err := a.journal.append(onDisk, append([]record{done}, more...)...); err != nil {
		return a.fail("write", journalName, err)
	}
	a.remember(done, more...)
	return nil
}

func (a *Archive) remember(done record, more ...record) {
	done.Type = doneRecord
	a.mu.Lock()
	owner, replaced := a.index.owners[done.Path]
	again := replaced && owner == done.fileID() && a.index.done[owner].sum == done.SHA256
	for _, r := range append([]record{done}, more...) {
		a.index.apply(r)
	}
	a.mu.Unlock()
	if m := a.manifests[done.Tree]; m != nil && !again { // otherwise Open adds the line
		m.add(&done, replaced)
	}
	if a.finished != nil && done.own() && !again {
		a.finished(a.distant(done))
	}
}

// claim reserves a name for a file while it gets it. A name is not free if
// another file has it or is about to get it; one that has it for the same
// request is to be replaced.
func (a *Archive) claim(r *record) (replace, free bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	id := r.fileID()
	if other, taken := a.index.claims[r.Path]; taken && other != id {
		return false, false
	}
	if owner, taken := a.index.owners[r.Path]; taken {
		old, derived := a.index.derived[owner]
		replace = derived && old.Tree == r.Tree && old.Origin.Request == r.Origin.Request
		if owner != id && !replace {
			return false, false
		}
	}
	a.index.claims[r.Path] = id
	return replace, true
}

func (a *Archive) unclaim(r *record) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.index.claims[r.Path] == r.fileID() {
		delete(a.index.claims, r.Path)
	}
}

// sumFile returns the checksum of a plain file when nobody waits for it.
func (a *Archive) sumFile(name string) (disk.Sum, error) {
	return a.root.Sum(context.Background(), name, new(atomic.Int64))
}
