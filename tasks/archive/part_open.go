package archive

import (
	"errors"
	"io"
	"os"

	"example.com/hikgrab/tasks/archive/disk"
)

// Create opens the part of a recording, with what an earlier attempt or run
// left in it. It gives an InUse error while the same recording is being
// written, and a Full error when what is announced does not fit beside what is
// already being written.
func (a *Archive) Create(it Item) (*Part, error) {
	id := identify(it)
	p := &Part{archive: a, item: it, id: id, name: partName(id)}
	p.mu.Lock() // a Close of the Archive that sees the part waits until it is open
	defer p.mu.Unlock()
	if err := a.admit(p); err != nil {
		return nil, a.fail("create", p.name, err)
	}
	if err := p.open(); err != nil {
		p.ended = true
		a.dismiss(p)
		return nil, a.fail("create", p.name, err)
	}
	return p, nil
}

// admit enters a part among the open ones if it is the only one of its
// recording and if there is room for it.
func (a *Archive) admit(p *Part) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	var have int64
	if info, err := a.root.Lstat(p.name); err == nil {
		have = min(info.Size(), a.index.kept[p.id])
	}
	p.offset.Store(have)
	return a.enter(p)
}

// enter is admit for a part that knows how much of it is there. It is called
// with a.mu held.
func (a *Archive) enter(p *Part) error {
	if a.closed {
		return os.ErrClosed
	}
	if _, open := a.parts[p.id]; open {
		return &Error{
			Op: "create", Path: printable(a.path(p.name)), Kind: InUse,
			Err: errors.New("this recording is being written already, for another camera line or row"),
		}
	}
	if err := a.room(p.missing()); err != nil {
		return err
	}
	a.parts[p.id] = p
	return nil
}

func (a *Archive) dismiss(p *Part) {
	a.mu.Lock()
	delete(a.parts, p.id)
	a.mu.Unlock()
}

// missing is what is announced and not yet written.
func (p *Part) missing() int64 {
	have := p.offset.Load()
	size := max(have, p.item.Recording.Size)
	need := size - have
	if p.item.format() != Raw {
		need += max(0, size+p.item.share(size)-p.converted.Load())
	}
	return need
}

// open opens the file and drops bytes beyond those that the journal vouches
// for: after a power cut they may be anything. Where renaming is linking and
// unlinking, a failing disk can leave a finished file that has the part's name as
// well: that name goes, for writing to it would change the finished file.
func (p *Part) open() error {
	f, err := p.archive.root.OpenPlain(p.name, os.O_CREATE|os.O_RDWR)
	if errors.Is(err, disk.ErrLinked) {
		p.offset.Store(0)
		if err = p.archive.removePart(p.id); err == nil {
			f, err = p.archive.root.OpenPlain(p.name, os.O_CREATE|os.O_RDWR)
		}
	}
	if err != nil {
		return err
	}
	have := p.offset.Load()
	err = p.archive.vouch(p.id, have) // for no more than is left, whoever took the rest
	if err == nil {
		err = f.Truncate(have)
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	if _, err := f.Seek(have, io.SeekStart); err != nil {
		return errors.Join(err, f.Close())
	}
	p.file, p.saved = p.archive.wrap(f), have
	return nil
}
