package archive_test

import (
	"errors"
	"math"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"

	"example.com/hikgrab/tasks/archive"
)

func TestDiskFull(t *testing.T) {
	a := open(t, t.TempDir())
	room := 1234
	fillDisk(a, &room)
	full(t, a, 5000, func() { room = 1 << 20 })
}

func TestDiskFullAtSync(t *testing.T) {
	a := open(t, t.TempDir())
	room := 1 << 20
	a.WrapParts(func(f *os.File) archive.PartFile { return fullFile{f, &room, syscall.ENOSPC} })
	p := create(t, a, item(0, 0))
	write(t, p, movie(1, 1000))
	_, err := p.Commit(t.Context(), try(1, 1000))
	wantKind(t, err, archive.Full)
	if files := tree(t, a.Dir()); len(files) != 0 {
		t.Errorf("a file that was not synced has a final name: %v", files)
	}
	a.WrapParts(func(f *os.File) archive.PartFile { return f })
	if p = create(t, a, item(0, 0)); p.Offset() != 0 {
		t.Errorf("%d bytes are kept of which no sync succeeded", p.Offset())
	}
}

// If not even the journal can be written, this run still knows what it has.
func TestJournalFull(t *testing.T) {
	a := open(t, t.TempDir())
	p := create(t, a, item(0, 0))
	b := movie(1, 1000)
	write(t, p, b)
	unwrap := a.WrapJournal(func(f archive.JournalFile) archive.JournalFile { return fullJournal{f} })
	_, err := p.Commit(t.Context(), try(1, 1000))
	wantKind(t, err, archive.Full)
	wantKind(t, a.NoteAttempt(item(0, 0), archive.Attempt{Count: 1}), archive.Full)
	if files := tree(t, a.Dir()); len(files) != 0 {
		t.Errorf("a file that was not announced has a final name: %v", files)
	}
	unwrap()
	p = create(t, a, item(0, 0))
	if p.Offset() != 1000 || a.Attempts(item(0, 0)).Count != 1 {
		t.Errorf("Offset = %d, Attempts %+v", p.Offset(), a.Attempts(item(0, 0)))
	}
	if f, err := p.Commit(t.Context(), try(2, 1000)); err != nil || f.SHA256 != sumOf(b) {
		t.Errorf("Commit when there is room again: %+v, %v", f, err)
	}
}

// What does not fit waits alone, what never will fails alone, and a large file
// that comes slowly keeps no room from the others.
func TestRoom(t *testing.T) {
	const gib = 1 << 30
	a := open(t, t.TempDir())
	a.SetVolume(volumeOf(3*gib, 1000*gib))
	create(t, a, item(0, 2*gib)) // comes slowly
	create(t, a, item(1, 2*gib))
	_, err := a.Create(item(2, 3*gib)) // the floor would not be left
	wantKind(t, err, archive.NoRoom)
	for _, want := range []string{"3072 MiB are needed", "3072 MiB are free", "128 MiB are promised", "256 MiB are kept"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q, want %q in it", err, want)
		}
	}
	create(t, a, item(3, gib))
	for n, size := range []int64{1000 * gib, 1 << 50, math.MaxInt64 - 5, math.MaxInt64} {
		for _, f := range []archive.Format{archive.Raw, archive.MP4} {
			it := item(10+n, size)
			it.Format = f
			_, err = a.Create(it)
			wantKind(t, err, archive.TooLarge)
			if text := err.Error(); strings.Contains(text, "-") && strings.Contains(text, "-8") || !strings.Contains(text, "too small") {
				t.Errorf("%d bytes: %v", size, err)
			}
		}
	}
	create(t, a, item(4, 0)) // nothing announced, so no room reserved
	a.SetVolume(volumeOf(100<<20, 1000*gib))
	_, err = a.Create(item(5, 0))
	wantKind(t, err, archive.NoRoom)
}

// Of the sizes that the search and the answer announce, the larger counts.
func TestRoomByTheAnswer(t *testing.T) {
	a := open(t, t.TempDir())
	a.SetVolume(volumeOf(3<<30, 1000<<30))
	p := create(t, a, item(0, 50))
	if err := errors.Join(p.Expect(1<<20), p.Expect(-1), p.Expect(20)); err != nil {
		t.Error(err)
	}
	wantKind(t, p.Expect(3<<30), archive.NoRoom)
	wantKind(t, p.Expect(1<<60), archive.TooLarge)
}

