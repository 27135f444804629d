package archive

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path"

	"example.com/hikgrab/nvr"
)

// notesLimit bounds what one line of the journal can become.
const notesLimit = 8

// Commit checks the part, syncs it, gives it its final name without replacing
// anything, and only then notes it in journal and manifest. On failure the
// part is gone when it is Damaged, and kept otherwise.
func (p *Part) Commit(attempts int, r nvr.Receipt) (File, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return File{}, p.archive.fail("commit", p.name, errEnded)
	}
	done, names, err := p.prove(attempts, r)
	switch {
	case err == nil:
		return p.become(done, names)
	case KindOf(err) == Damaged:
		return File{}, errors.Join(err, p.drop())
	}
	return File{}, errors.Join(err, p.leave())
}

// prove checks and syncs the part. It returns what is to be noted of it and
// the names that it may get.
func (p *Part) prove(attempts int, r nvr.Receipt) (done record, names iter.Seq[string], err error) {
	ext, err := p.check(r)
	if err != nil {
		return done, nil, err
	}
	sum, err := p.checksum()
	if err != nil {
		return done, nil, p.archive.fail("read", p.name, err)
	}
	done = itemRecord(doneRecord, p.item)
	done.Bytes, done.SHA256, done.Attempts, done.At = p.offset.Load(), sum, attempts, p.archive.now()
	for _, note := range r.Notes[:min(len(r.Notes), notesLimit)] {
		done.Notes = append(done.Notes, field(note))
	}
	_ = p.file.Chmod(p.archive.perm) // volumes without permissions refuse; see restrict
	return done, finalNames(p.item, ext), p.archive.fail("sync", p.name, syncPart(p.file))
}

// become ends the part: it is the finished file afterwards, or, if no name
// could be given to it, a part that lacks nothing.
func (p *Part) become(done record, names iter.Seq[string]) (File, error) {
	a := p.archive
	defer a.dismiss(p)
	p.ended = true
	if err := p.file.Close(); err != nil {
		return File{}, a.fail("close", p.name, err)
	}
	var err error
	if done.Path, err = a.place(p.name, done, names); err != nil {
		return File{}, errors.Join(err, a.vouch(p.id, done.Bytes))
	}
	if err := a.finish(done); err != nil {
		// The file is whole and has its name, and the announcement is on disk:
		// fetching it again would help nobody.
		a.log.Warn("A finished file could not be noted as done; the next start does it", "file", done.Path, "error", err)
		a.remember(done)
	}
	e, _ := a.known(p.item.fileID())
	return e.file(), nil
}

// checksum waits for the SHA-256 of everything that the part holds.
func (p *Part) checksum() (checksum, error) {
	sum, err := p.hashing().finish(p.offset.Load())
	p.hash = nil
	p.behind.Wait()
	return sum, err
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
	if _, err := a.root.Lstat(name); err == nil {
		return fs.ErrExist
	}
	changed, err := makeDirs(a.root, path.Dir(name))
	if err != nil {
		return err
	}
	if err := a.announce(done, name); err != nil {
		return err
	}
	if err := renameNoReplace(a.root, from, name); err != nil {
		return err
	}
	for _, dir := range append(changed, path.Dir(name), partsDir) {
		if err := syncDir(a.root, dir); err != nil {
			return err
		}
	}
	return nil
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
	a.index.placing[fileID{r.ID, r.Format}] = r
	a.mu.Unlock()
	return nil
}

func (a *Archive) announced(r record) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	old, ok := a.index.placing[fileID{r.ID, r.Format}]
	return ok && old.Path == r.Path && old.Bytes == r.Bytes && old.SHA256 == r.SHA256
}

// finish notes a file that has its final name in journal and manifest.
func (a *Archive) finish(done record) error {
	done.Type = doneRecord
	if err := a.journal.append(ofPowerCut, done); err != nil {
		return a.fail("write", journalName, err)
	}
	a.remember(done)
	return nil
}

func (a *Archive) remember(done record) {
	a.mu.Lock()
	a.index.apply(done, 0)
	a.mu.Unlock()
	a.manifest.add(done)
}

// claim takes a name for a recording; it is false when another one has it.
func (a *Archive) claim(name string, r record) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	id := fileID{r.ID, r.Format}
	if owner, taken := a.index.owners[name]; taken && owner != id {
		return false
	}
	a.index.owners[name] = id
	return true
}

func (a *Archive) unclaim(name string, r record) {
	a.mu.Lock()
	defer a.mu.Unlock()
	id := fileID{r.ID, r.Format}
	if a.index.owners[name] == id && a.index.done[id].path != name {
		delete(a.index.owners, name)
	}
}

// look reports whether the file of that name holds exactly what r says. It
// reads the file only when its size is right.
func (a *Archive) look(name string, r record) (same bool, err error) {
	info, err := a.root.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() != r.Bytes {
		return false, ignoreMissing(err)
	}
	sum, err := a.sumFile(name)
	return sum == r.SHA256, err
}

func (a *Archive) sumFile(name string) (checksum, error) {
	f, err := openPlain(a.root, name, os.O_RDONLY, 0)
	if err != nil {
		return checksum{}, err
	}
	defer func() { _ = f.Close() }() // it was only read
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return checksum{}, fmt.Errorf("read %s: %w", name, err)
	}
	return checksum(h.Sum(nil)), nil
}

func ignoreMissing(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}
