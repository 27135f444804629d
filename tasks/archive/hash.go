package archive

import (
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"sync"
	"sync/atomic"

	"example.com/hikgrab/nvr/media"
	"example.com/hikgrab/tasks/archive/disk"
)

// The hasher gets copies of what is written in pieces of this size, and so
// many of them may wait for it.
const (
	pieceSize  = 256 << 10
	pieceQueue = 4
)

var pieces = sync.Pool{New: func() any { return new(piece) }}

type piece struct {
	bytes [pieceSize]byte
	used  int
	at    int64 // where it stands in the file
}

// hasher computes the SHA-256 of a part and scans it, on a goroutine of its
// own, beside the download. A download that is faster than that is not held up: what
// does not fit into the queue is read from the file afterwards, and so is what
// the part held before. One goroutine writes to it and ends it with finish or
// discard.
type hasher struct {
	file   io.ReaderAt
	after  func(total int64)
	in     chan *piece
	done   chan struct{}
	cancel atomic.Bool

	sumOnly bool // nothing is to be found out but the checksum

	// The goroutine's own until done is closed.
	hash  hash.Hash
	scan  media.Scanner
	total int64
	err   error
}

// newHasher calls after with the number of bytes hashed, after each piece.
func newHasher(file io.ReaderAt, after func(total int64)) *hasher {
	h := &hasher{
		file: file, after: after, hash: sha256.New(),
		in: make(chan *piece, pieceQueue), done: make(chan struct{}),
	}
	go h.run()
	return h
}

func (h *hasher) run() {
	defer close(h.done)
	for p := range h.in {
		h.catchUp(p.at)
		if h.err == nil {
			h.take(p.bytes[:p.used])
		}
		pieces.Put(p)
	}
}

func (h *hasher) take(b []byte) {
	h.hash.Write(b)
	if !h.sumOnly {
		_, _ = h.scan.Write(b) // it takes everything until it is asked for its report
	}
	h.total += int64(len(b))
	h.after(h.total)
}

var errCanceled = errors.New("canceled")

// catchUp hashes the file up to an offset.
func (h *hasher) catchUp(to int64) {
	if h.err != nil || h.total >= to {
		return
	}
	p := pieces.Get().(*piece)
	defer pieces.Put(p)
	for h.err == nil && h.total < to {
		if h.cancel.Load() {
			h.err = errCanceled
			return
		}
		b := p.bytes[:min(pieceSize, to-h.total)]
		n, err := h.file.ReadAt(b, h.total)
		if h.take(b[:n]); n < len(b) {
			h.err = err // never nil for a short read
		}
	}
}

// write takes a copy of b, which stands in the file at that offset, or leaves
// it to be read later.
func (h *hasher) write(b []byte, at int64) {
	for len(b) > 0 && len(h.in) < cap(h.in) {
		p := pieces.Get().(*piece)
		p.used, p.at = copy(p.bytes[:], b), at
		b, at = b[p.used:], at+int64(p.used)
		h.in <- p // nobody else sends: there is room still
	}
}

// finish waits for the disk.Sum of the first size bytes of the file, and for
// what the scan found in them.
func (h *hasher) finish(size int64) (disk.Sum, media.Report, error) {
	close(h.in)
	<-h.done
	h.catchUp(size)
	if h.err != nil {
		return disk.Sum{}, media.Report{}, h.err
	}
	return disk.Sum(h.hash.Sum(nil)), h.scan.Report(), nil
}

// discard stops the hasher and waits for it.
func (h *hasher) discard() {
	h.cancel.Store(true)
	close(h.in)
	<-h.done
}
