package archive

import (
	"errors"
	"math"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
)

func TestDiskFull(t *testing.T) {
	a := open(t, t.TempDir())
	room := 1234
	a.wrap = func(f *os.File) partFile { return fullFile{File: f, Room: &room} }
	full(t, a, 5000, func() { room = 1 << 20 })
}

func TestDiskFullAtSync(t *testing.T) {
	a := open(t, t.TempDir())
	room, syncErr := 1<<20, syscall.ENOSPC
	a.wrap = func(f *os.File) partFile { return fullFile{File: f, Room: &room, SyncErr: syncErr} }
	p := create(t, a, item(0, 0))
	write(t, p, movie(1, 1000))
	_, err := p.Commit(t.Context(), try(1, 1000))
	wantKind(t, err, Full)
	if files := tree(t, a.Dir()); len(files) != 0 {
		t.Errorf("a file that was not synced has a final name: %v", files)
	}
	a.wrap = func(f *os.File) partFile { return f }
	if p = create(t, a, item(0, 0)); p.Offset() != 0 {
		t.Errorf("%d bytes are kept of which no sync succeeded", p.Offset())
	}
}

// When not even the journal can be written, this run still knows what it has.
func TestJournalFull(t *testing.T) {
	a := open(t, t.TempDir())
	p := create(t, a, item(0, 0))
	b := movie(1, 1000)
	write(t, p, b)
	good := a.journal
	a.journal = &journal{file: &fakeDisk{room: 10}}
	_, err := p.Commit(t.Context(), try(1, 1000))
	wantKind(t, err, Full)
	wantKind(t, a.NoteAttempt(item(0, 0), Attempt{Count: 1}), Full)
	if files := tree(t, a.Dir()); len(files) != 0 {
		t.Errorf("a file that was not announced has a final name: %v", files)
	}
	a.journal = good
	p = create(t, a, item(0, 0))
	if p.Offset() != 1000 || a.Attempts(item(0, 0)).Count != 1 {
		t.Errorf("Offset = %d, Attempts %+v", p.Offset(), a.Attempts(item(0, 0)))
	}
	if f, err := p.Commit(t.Context(), try(2, 1000)); err != nil || f.SHA256 != sumOf(b).String() {
		t.Errorf("Commit when there is room again: %+v, %v", f, err)
	}
}

// What does not fit waits alone, what never will fails alone, and a large file
// that comes slowly keeps nothing from the others.
func TestRoom(t *testing.T) {
	const gib = 1 << 30
	a := open(t, t.TempDir())
	a.volume = volumeOf(3*gib, 1000*gib)
	create(t, a, item(0, 2*gib)) // comes slowly
	create(t, a, item(1, 2*gib))
	_, err := a.Create(item(2, 3*gib)) // the floor would not be left
	wantKind(t, err, NoRoom)
	for _, want := range []string{"3072 MiB are needed", "3072 MiB are free", "128 MiB are promised", "256 MiB are kept"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q, want %q in it", err, want)
		}
	}
	if e, _ := errors.AsType[*Error](err); !errors.Is(e, errNoRoom) {
		t.Errorf("the cause is lost: %v", err)
	}
	create(t, a, item(3, gib))
	for n, size := range []int64{1000 * gib, 1 << 50, math.MaxInt64 - 5, math.MaxInt64} {
		for _, f := range []Format{Raw, MP4} {
			it := item(10+n, size)
			it.Format = f
			_, err = a.Create(it)
			wantKind(t, err, TooLarge)
			if text := err.Error(); strings.Contains(text, "-") && strings.Contains(text, "-8") || !strings.Contains(text, "too small") {
				t.Errorf("%d bytes: %v", size, err)
			}
		}
	}
	create(t, a, item(4, 0)) // nothing announced, nothing to keep room for
	a.volume = volumeOf(100<<20, 1000*gib)
	_, err = a.Create(item(5, 0))
	wantKind(t, err, NoRoom)
}

