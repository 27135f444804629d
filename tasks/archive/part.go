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
	"example.com/hikgrab/tasks/archive/disk"
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

// hashing starts the disk.Sum when bytes come, not before, because most
// downloads begin with Reset.
func (p *Part) hashing() *hasher {
	if p.hash == nil {
		p.hash = newHasher(p.file, p.checkpoint)
		p.hash.scan.DropAudio = p.item.DropAudio
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
		err := disk.Sync(p.file)
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
	err := disk.Sync(p.file)
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
	return errors.Join(disk.IgnoreMissing(a.root.Remove(partName(id))), a.vouch(id, 0))
}

// removeMade removes a file that was on its way to a final name.
func (a *Archive) removeMade(id fileID) error {
	if id.format == Raw {
		return a.removePart(id.recording)
	}
	return disk.IgnoreMissing(a.root.Remove(id.part()))
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
