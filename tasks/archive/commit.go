package archive

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"path"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/media"
)

// notesLimit bounds what one line of the journal can become.
const notesLimit = 8

// proof is what is known of a part that is whole.
type proof struct {
	done   record // of the raw file
	ext    string // of the raw file
	report media.Report
	stays  bool    // no MP4 can be made of it
	movie  *record // the MP4 that was made of it, or its clip, synced but without its name yet
	beside bool    // the raw file is kept as well
	uncut  bool    // the movie is whole although a clip is wanted, and will be the next time
}

// raw reports whether the raw file gets a name.
func (pr *proof) raw() bool { return pr.movie == nil || pr.beside }

// Commit checks the part, makes the MP4 of it where that is wanted, or the clip,
// gives what is to be kept its final name without replacing anything, and only then notes
// it in journal and manifest. On failure the part is gone when it is Damaged,
// and kept otherwise. When ctx ends the part is kept and its cause returned.
//
// What came damaged is Damaged once, so that it is fetched again; when it comes
// the same it is kept, with a note.
func (p *Part) Commit(ctx context.Context, t Try) (File, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return File{}, p.archive.fail("commit", p.name, errEnded)
	}
	pr, err := p.prove(t)
	if err == nil {
		err = p.convert(ctx, &pr)
	}
	if err == nil && pr.raw() {
		err = p.seal()
	}
	switch {
	case err == nil:
		return p.become(&pr)
	case KindOf(err) == Damaged:
		return File{}, errors.Join(err, p.drop())
	}
	return File{}, errors.Join(err, p.leave())
}

// prove finds out whether the part is a whole recording.
func (p *Part) prove(t Try) (pr proof, err error) {
	if pr.ext, err = p.check(t.Receipt); err != nil {
		return pr, err
	}
	sum, report, err := p.hashing().finish(p.offset.Load())
	p.hash = nil
	p.behind.Wait()
	if err != nil {
		return pr, p.archive.fail("read", p.name, err)
	}
	notes, err := p.judge(sum, &report, t)
	if err != nil {
		return pr, err
	}
	pr.report = report
	pr.stays = report.Unfit != nil || pr.ext != ".mpg"
	pr.done = itemRecord(doneRecord, p.item)
	pr.done.Bytes, pr.done.SHA256, pr.done.Attempts, pr.done.At = p.offset.Load(), sum, t.Number, p.archive.now()
	pr.done.remark(t.Receipt.Notes...)
	pr.done.remark(notes...)
	pr.done.measure(p.item.Recording, &report)
	return pr, nil
}

// seal makes the part ready to be the finished file.
func (p *Part) seal() error {
	_ = p.file.Chmod(p.archive.perm) // volumes without permissions refuse; see restrict
	return p.archive.fail("sync", p.name, syncPart(p.file))
}

// become ends the part. Afterwards there are finished files, or, if no name
// could be given to them, a part that lacks nothing. The raw file goes first: a
// crash in between leaves it whole and known, and Convert does the rest.
func (p *Part) become(pr *proof) (File, error) {
	a := p.archive
	if !pr.raw() {
		f, err := p.completeMovie(pr)
		if err != nil {
			return File{}, errors.Join(err, p.leave())
		}
		if err := p.drop(); err != nil {
			a.log.Warn("A part of which an MP4 was made could not be removed; the next start does it", "part", p.name, "error", err)
		}
		return f, nil
	}
	defer a.dismiss(p)
	p.ended = true
	if err := p.file.Close(); err != nil {
		return File{}, a.fail("close", p.name, err)
	}
	var more []record
	if pr.stays && pr.done.Track.Stream() != nvr.Photo {
		more = append(more, record{Type: staysRecord, ID: p.id})
	}
	f, err := a.complete(pr.done, a.layout.names(p.item.whole(), pr.ext), more...)
	if err != nil {
		return File{}, errors.Join(err, a.vouch(p.id, pr.done.Bytes))
	}
	if pr.movie != nil {
		return p.completeMovie(pr)
	}
	return f, nil
}

// completeMovie completes the MP4. Where it is whole although a clip is wanted,
// it is noted that the clip can be no other.
func (p *Part) completeMovie(pr *proof) (File, error) {
	it, more := p.item, []record(nil)
	if pr.uncut {
		more = append(more, uncutOf(fileID{p.id, MP4, it.clip()}))
	}
	if pr.movie.Clip == (clip{}) {
		it = it.whole()
	}
	return p.archive.complete(*pr.movie, p.archive.layout.names(it, ".mp4"), more...)
}

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
	f, err := openRead(a.root, name)
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
