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

// The hasher gets the data in pieces, and this many may wait for it. Copies
// have at most this size.
const (
	pieceSize  = 256 << 10
	pieceQueue = 4
)

var copies = sync.Pool{New: func() any { return new([pieceSize]byte) }}

// piece is a part of the file at an offset.
type piece struct {
	bytes []byte
	at    int64
	done  func() // the bytes may change now
}

// hasher computes the SHA-256 of a part and scans it on its own goroutine,
// beside the download, from the very bytes that are written. It never slows a
// faster download: what does not fit into the queue is read from the file
// afterwards, and so is what the part already held. One goroutine writes to it
// and ends it with finish or discard.
type hasher struct {
	file   io.ReaderAt
	after  func(total int64)
	in     chan piece
	done   chan struct{}
	cancel atomic.Bool

	sumOnly bool // compute only the checksum

	// The goroutine's own until done is closed.
	hash  hash.Hash
	scan  media.Scanner
	total int64
	err   error
}

// newHasher calls after with the number of bytes hashed, after each piece.
func newHasher(file io.ReaderAt, scan media.Scanner, after func(total int64)) *hasher {
	h := &hasher{
		file: file, after: after, hash: sha256.New(), scan: scan,
		in: make(chan piece, pieceQueue), done: make(chan struct{}),
	}
	go h.run()
	return h
}

func (h *hasher) run() {
	defer close(h.done)
	for p := range h.in {
		h.catchUp(p.at)
		if h.err == nil && !h.cancel.Load() {
			h.take(p.bytes)
		}
		p.done()
	}
}

func (h *hasher) take(b []byte) {
	h.hash.Write(b)
	if !h.sumOnly {
		_, _ = h.scan.Write(b) // it accepts everything until it is asked for its report
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
	buffer := copies.Get().(*[pieceSize]byte)
	defer copies.Put(buffer)
	for h.err == nil && h.total < to {
		if h.cancel.Load() {
			h.err = errCanceled
			return
		}
		b := buffer[:min(pieceSize, to-h.total)]
		n, err := h.file.ReadAt(b, h.total)
		if h.take(b[:n]); n < len(b) {
			h.err = err // never nil for a short read
		}
	}
}

// write hands over b, at that offset of the file, until it calls done, or a
// copy of it if done is nil. If the queue is full, the bytes are read from the
// file later.
func (h *hasher) write(b []byte, at int64, done func()) {
	full := func() bool { return len(h.in) == cap(h.in) } // nobody else sends
	switch {
	case done != nil && full():
		done()
		return
	case done != nil:
		h.in <- piece{b, at, done}
		return
	}
	for len(b) > 0 && !full() {
		buffer := copies.Get().(*[pieceSize]byte)
		n := copy(buffer[:], b)
		h.in <- piece{buffer[:n], at, func() { copies.Put(buffer) }}
		b, at = b[n:], at+int64(n)
	}
}

// finish waits for the checksum and the scan of the first size bytes of the
// file.
func (h *hasher) finish(size int64) (disk.Sum, media.Report, error) {
	close(h.in)
	<-h.done
	if h.catchUp(size); h.err != nil {
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
