package archive

import (
	"context"
	"errors"
	"fmt"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/media"
	"example.com/hikgrab/tasks/archive/disk"
)

// proof is what is known of a complete part.
type proof struct {
	done   record // of the raw file
	ext    string // of the raw file
	report media.Report
	stays  bool    // it cannot be made into an MP4
	movie  *record // the MP4 made from it, or its clip, synced but not yet named
	beside bool    // the raw file is kept as well
	uncut  bool    // the movie is whole although a clip is wanted, and will be next time
}

// raw reports whether the raw file gets a name.
func (pr *proof) raw() bool { return pr.movie == nil || pr.beside }

// Commit checks the part and makes the MP4 or the clip if one is wanted. It
// gives what is to be kept its final name without replacing anything, and only
// then notes it in journal and manifest. On failure the part is removed if it
// is Damaged, and kept otherwise. If ctx ends, the part is kept and the cause
// returned.
//
// A damaged recording is Damaged once, so that it is fetched again. If it comes
// the same again, it is kept with a note.
func (p *Part) Commit(ctx context.Context, t Try) (File, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended != nil {
		return File{}, p.archive.fail("commit", p.name, p.ended)
	}
	pr, err := p.prove(t)
	if err == nil {
		err = p.convert(ctx, &pr)
	}
	if err == nil && !p.Whole() {
		err = p.provePiece(&pr)
	}
	if err == nil && pr.raw() {
		p.archive.root.Publish(p.file)
		err = p.archive.fail("sync", p.name, disk.Sync(p.file))
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
	if p.told == nil {
		if pr.ext, err = p.check(t.Receipt); err != nil {
			return pr, err
		}
	}
	hash := p.hashing()
	sum, report, err := hash.finish(p.Offset())
	p.hash = nil
	p.behind.Wait()
	if err != nil {
		return pr, p.archive.fail("read", p.name, err)
	}
	if p.told != nil {
		return p.proveTold(sum)
	}
	if p.movie != nil {
		_, p.movie.err = hash.scan.Remuxed()
	}
	notes, err := p.review(sum, &report, t)
	if err != nil {
		return pr, err
	}
	pr.report = report
	pr.stays = report.Unfit != nil || pr.ext != ".mpg"
	pr.done = itemRecord(p.item)
	pr.done.Bytes, pr.done.SHA256, pr.done.Attempts, pr.done.At = p.Offset(), sum, t.Number, p.archive.now()
	pr.done.remark(t.Receipt.Notes...)
	pr.done.remark(notes...)
	pr.done.measure(p.item.between(p.span), &report)
	return pr, nil
}

// check decides whether the part is a whole recording, and its extension. What
// is wrong with it comes back as Damaged.
func (p *Part) check(r nvr.Receipt) (ext string, err error) {
	switch have := p.Offset(); { // nvr has decided how many bytes the whole recording has
	case have == 0:
		return "", p.damaged(errors.New("nothing came"))
	case have != r.Length:
		return "", p.damaged(fmt.Errorf("%d bytes are in the file, the recording has %d", have, r.Length))
	}
	// Somebody may have changed the file meanwhile.
	if info, err := p.archive.root.Lstat(p.name); err != nil {
		return "", p.archive.fail("check", p.name, err)
	} else if info.Size() != p.Offset() {
		return "", p.damaged(fmt.Errorf("the part has %d bytes, but %d were written", info.Size(), p.Offset()))
	}
	head, err := readHead(p.file)
	if err != nil {
		return "", p.archive.fail("check", p.name, err)
	}
	c, announced := media.Sniff(head), p.item.Recording.Size
	if ext = extensionOf(c); ext == "" && (announced <= 0 || p.Offset() == announced) && !c.Message() {
		return foreignExt, nil // judge decides
	}
	if ext == "" {
		return "", p.damaged(fmt.Errorf("it begins with %q, which is not a recording", head[:min(len(head), 8)]))
	}
	return ext, nil
}

func (p *Part) damaged(err error) error {
	return &Error{Op: "check", Path: p.archive.show(p.name), Kind: Damaged, Err: err}
}

// become ends the part. Afterwards there are finished files or, if they could
// not be named, a complete part. The raw file goes first: a crash in between
// leaves it whole and known, and Convert does the rest.
func (p *Part) become(pr *proof) (File, error) {
	a := p.archive
	if !pr.raw() {
		f, err := a.completeMovie(p.item, pr)
		if err != nil {
			return File{}, errors.Join(err, p.leave())
		}
		if err := p.drop(); err != nil {
			a.log.Warn("A part that has become an MP4 could not be removed; the next start does it", "part", p.name, "error", err)
		}
		return f, nil
	}
	defer p.room.release()
	p.ended = errEnded
	if err := p.file.Close(); err != nil {
		return File{}, a.fail("close", p.name, err)
	}
	var more []record
	if pr.stays && pr.done.Track.Stream() != nvr.Photo {
		more = append(more, record{Type: staysRecord, ID: pr.done.ID})
	}
	if p.id.kept() != pr.done.ID {
		more = append(more, record{Type: keptRecord, ID: p.id.kept()}) // nothing of the part is left
	}
	f, err := a.complete(p.name, pr.done, a.layout.names(p.item.whole(), pr.done.ID, pr.ext), more...)
	switch {
	case err != nil:
		return File{}, errors.Join(err, a.vouch(p.id, pr.done.Bytes))
	case pr.movie != nil:
		return a.completeMovie(p.item, pr)
	}
	return f, nil
}

// completeMovie completes the MP4. If it is whole although a clip is wanted, it
// notes that there can be no shorter one.
func (a *Archive) completeMovie(it Item, pr *proof) (File, error) {
	var more []record
	if pr.uncut {
		more = append(more, uncutOf(fileID{pr.movie.ID, asMovie, it.clip()}))
	}
	if pr.movie.Clip == (clip{}) {
		it = it.whole()
	}
	return a.complete(pr.movie.fileID().part(), *pr.movie, a.layout.names(it, pr.movie.ID, ".mp4"), more...)
}
