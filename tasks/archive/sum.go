package archive

import (
	"context"
	"crypto/sha256"
	"io"
	"os"
	"sync/atomic"
)

// sumNamed returns the checksum of a plain file. The bytes read are added to
// done as they come.
func sumNamed(ctx context.Context, root *os.Root, name string, done *atomic.Int64) (sum checksum, err error) {
	f, err := openRead(root, name)
	if err != nil {
		return sum, err
	}
	defer func() { _ = f.Close() }() // it was only read
	h := sha256.New()
	_, err = io.CopyBuffer(h, countingReader{cancelled{ctx, f}, done}, make([]byte, 256<<10))
	return checksum(h.Sum(nil)), err
}

// sumFile is sumNamed where nobody waits for it.
func (a *Archive) sumFile(name string) (checksum, error) {
	return sumNamed(context.Background(), a.root, name, new(atomic.Int64))
}

// cancelled is a reader that ends with a context.
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

// countingReader lets others see how far a reader is.
type countingReader struct {
	io.Reader
	count *atomic.Int64
}

func (r countingReader) Read(b []byte) (int, error) {
	n, err := r.Reader.Read(b)
	r.count.Add(int64(n))
	return n, err
}
