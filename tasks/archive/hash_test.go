package archive

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"

	"pgregory.net/rapid"

	"example.com/hikgrab/nvr/media"
)

// However the bytes are cut, however much was there before and however far the
// hasher falls behind, the disk.Sum is that of the whole.
func TestHashOfAnyCut(t *testing.T) {
	whole := movie(1, 2<<20)
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
	h := newHasher(brokenFile{}, media.Scanner{}, func(int64) {})
	h.write([]byte("tail"), 100, nil)
	if _, _, err := h.finish(104); !errors.Is(err, syscall.EIO) {
		t.Errorf("finish: %v", err)
	}
	h = newHasher(bytes.NewReader([]byte("short")), media.Scanner{}, func(int64) {})
	if _, _, err := h.finish(104); !errors.Is(err, io.EOF) {
		t.Errorf("finish of a file that lost bytes: %v", err)
	}
	h = newHasher(bytes.NewReader(movie(1, 1<<20)), media.Scanner{}, func(int64) {})
	h.write([]byte("tail"), 1<<20, nil)
	h.discard()
}

// BenchmarkWrite is what the disk.Sum costs the goroutine that downloads; the
// pieces are as large as its buffer.
func BenchmarkWrite(b *testing.B) {
	piece := movie(1, 256<<10)
	b.Run("part", func(b *testing.B) {
		a, err := Open(b.TempDir(), nil)
		if err != nil {
			b.Fatal(err)
		}
		defer closing(b, a)
		p, err := a.Create(item(0, 0))
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(int64(len(piece)))
		for b.Loop() {
			if _, err := p.Write(piece); err != nil {
				b.Fatal(err)
			}
			if p.Offset() >= 512<<20 {
				if err := p.Reset(); err != nil {
					b.Fatal(err)
				}
			}
		}
	})
	b.Run("bare file", func(b *testing.B) {
		f, err := os.Create(filepath.Join(b.TempDir(), "f"))
		if err != nil {
			b.Fatal(err)
		}
		defer closing(b, f)
		b.SetBytes(int64(len(piece)))
		written := 0
		for b.Loop() {
			n, err := f.Write(piece)
			if written += n; err == nil && written >= 512<<20 {
				_, err = f.Seek(0, io.SeekStart)
				err = errors.Join(err, f.Truncate(0))
				written = 0
			}
			if err != nil {
				b.Fatal(err)
			}
		}
	})
}
