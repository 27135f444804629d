package fleet

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

// MostPiece is how many bytes of a file one message brings, at most.
const MostPiece = 256 << 10

// Piece asks a machine for a piece of a finished file. Of no bytes it only asks
// whether the machine is there.
type Piece struct {
	File  archive.Ref `json:"file"`
	From  int64       `json:"from"`
	Bytes int         `json:"bytes"`
}

// What the first byte of an answer to a Piece says.
const (
	pieceIs   = 0 // the bytes follow
	pieceGone = 1 // the file is not there any more, or another
	pieceLost = 2 // it cannot be read: a sentence follows
)

// answers are buffers for answers to a Piece.
var answers = sync.Pool{New: func() any { return new([1 + MostPiece]byte) }}

// Recycle takes an answer to a KindPiece back that was sent and is needed no
// more.
func Recycle(answer []byte) {
	if cap(answer) == 1+MostPiece {
		answers.Put((*[1 + MostPiece]byte)(answer[:1+MostPiece]))
	}
}

// piece answers a Piece, no faster than this machine's operator allows.
func (m *Machine) piece(ctx context.Context, data []byte) []byte {
	var p Piece
	m.mu.Lock()
	store := m.store
	m.mu.Unlock()
	if store == nil || decode(data, &p) != nil || p.Bytes < 0 || p.Bytes > MostPiece {
		return nil
	}
	if m.uplink.Wait(ctx, m.upward, p.Bytes) != nil {
		return nil
	}
	answer := answers.Get().(*[1 + MostPiece]byte)[:1+p.Bytes]
	answer[0] = pieceIs
	if p.Bytes == 0 {
		return answer
	}
	switch err := store.ReadPiece(p.File, p.From, answer[1:]); {
	case errors.Is(err, archive.ErrNotHere):
		m.log.Warn("A file that the coordinator asks for is not here any more", "error", err)
		return []byte{pieceGone}
	case err != nil:
		m.log.Warn("A file cannot be read for the coordinator", "error", err)
		return append([]byte{pieceLost}, nvr.CleanText(err.Error(), 200)...)
	}
	return answer
}

// Asker asks machines.
type Asker interface {
	// Ask sends a request to a machine and waits for the answer, no longer than
	// until ctx ends. ErrAbsent means that no such machine listens.
	Ask(ctx context.Context, to MachineID, kind Kind, data []byte) ([]byte, error)
}

// LostError says that a machine cannot read a file that it has: a sentence.
type LostError struct{ Reason string }

func (e *LostError) Error() string { return e.Reason }

// AskPiece asks a machine for a piece of a file. It gives ErrAbsent when no such
// machine listens, archive.ErrNotHere when the machine does not have that file
// any more, and a LostError when it cannot read it.
func AskPiece(ctx context.Context, of Asker, to MachineID, p Piece) ([]byte, error) {
	got, err := of.Ask(ctx, to, KindPiece, encode(p))
	switch {
	case err != nil:
		return nil, err
	case len(got) == 1+p.Bytes && got[0] == pieceIs:
		return got[1:], nil
	case len(got) == 1 && got[0] == pieceGone:
		return nil, archive.ErrNotHere
	case len(got) > 1 && got[0] == pieceLost:
		return nil, &LostError{nvr.CleanText(string(got[1:]), 200)}
	}
	return nil, fmt.Errorf("asked for %d bytes, it sent an answer that cannot be used", p.Bytes)
}

// Aside is what else goes over the lines of the machines beside the downloads:
// the files that are brought home. Its methods return at once.
type Aside interface {
	Open() bool // machines are still needed, though every recorder has ended
	Active() int
	SetLimit(bytesPerSecond int64)
}

// noAside is that of a run that brings nothing home.
type noAside struct{}

func (noAside) Open() bool     { return false }
func (noAside) Active() int    { return 0 }
func (noAside) SetLimit(int64) {}
