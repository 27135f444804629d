package splice

import (
	"fmt"
	"io"
	"os"
	"time"

	"example.com/hikgrab/nvr/media/mp4"
)

// Piece is an MP4 and its place in time.
type Piece struct {
	// Name is for messages.
	Name string
	// Open opens the piece for reading. It is called more than once; each input is
	// closed before the next is opened. The content must not change between Plan
	// and Write.
	Open func() (Input, error)
	// Start is the wall clock of the first picture shown. Only differences matter,
	// so any zone will do if all pieces use the same.
	Start time.Time
	// Mute leaves the piece's sound out.
	Mute bool
}

// Input is an MP4 open for reading.
type Input interface {
	io.ReaderAt
	io.Closer
	Size() int64 // in bytes
}

// FromFile returns an open file as an input. The file is closed with the input,
// or on error.
func FromFile(f *os.File) (Input, error) {
	info, err := f.Stat()
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	return diskFile{f, info.Size()}, nil
}

type diskFile struct {
	*os.File
	size int64
}

func (f diskFile) Size() int64 { return f.size }

// read opens the piece, reads its index, calls use, and closes the piece.
func (p Piece) read(use func(in Input, m *mp4.Movie) error) error {
	in, err := p.Open()
	if err != nil {
		return p.failed(err)
	}
	defer func() { _ = in.Close() }()
	m, err := mp4.Read(in, in.Size())
	if err != nil {
		return p.failed(err)
	}
	if p.Mute {
		m.Sound = nil
	}
	return use(in, m)
}

func (p Piece) failed(err error) error { return fmt.Errorf("read %s: %w", p.Name, err) }

// Span is the wanted time range, in the clock of Piece.Start. A zero end is
// open.
type Span struct{ From, To time.Time }