// The larger of what the search and the answer announce counts.
func TestRoomByTheAnswer(t *testing.T) {
	a := open(t, t.TempDir())
	a.volume = volumeOf(3<<30, 1000<<30)
	p := create(t, a, item(0, 50))
	if err := errors.Join(p.Expect(1<<20), p.Expect(-1), p.Expect(20)); err != nil {
		t.Error(err)
	}
	wantKind(t, p.Expect(3<<30), NoRoom)
	wantKind(t, p.Expect(1<<60), TooLarge)
}

// Where room is short, the part that lacks least comes to its end, and the other
// keeps what it has.
func TestRoomEnds(t *testing.T) {
	a := open(t, t.TempDir())
	disk20(a)
	large, small := create(t, a, item(0, 19<<20)), create(t, a, item(1, 12<<20))
	b := movie(1, 1<<20)
	write(t, small, b)
	var err error
	for err == nil {
		_, err = large.Write(b)
	}
	wantKind(t, err, NoRoom)
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

// A body that never ends takes nothing from what others announced.
func TestOutgrownGoesFirst(t *testing.T) {
	for name, itself := range map[string]bool{"when it writes": true, "when another writes": false} {
		t.Run(name, func(t *testing.T) {
			a := open(t, t.TempDir())
			disk20(a)
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
			wantKind(t, err, TooLarge)
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
	a.volume = volumeOf(8<<20, 8<<20)
	commit(t, a, item(0, 7<<20), movie(1, 7<<20))
}

func TestWrittenBytesAreNotPromisedTwice(t *testing.T) {
	a := open(t, t.TempDir())
	a.volume = volumeOf(1500<<10, 1500<<10)
	p := create(t, a, item(0, 1000<<10))
	write(t, p, movie(1, 900<<10))
	a.volume = volumeOf(600<<10, 1500<<10) // as the system sees it afterwards
	create(t, a, item(1, 400<<10))
}

func TestVolumeThatDoesNotSay(t *testing.T) {
	a := open(t, t.TempDir())
	if a.Free() <= 0 {
		t.Errorf("Free = %d here", a.Free())
	}
	a.volume = func() (int64, int64, error) { return 0, 0, errors.ErrUnsupported }
	if a.Free() != -1 {
		t.Errorf("Free = %d", a.Free())
	}
	create(t, a, item(0, 1<<50))
}

// Windows' FAT32 says that the disk is full where it is the file that ends.
func TestFileEnds(t *testing.T) {
	a := open(t, t.TempDir())
	const limit = largestOnFAT32
	for name, tt := range map[string]struct {
		at, free int64
		err      error
		want     Kind
	}{
		"at the end, with room":         {limit, 1 << 40, syscall.ENOSPC, TooLarge},
		"a piece before it, with room":  {limit - 1<<20, 1 << 40, syscall.ENOSPC, TooLarge},
		"at the end, without room":      {limit, 1 << 20, syscall.ENOSPC, Full},
		"far before it":                 {1 << 30, 1 << 40, syscall.ENOSPC, Full},
		"beyond it":                     {limit + 1, 1 << 40, syscall.ENOSPC, Full},
		"another error":                 {limit, 1 << 40, syscall.EIO, KindUnknown},
		"what other systems say of it":  {limit, 1 << 40, syscall.EFBIG, TooLarge},
		"the same for another boundary": {1 << 31, 1 << 20, syscall.EFBIG, TooLarge},
	} {
		a.volume = volumeOf(tt.free, 1<<41)
		if err := a.fail("write", "x", a.explain(tt.err, tt.at)); KindOf(err) != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%s: %v is of kind %v", name, err, KindOf(err))
		}
	}
	if err := a.explain(nil, limit); err != nil {
		t.Errorf("no error becomes %v", err)
	}
	a.volume = volumeOf(1<<40, 1<<41)
	p := create(t, a, item(0, 0))
	p.room.written.Store(limit - 100)
	p.file = fullFile{File: p.file.(*os.File), Room: new(int)}
	_, err := p.Write(make([]byte, 1000))
	wantKind(t, err, TooLarge)
	p.room.written.Store(0) // nothing was written: nothing is to be kept
}
