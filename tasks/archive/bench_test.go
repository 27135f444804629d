package archive_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"

	"example.com/hikgrab/tasks/archive"
)

// BenchmarkStored measures the cost per recording of a second run, and of a
// first run before it fetches.
func BenchmarkStored(b *testing.B) {
	a := open(b, b.TempDir())
	commit(b, a, item(0, 1000), movie(1, 1000))
	for name, it := range map[string]archive.Item{"done": item(0, 1000), "missing": item(1, 1000)} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				if _, ok := a.Stored(it); ok != (name == "done") {
					b.Fatal(ok)
				}
			}
		})
	}
}

// BenchmarkCommit measures the cost of a recording besides its bytes:
// everything that must reach the disk.
func BenchmarkCommit(b *testing.B) {
	a := open(b, b.TempDir())
	movie := movie(1, 100_000)
	for n := 0; b.Loop(); n++ {
		commit(b, a, item(n, 0), movie)
	}
}

// BenchmarkWrite measures the cost of the checksum for the goroutine that
// downloads; the pieces are as large as its buffer.
func BenchmarkWrite(b *testing.B) {
	piece := movie(1, 256<<10)
	b.Run("part", func(b *testing.B) {
		p := create(b, open(b, b.TempDir()), item(0, 0))
		b.SetBytes(int64(len(piece)))
		for b.Loop() {
			if write(b, p, piece); p.Offset() >= 512<<20 {
				must(b, p.Reset())
			}
		}
	})
	b.Run("bare file", func(b *testing.B) {
		f, err := os.Create(filepath.Join(b.TempDir(), "f"))
		must(b, err)
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
			must(b, err)
		}
	})
}
