package archive

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"sync/atomic"

	"example.com/hikgrab/nvr"
)

// checkpointEvery is how many bytes of a part are at risk in a crash. Syncing
// on the way also keeps the last sync before the final name short.
const checkpointEvery = 64 << 20

// Part is a recording on its way to disk. It is a nvr.Sink. One goroutine uses
// it; Commit or Close ends it.
type Part struct {
	archive *Archive
	item    Item
	id      recordingID
	name    string // under the output directory
	offset  atomic.Int64

	converted atomic.Int64 // bytes of its MP4 written

	mu     sync.Mutex // against Archive.Close
	file   partFile
	hash   *hasher // nil until bytes come
	ended  bool
	behind sync.WaitGroup // a checkpoint under way
	saving atomic.Bool
	saved  int64 // offset of the latest checkpoint; used by the hasher only
}

var _ nvr.Sink = (*Part)(nil)

// partFile is the part of *os.File that a part needs; tests put a full disk
// behind it.
type partFile interface {
	io.Writer
	io.ReaderAt
	io.Closer
	io.Seeker
	Truncate(size int64) error
	Chmod(mode fs.FileMode) error
	Sync() error
}

var errEnded = fmt.Errorf("the part has ended: %w", os.ErrClosed)

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
// for: after a power cut they may be anything.
func (p *Part) open() error {
	if err := p.detach(); err != nil {
		return err
	}
	f, err := openPlain(p.archive.root, p.name, os.O_CREATE|os.O_RDWR, ownFilePerm)
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

// detach takes the part's name away from a file that has its final name as
// well, which a failing disk can leave on systems where renaming is linking
// and unlinking. Writing to it would change the finished file.
func (p *Part) detach() error {
	a := p.archive
	a.mu.Lock()
	announced, ok := a.index.placing[rawOf(p.id)]
	a.mu.Unlock()
	if !ok {
		return nil
	}
	part, err := a.root.Lstat(p.name)
	final, finalErr := a.root.Lstat(announced.Path)
	if err != nil || finalErr != nil || !os.SameFile(part, final) {
		return nil // openPlain meets whatever is wrong with the part
	}
	p.offset.Store(0)
	return a.removePart(p.id)
}

// Write appends bytes and keeps none of b. When it fails, the bytes that it
// reports as written count.
func (p *Part) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return 0, p.archive.fail("write", p.name, errEnded)
	}
	n, err := p.file.Write(b)
	if n > 0 {
		p.hashing().write(b[:n], p.offset.Load())
		p.offset.Add(int64(n))
	}
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	return n, p.archive.fail("write", p.name, p.archive.explain(err, p.offset.Load()))
}

// hashing starts the checksum when bytes come, not before, because most
// downloads begin with Reset.
func (p *Part) hashing() *hasher {
	if p.hash == nil {
		p.hash = newHasher(p.file, p.checkpoint)
	}
	return p.hash
}

// Offset is the number of bytes that the part holds.
func (p *Part) Offset() int64 { return p.offset.Load() }

// Tail fills b with the last bytes that the part holds; there are as many.
func (p *Part) Tail(b []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return p.archive.fail("read", p.name, errEnded)
	}
	_, err := p.file.ReadAt(b, p.offset.Load()-int64(len(b)))
	return p.archive.fail("read", p.name, err)
}

// Reset drops everything the part holds.
func (p *Part) Reset() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return p.archive.fail("reset", p.name, errEnded)
	}
	p.quiet()
	if p.offset.Load() == 0 {
		return nil
	}
	// First the journal: new bytes must not be vouched for by an old line.
	if err := p.archive.vouch(p.id, 0); err != nil {
		return p.archive.fail("reset", p.name, err)
	}
	p.saved = 0
	err := p.file.Truncate(0)
	if err == nil {
		_, err = p.file.Seek(0, io.SeekStart)
	}
	if err == nil {
		p.offset.Store(0)
	}
	return p.archive.fail("reset", p.name, err)
}

// quiet stops the goroutines of the part and waits for them.
func (p *Part) quiet() {
	if p.hash != nil {
		p.hash.discard()
		p.hash = nil
	}
	p.behind.Wait()
}

// checkpoint syncs what is written, now and then, and has the journal vouch
// for it, so that a crash costs no more than checkpointEvery. A failure is left
// to the next Write or Commit to meet.
func (p *Part) checkpoint(total int64) {
	if total-p.saved < p.archive.checkpointEvery || !p.saving.CompareAndSwap(false, true) {
		return
	}
	p.saved = total
	p.behind.Go(func() {
		defer p.saving.Store(false)
		err := syncPart(p.file)
		if err == nil {
			err = p.archive.vouch(p.id, total)
		}
		if err != nil {
			p.archive.log.Warn("A checkpoint failed", "part", p.name, "error", err)
		}
	})
}

// Close leaves the part for a later attempt. It is a no-op after Commit.
func (p *Part) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.archive.fail("close", p.name, p.leave())
}

// leave ends the part and keeps its bytes, if there are any.
func (p *Part) leave() error {
	if p.ended {
		return nil
	}
	if p.offset.Load() == 0 {
		return p.drop()
	}
	defer p.archive.dismiss(p)
	p.quiet()
	p.ended = true
	err := syncPart(p.file)
	if err == nil {
		err = p.archive.vouch(p.id, p.offset.Load())
	}
	return errors.Join(err, p.file.Close())
}

// drop ends the part and removes it.
func (p *Part) drop() error {
	defer p.archive.dismiss(p)
	p.quiet()
	p.ended = true
	return errors.Join(p.file.Close(), p.archive.removePart(p.id))
}

func (a *Archive) removePart(id recordingID) error {
	err := a.root.Remove(partName(id))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return errors.Join(err, a.vouch(id, 0))
}

// removeMade removes a file that was on its way to a final name.
func (a *Archive) removeMade(id fileID) error {
	if id.format == Raw {
		return a.removePart(id.recording)
	}
	return ignoreMissing(a.root.Remove(id.part()))
}

func syncPart(f partFile) error {
	if file, ok := f.(*os.File); ok {
		return syncFile(file)
	}
	return f.Sync()
}

// vouch has the journal say how many bytes of a part are safe. This run
// believes it even if the journal cannot be written; that there are none must
// be in the journal first.
func (a *Archive) vouch(id recordingID, bytes int64) error {
	a.mu.Lock()
	same := a.index.kept[id] == bytes
	if bytes > 0 {
		a.index.keep(id, bytes)
	}
	a.mu.Unlock()
	if same {
		return nil
	}
	if err := a.journal.append(ofPowerCut, record{Type: keptRecord, ID: id, Bytes: bytes}); err != nil {
		return err
	}
	a.mu.Lock()
	a.index.keep(id, bytes)
	a.mu.Unlock()
	return nil
}
