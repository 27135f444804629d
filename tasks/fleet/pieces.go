package fleet

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

// MostPiece limits the bytes of a file in one message.
const MostPiece = 256 << 10

// Piece asks a machine for a piece of a finished file. With no bytes it only
// asks whether the machine is there.
type Piece struct {
	File  archive.Ref `json:"file"`
	From  int64       `json:"from"`
	Bytes int         `json:"bytes"`
}

// The first byte of an answer to a Piece.
const (
	pieceIs   = 0 // the bytes follow
	pieceGone = 1 // the file is gone or another one
	pieceLost = 2 // it cannot be read: a sentence follows
)

// answers pools buffers for answers to a Piece.
var answers = sync.Pool{New: func() any { return new([1 + MostPiece]byte) }}

// Recycle takes back an answer to a KindPiece that has been sent.
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

// Asker sends requests to machines.
type Asker interface {
	// Ask sends a request to a machine and waits for the answer until ctx ends.
	// ErrAbsent means that no such machine listens.
	Ask(ctx context.Context, to MachineID, kind Kind, data []byte) ([]byte, error)
}

// LostError says, in a sentence, why a machine cannot read a file it has.
type LostError struct{ Reason string }

func (e *LostError) Error() string { return e.Reason }

// AskPiece asks a machine for a piece of a file. It returns ErrAbsent if no
// such machine listens, archive.ErrNotHere if the machine no longer has that
// file, and a LostError if it cannot read it.
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

// Aside is other work that uses the machines' connections beside the downloads:
// collecting files. Its methods return at once.
type Aside interface {
	Open() bool // machines are still needed, though every recorder has ended
	Active() int
	SetLimit(bytesPerSecond int64)
}

// noAside is for a run that collects nothing.
type noAside struct{}

func (noAside) Open() bool     { return false }
func (noAside) Active() int    { return 0 }
func (noAside) SetLimit(int64) {}
