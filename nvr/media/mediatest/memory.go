package mediatest

import (
	"bytes"
	"io"
)

// Memory is a file in memory.
type Memory struct {
	B  []byte
	at int64
}

// Write writes at the current position.
func (f *Memory) Write(p []byte) (int, error) {
	if need := f.at + int64(len(p)); need > int64(len(f.B)) {
		f.B = append(f.B, make([]byte, need-int64(len(f.B)))...)
	}
	copy(f.B[f.at:], p)
	f.at += int64(len(p))
	return len(p), nil
}

// Seek moves the current position.
func (f *Memory) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += f.at
	case io.SeekEnd:
		offset += int64(len(f.B))
	}
	f.at = offset
	return offset, nil
}

// Movie parses what was written.
func (f *Memory) Movie() (Movie, error) { return ReadMovie(bytes.NewReader(f.B), int64(len(f.B))) }
