package archive

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"math/rand/v2"
	"sync/atomic"
	"syscall"
	"testing"

	"pgregory.net/rapid"

	"example.com/hikgrab/nvr/media"
)

// noise returns bytes that are not a recording.
func noise(size int) []byte {
	b := make([]byte, size)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(b) // never fails
	return b
}

// slowFile delays reads until the writer is done, so that the hasher falls
// behind.
type slowFile struct {
	io.ReaderAt
	gate chan struct{}
}

func (f slowFile) ReadAt(b []byte, at int64) (int, error) {
	<-f.gate
	return f.ReaderAt.ReadAt(b, at)
}

type unreadable struct{}

func (unreadable) ReadAt([]byte, int64) (int, error) { return 0, syscall.EIO }

// However the bytes are split, however many were there before and however far
// the hasher falls behind, the checksum is that of the whole.
func TestHashOfAnyCut(t *testing.T) {
	whole := noise(2 << 20)
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(1, len(whole)).Draw(t, "size")
		at := rapid.IntRange(0, size).Draw(t, "kept")
		gate := make(chan struct{})
		slow := rapid.Bool().Draw(t, "slow")
		if !slow {
			close(gate)
		}
		var seen int64
		var kept atomic.Int64
		h := newHasher(slowFile{bytes.NewReader(whole), gate}, media.Scanner{}, func(total int64) { seen = total })
		for at < size {
			n := min(rapid.IntRange(1, 600<<10).Draw(t, "piece"), size-at)
			if rapid.Bool().Draw(t, "handed over") {
				kept.Add(1)
				h.write(bytes.Clone(whole[at:at+n]), int64(at), func() { kept.Add(-1) })
			} else {
				h.write(whole[at:at+n], int64(at), nil)
			}
			at += n
		}
		if slow {
			close(gate)
		}
		sum, _, err := h.finish(int64(size))
		if err != nil || sum != sha256.Sum256(whole[:size]) || seen != int64(size) || kept.Load() != 0 {
			t.Fatalf("finish: %v, %d of %d bytes seen, %d pieces not given back", err, seen, size, kept.Load())
		}
	})
}

func TestHashOfUnreadableFile(t *testing.T) {
	h := newHasher(unreadable{}, media.Scanner{}, func(int64) {})
	h.write([]byte("tail"), 100, nil)
	if _, _, err := h.finish(104); !errors.Is(err, syscall.EIO) {
		t.Errorf("finish: %v", err)
	}
	h = newHasher(bytes.NewReader([]byte("short")), media.Scanner{}, func(int64) {})
	if _, _, err := h.finish(104); !errors.Is(err, io.EOF) {
		t.Errorf("finish of a file that lost bytes: %v", err)
	}
	h = newHasher(bytes.NewReader(noise(1<<20)), media.Scanner{}, func(int64) {})
	h.write([]byte("tail"), 1<<20, nil)
	h.discard()
}
