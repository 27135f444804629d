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
	"example.com/hikgrab/nvr/media"
	"example.com/hikgrab/tasks/archive/disk"
)

// Part is a recording on its way to disk. It is an nvr.Sink for one goroutine;
// Commit or Close ends it.
type Part struct {
	archive *Archive
	item    Item
	id      fileID
	name    string // under the output directory
	span    Span   // the requested time; zero: the whole recording
	room    *reservation
	told    *record // as reported by its machine, so only the checksum is left to check; nil if it is fetched

	mu     sync.Mutex // against Archive.Close, and whoever needs its room
	file   partFile
	hash   *hasher        // nil until bytes come
	movie  *movieFile     // made by the hasher; nil if none is
	ended  error          // why nothing more can be done with it
	behind sync.WaitGroup // an active checkpoint
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
// left in it. It returns an InUse error while the same recording is being
// written, NoRoom if the announced size does not fit now, and TooLarge if it
// never will.
func (a *Archive) Create(it Item) (*Part, error) {
	return a.create(&Part{archive: a, item: it, id: sentOf(identify(it))}, it.Recording.Size)
}

// create opens a part with that announced size.
func (a *Archive) create(p *Part, size int64) (*Part, error) {
	p.name = p.id.part()
	p.mu.Lock() // a concurrent Archive.Close waits until it is open
	defer p.mu.Unlock()
	p.room = &reservation{id: p.id.recording, name: p.name, size: size, part: p}
	switch {
	case p.told != nil:
	case p.Whole():
		p.room.more = p.item.more
	default: // its MP4 and the clip of that
		p.room.more = func(size int64) int64 { return plus(size, size) }
	}
	if info, err := a.root.Lstat(p.name); err == nil {
		a.mu.Lock()
		p.room.written.Store(min(info.Size(), a.index.kept[p.id.kept()]))
		a.mu.Unlock()
	}
	if _, err := a.reserve(p.room); err != nil {
		return nil, err
	}
	if err := p.open(); err != nil {
		p.ended = errEnded
		p.room.release()
		return nil, a.fail("create", p.name, err)
	}
	return p, nil
}

// open opens the file and drops bytes beyond those that the journal vouches
// for: after a power cut they may be anything. Where renaming is linking and
// unlinking, a failing disk can leave a finished file that also has the part's
// name. That name is removed, because writing to it would change the finished
// file.
func (p *Part) open() error {
	root := p.archive.root
	f, err := root.OpenPlain(p.name, os.O_CREATE|os.O_RDWR)
	if errors.Is(err, disk.ErrLinked) {
		p.room.written.Store(0)
		if err = p.archive.removePart(p.id); err == nil {
			f, err = root.OpenPlain(p.name, os.O_CREATE|os.O_RDWR)
		}
	}
	if err != nil {
		return err
	}
	have := p.room.written.Load()
	err = p.archive.vouch(p.id, have) // for no more than is left, whoever took the rest
	if err == nil {
		err = f.Truncate(have)
	}
	if err == nil {
		_, err = f.Seek(have, io.SeekStart)
	}
	if err != nil {
		return errors.Join(err, f.Close())
	}
	p.file, p.saved = p.archive.wrap(f), have
	return nil
}

// Expect notes how many bytes the recorder now announces in all. It returns
// NoRoom or TooLarge like Create.
func (p *Part) Expect(size int64) error { return p.archive.fail("write", p.name, p.room.expect(size)) }

// Write appends bytes and does not keep b. If it fails, the bytes that it
// reports as written count. If room is short, the part that outgrew its
// announcement goes first.
func (p *Part) Write(b []byte) (int, error) { return p.Keep(b, nil) }

// Keep is Write, but may read b until it calls done, unless that is nil.
func (p *Part) Keep(b []byte, done func()) (int, error) {
	n, err := p.append(b, done)
	for kind := KindOf(err); kind == Full || kind == NoRoom; kind = KindOf(err) {
		largest := p.archive.outgrown()
		if largest == nil {
			break
		}
		largest.giveUp()
		var more int
		more, err = p.append(b[n:], nil)
		n += more
	}
	if errors.Is(err, errOutgrown) {
		p.giveUp()
	}
	return n, err
}

// append writes b. With done, b is handed over until done is called, at the
// latest when the part ends; without it b is copied.
func (p *Part) append(b []byte, done func()) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	taken := false
	defer func() {
		if done != nil && !taken {
			done()
		}
	}()
	if p.ended != nil {
		return 0, p.archive.fail("write", p.name, p.ended)
	}
	if err := p.room.grant(int64(len(b))); err != nil {
		return 0, p.archive.fail("write", p.name, err)
	}
	n, err := p.file.Write(b)
	if n > 0 {
		p.hashing().write(b[:n], p.Offset(), done)
		taken = true
		p.room.written.Add(int64(n))
	}
	if err == nil && n < len(b) {
		err = io.ErrShortWrite
	}
	return n, p.archive.fail("write", p.name, p.archive.explain(err, p.Offset()))
}

