package disk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"sync/atomic"
)

// Sum is the SHA-256 of a file.
type Sum [sha256.Size]byte

func (s Sum) String() string { return hex.EncodeToString(s[:]) }

// MarshalText writes the checksum in lower-case hex.
func (s Sum) MarshalText() ([]byte, error) { return hex.AppendEncode(nil, s[:]), nil }

// UnmarshalText reads what MarshalText wrote.
func (s *Sum) UnmarshalText(text []byte) error { return Unhex(s[:], text) }

// Unhex decodes text into to. The text must have exactly as many hex digits as
// to takes.
func Unhex(to, text []byte) error {
	if hex.DecodedLen(len(text)) != len(to) {
		return fmt.Errorf("%d hex digits where %d are wanted", len(text), hex.EncodedLen(len(to)))
	}
	_, err := hex.Decode(to, text)
	return err
}

// Sum reads a plain file and returns its checksum. It adds the bytes to done as
// it reads them. If ctx ends, the error is its cause.
func (d *Dir) Sum(ctx context.Context, name string, done *atomic.Int64) (sum Sum, err error) {
	f, err := d.OpenRead(name)
	if err != nil {
		return sum, err
	}
	defer func() { _ = f.Close() }() // it was only read
	_, sum, err = SumOf(ctx, f, done)
	return sum, err
}

// SumOf reads src to its end and returns its size and checksum, like Dir.Sum.
func SumOf(ctx context.Context, src io.Reader, done *atomic.Int64) (size int64, sum Sum, err error) {
	h := sha256.New()
	size, err = io.CopyBuffer(io.MultiWriter(h, counter{done}), Until(ctx, src), make([]byte, 256<<10))
	return size, Sum(h.Sum(nil)), err
}

// Until returns a reader that fails with the cause of ctx once ctx ends.
func Until(ctx context.Context, src io.Reader) io.Reader { return cancelled{ctx, src} }

type cancelled struct {
	ctx context.Context // the reader lives as long as one call
	src io.Reader
}

func (c cancelled) Read(b []byte) (int, error) {
	if err := context.Cause(c.ctx); err != nil {
		return 0, err
	}
	return c.src.Read(b)
}

// counter counts what has been read.
type counter struct{ read *atomic.Int64 }

func (c counter) Write(b []byte) (int, error) {
	c.read.Add(int64(len(b)))
	return len(b), nil
}
