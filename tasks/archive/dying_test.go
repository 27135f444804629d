package archive_test

import (
	"bytes"
	"errors"
	"math"
	"os"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"

	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
)

// Wherever the disk dies on the way to a clip, its content is enough to
// continue from, and no file on it has a name it does not deserve.
func TestDiskDiesOnTheWayToAClip(t *testing.T) {
	const size = 60_000
	b := simulated(0, simulator.H264, size)
	for format, cause := range map[archive.Format]error{archive.MP4: syscall.ENOSPC, archive.Both: syscall.EIO} {
		it := clipped(format, size, 2, 4)
		healthy := t.TempDir()
		steps := 1 << 20
		steps -= commitUntil(t, healthy, it, b, steps, nil)
		want := tree(t, healthy)
		if steps < 10 || len(want) != int(format) {
			t.Fatalf("%d steps made %v", steps, want)
		}
		for n := range steps + 1 {
			dir := t.TempDir()
			commitUntil(t, dir, it, b, n, cause)
			goOn(t, dir, it, b)
			for _, name := range want {
				if got := fileBytes(t, dir, name); !bytes.Equal(got, fileBytes(t, healthy, name)) {
					t.Errorf("%v after %d steps: %s has %d bytes", cause, n, name, len(got))
				}
			}
			if files, paths := tree(t, dir), manifestPaths(t, dir); !slices.Equal(files, want) || len(paths) != len(want) || parts(t, dir) != 0 {
				t.Errorf("%v after %d steps: %v are there, %v are listed, %d parts", cause, n, files, paths, parts(t, dir))
			}
		}
		t.Logf("%d steps for %v", steps, format)
	}
}

// dying is a disk on which that many operations succeed, and none after that.
type dying struct {
	left atomic.Int64
	err  error
}

func (d *dying) use() error {
	if d.left.Add(-1) < 0 {
		return d.err
	}
	return nil
}

type dyingPart struct {
	*os.File
	disk *dying
}

func (p dyingPart) Write(b []byte) (int, error) {
	if err := p.disk.use(); err != nil {
		return 0, err
	}
	return p.File.Write(b)
}

func (p dyingPart) Sync() error { return errors.Join(p.disk.use(), p.File.Sync()) }

type dyingJournal struct {
	archive.JournalFile
	disk *dying
}

func (j dyingJournal) Write(b []byte) (int, error) {
	if err := j.disk.use(); err != nil {
		return 0, err
	}
	return j.JournalFile.Write(b)
}

func (j dyingJournal) Sync() error { return errors.Join(j.disk.use(), j.JournalFile.Sync()) }

func (j dyingJournal) Truncate(n int64) error {
	return errors.Join(j.disk.use(), j.JournalFile.Truncate(n))
}

// commitUntil commits a recording on a disk that allows that many more
// operations once all of it has come. It returns how many were left.
func commitUntil(t *testing.T, dir string, it archive.Item, b []byte, steps int, cause error) int {
	t.Helper()
	a, err := archive.Open(dir, nil)
	must(t, err)
	disk := &dying{err: cause}
	disk.left.Store(math.MaxInt64)
	a.WrapJournal(func(f archive.JournalFile) archive.JournalFile { return dyingJournal{f, disk} })
	a.WrapParts(func(f *os.File) archive.PartFile { return dyingPart{f, disk} })
	p := create(t, a, it)
	write(t, p, b)
	disk.left.Store(int64(steps))
	_, err = p.Commit(t.Context(), try(1, len(b)))
	left := disk.left.Load()
	if left >= 0 {
		disk.left.Store(10)
	}
	if closed := a.Close(); left >= 0 && errors.Join(err, closed) != nil { // a dead disk cannot be closed either
		t.Fatal(err, closed)
	}
	return int(left)
}

// goOn does what the next start does.
func goOn(t *testing.T, dir string, it archive.Item, b []byte) {
	t.Helper()
	a := open(t, dir)
	defer closing(t, a)
	if _, ok := a.Stored(it); ok {
		return
	}
	if _, ok, err := a.Convert(t.Context(), it); ok || err != nil {
		must(t, err)
		return
	}
	p := create(t, a, it)
	write(t, p, b[p.Offset():])
	_, err := p.Commit(t.Context(), try(2, len(b)))
	must(t, err)
}