// giveUp ends a part that took room that others need.
func (p *Part) giveUp() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended != nil {
		return
	}
	p.archive.log.Warn("A recording is larger than announced; the space kept for it is released", "part", p.name, "bytes", p.Offset(), "announced", p.room.size)
	if err := p.drop(); err != nil {
		p.archive.log.Warn("A part could not be removed", "part", p.name, "error", err)
	}
	p.ended = errOutgrown
}

// hashing starts the checksum when bytes come, not earlier, because most
// downloads begin with Reset.
func (p *Part) hashing() *hasher {
	if p.hash == nil {
		p.movie = p.newMovieFile()
		scan := media.Scanner{Options: p.item.remuxing(p.room.size)}
		if p.movie != nil {
			scan.Movie = p.movie
		}
		p.hash = newHasher(p.file, scan, p.checkpoint)
		p.hash.sumOnly = p.told != nil
	}
	return p.hash
}

// Offset returns the number of bytes in the part.
func (p *Part) Offset() int64 { return p.room.written.Load() }

// Tail fills b with the last bytes of the part, which must have that many.
func (p *Part) Tail(b []byte) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	err := p.ended
	if err == nil {
		_, err = p.file.ReadAt(b, p.Offset()-int64(len(b)))
	}
	return p.archive.fail("read", p.name, err)
}

// Reset drops all bytes of the part.
func (p *Part) Reset() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended != nil {
		return p.archive.fail("reset", p.name, p.ended)
	}
	p.quiet()
	if p.Offset() == 0 {
		return nil
	}
	// First the journal: an old line must not vouch for new bytes.
	err := p.archive.vouch(p.id, 0)
	if err == nil {
		p.saved = 0
		err = p.file.Truncate(0)
	}
	if err == nil {
		_, err = p.file.Seek(0, io.SeekStart)
	}
	if err == nil {
		p.room.written.Store(0)
	}
	return p.archive.fail("reset", p.name, err)
}

// quiet stops the part's goroutines and waits for them.
func (p *Part) quiet() {
	if p.hash != nil {
		p.hash.discard()
		p.hash = nil
	}
	p.movie.drop()
	p.behind.Wait()
}

// Close leaves the part for a later attempt. After Commit it does nothing.
func (p *Part) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.archive.fail("close", p.name, p.leave())
}

// leave ends the part and keeps its bytes, if there are any.
func (p *Part) leave() error {
	if p.ended != nil {
		return nil
	}
	if p.Offset() == 0 {
		return p.drop()
	}
	defer p.room.release()
	p.quiet()
	p.ended = errEnded
	err := disk.Sync(p.file)
	if err == nil {
		err = p.archive.vouch(p.id, p.Offset())
	}
	return errors.Join(err, p.file.Close())
}

// drop ends the part and removes it.
func (p *Part) drop() error {
	defer p.room.release()
	p.quiet()
	p.ended = errEnded
	return errors.Join(p.file.Close(), p.archive.removePart(p.id))
}
