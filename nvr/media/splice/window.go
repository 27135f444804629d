package splice

import (
	"errors"
	"io"
)

const (
	leastAhead = 16 << 10
	mostAhead  = 1 << 20
	// stride is how many bytes a read may skip and still count as sequential.
	stride = 256 << 10
)

// window reads samples from a file. While reads are sequential, it reads ahead,
// more each time. At other places it reads little more than requested.
type window struct {
	src   io.ReaderAt
	at    int64  // offset of buf in the file
	buf   []byte // what was read
	ahead int
}

// read returns bytes of the file. They are valid until the next read.
func (w *window) read(offset int64, size int) ([]byte, error) {
	end := w.at + int64(len(w.buf))
	if offset >= w.at && offset+int64(size) <= end {
		return w.buf[offset-w.at:][:size], nil
	}
	if offset >= w.at && offset <= end+stride && w.ahead > 0 {
		w.ahead = min(2*w.ahead, mostAhead)
	} else {
		w.ahead = leastAhead
	}
	kept := 0
	if offset >= w.at && offset < end {
		kept = copy(w.buf, w.buf[offset-w.at:])
	}
	want := max(size, w.ahead)
	if cap(w.buf) < want {
		w.buf = append(make([]byte, 0, want), w.buf[:kept]...)
	}
	w.buf, w.at = w.buf[:want], offset
	n, err := w.src.ReadAt(w.buf[kept:], offset+int64(kept))
	w.buf = w.buf[:kept+n]
	if len(w.buf) >= size {
		return w.buf[:size], nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return nil, err
}