// If room is short, the part that lacks least finishes, and the other keeps
// what it has.
func TestRoomEnds(t *testing.T) {
	a := open(t, t.TempDir())
	disk20(t, a)
	large, small := create(t, a, item(0, 19<<20)), create(t, a, item(1, 12<<20))
	b := movie(1, 1<<20)
	write(t, small, b)
	var err error
	for err == nil {
		_, err = large.Write(b)
	}
	wantKind(t, err, archive.NoRoom)
	if have := large.Offset() >> 20; have != 7 {
		t.Errorf("%d MiB came of the larger one", have)
	}
	for range 11 {
		write(t, small, b)
	}
	if err := errors.Join(large.Close(), small.Close()); err != nil {
		t.Error(err)
	}
	if parts(t, a.Dir()) != 2 {
		t.Errorf("%d parts are kept", parts(t, a.Dir()))
	}
}

// An endless body takes nothing from what others announced.
func TestOutgrownGoesFirst(t *testing.T) {
	for name, itself := range map[string]bool{"when it writes": true, "when another writes": false} {
		t.Run(name, func(t *testing.T) {
			a := open(t, t.TempDir())
			disk20(t, a)
			honest, endless := create(t, a, item(0, 10<<20)), create(t, a, item(1, 50))
			b := movie(1, 1<<20)
			var err error
			for n := 0; err == nil && (itself || n < 9); n++ {
				_, err = endless.Write(b)
			}
			whole := movie(2, 10<<20)
			for piece := range slices.Chunk(whole, 1<<20) {
				write(t, honest, piece)
			}
			if _, again := endless.Write(b); !itself {
				err = again
			}
			wantKind(t, err, archive.TooLarge)
			if err := endless.Close(); err != nil || parts(t, a.Dir()) != 1 {
				t.Errorf("%v, %d parts are left", err, parts(t, a.Dir()))
			}
			if _, err := honest.Commit(t.Context(), try(1, 10<<20)); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestSmallVolumesAreUsable(t *testing.T) {
	a := open(t, t.TempDir())
	a.SetVolume(volumeOf(8<<20, 8<<20))
	commit(t, a, item(0, 7<<20), movie(1, 7<<20))
}

func TestWrittenBytesAreNotPromisedTwice(t *testing.T) {
	a := open(t, t.TempDir())
	a.SetVolume(volumeOf(1500<<10, 1500<<10))
	p := create(t, a, item(0, 1000<<10))
	write(t, p, movie(1, 900<<10))
	a.SetVolume(volumeOf(600<<10, 1500<<10)) // as the system sees it afterwards
	create(t, a, item(1, 400<<10))
}

func TestVolumeThatDoesNotSay(t *testing.T) {
	a := open(t, t.TempDir())
	if a.Free() <= 0 {
		t.Errorf("Free = %d here", a.Free())
	}
	a.SetVolume(func() (int64, int64, error) { return 0, 0, errors.ErrUnsupported })
	if a.Free() != -1 {
		t.Errorf("Free = %d", a.Free())
	}
	create(t, a, item(0, 1<<50))
}

// full drives a part into a full disk and out again.
func full(t *testing.T, a *archive.Archive, size int, makeRoom func()) {
	t.Helper()
	b := movie(1, size)
	it := item(0, 0)
	p := create(t, a, it)
	n, err := p.Write(b)
	if kind := archive.KindOf(err); kind != archive.Full && kind != archive.NoRoom {
		t.Errorf("a full disk gives %v", err)
	}
	if n >= len(b) || int64(n) != p.Offset() {
		t.Errorf("Write = %d, Offset %d", n, p.Offset())
	}
	if err := p.Close(); err != nil && archive.KindOf(err) != archive.Full {
		t.Errorf("Close: %v", err)
	}
	makeRoom()
	p = create(t, a, it)
	write(t, p, b[p.Offset():])
	f, err := p.Commit(t.Context(), try(2, len(b)))
	must(t, err)
	if f.SHA256 != sumOf(b) {
		t.Error("the file differs from what was sent")
	}
}

// disk20 is a volume of 20 MiB, minus what the parts hold.
func disk20(t *testing.T, a *archive.Archive) {
	a.SetVolume(func() (int64, int64, error) {
		const total = 20 << 20
		free := int64(total)
		for _, name := range partNames(t, a.Dir()) {
			info, err := os.Stat(pathOf(a.Dir(), name))
			if err != nil {
				return 0, 0, err
			}
			free -= info.Size()
		}
		return free, total, nil
	})
}
