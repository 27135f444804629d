package archive

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"example.com/hikgrab/nvr/simulator"
)

// dying is a disk on which so many operations succeed yet, and none after that.
type dying struct {
	left int
	err  error
}

func (d *dying) use() error {
	if d.left--; d.left < 0 {
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
	journalFile
	disk *dying
}

func (j dyingJournal) Write(b []byte) (int, error) {
	if err := j.disk.use(); err != nil {
		return 0, err
	}
	return j.journalFile.Write(b)
}

func (j dyingJournal) Sync() error { return errors.Join(j.disk.use(), j.journalFile.Sync()) }

func (j dyingJournal) Truncate(n int64) error {
	return errors.Join(j.disk.use(), j.journalFile.Truncate(n))
}

// Wherever the disk dies on the way to a clip, what it holds then is enough to
// go on from, and nothing on it has a name that it does not deserve.
func TestDiskDiesOnTheWayToAClip(t *testing.T) {
	const size = 60_000
	b := simulated(0, simulator.H264, size)
	for format, cause := range map[Format]error{MP4: syscall.ENOSPC, Both: syscall.EIO} {
		it := shot(0, format, size)
		it.Clip = Span{From: morning.Add(2 * time.Second), To: morning.Add(4 * time.Second)}
		healthy := t.TempDir()
		steps := 1 << 20
		steps -= commitUntil(t, healthy, it, b, &dying{left: steps})
		want := tree(t, healthy)
		if steps < 10 || len(want) != int(format) {
			t.Fatalf("%d steps made %v", steps, want)
		}
		for n := range steps + 1 {
			dir := t.TempDir()
			commitUntil(t, dir, it, b, &dying{n, cause})
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

// commitUntil commits a recording on a disk that dies. It returns how many
// operations the disk would still have borne.
func commitUntil(t *testing.T, dir string, it Item, b []byte, disk *dying) int {
	t.Helper()
	a, err := Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	p := create(t, a, it)
	write(t, p, b)
	a.journal.file = dyingJournal{a.journal.file, disk}
	a.wrap = func(f *os.File) partFile { return dyingPart{f, disk} }
	p.file = dyingPart{p.file.(*os.File), disk}
	_, err = p.Commit(t.Context(), try(1, len(b)))
	left := disk.left
	if left >= 0 {
		disk.left = 10
	}
	if closed := a.Close(); left >= 0 && errors.Join(err, closed) != nil { // a dead disk cannot be closed either
		t.Fatal(err, closed)
	}
	return left
}

// goOn does what the next start does.
func goOn(t *testing.T, dir string, it Item, b []byte) {
	t.Helper()
	a := open(t, dir)
	defer closing(t, a)
	if _, ok := a.Stored(it); ok {
		return
	}
	if _, ok, err := a.Convert(t.Context(), it); ok || err != nil {
		if err != nil {
			t.Error(err)
		}
		return
	}
	p := create(t, a, it)
	write(t, p, b[p.Offset():])
	if _, err := p.Commit(t.Context(), try(2, len(b))); err != nil {
		t.Error(err)
	}
}

func fileBytes(t *testing.T, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Error(err)
	}
	return b
}
