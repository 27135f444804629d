package archive

import (
	"errors"
	"os"
	"strings"
	"syscall"
	"testing"
)

// fullFile is a part's file on a volume with a few bytes of room, shared by
// all files.
type fullFile struct {
	*os.File
	room    *int
	syncErr error
}

func (f fullFile) Write(b []byte) (int, error) {
	n, err := f.File.Write(b[:min(len(b), *f.room)])
	*f.room -= n
	if err == nil && n < len(b) {
		err = syscall.ENOSPC
	}
	return n, err
}

func (f fullFile) Sync() error { return f.syncErr }

func volumeOf(free, total int64) func() (int64, int64, error) {
	return func() (int64, int64, error) { return free, total, nil }
}

// full drives a part into a full disk and out again.
func full(t *testing.T, a *Archive, size int, makeRoom func()) {
	t.Helper()
	b := movie(1, size)
	it := item(0, 0)
	p := create(t, a, it)
	n, err := p.Write(b)
	wantKind(t, err, Full)
	if n >= len(b) || int64(n) != p.Offset() {
		t.Errorf("Write = %d, Offset %d", n, p.Offset())
	}
	if err := p.Close(); err != nil && KindOf(err) != Full {
		t.Errorf("Close: %v", err)
	}
	makeRoom()
	p = create(t, a, it)
	write(t, p, b[p.Offset():])
	f, err := p.Commit(t.Context(), try(2, len(b)))
	if err != nil {
		t.Fatal(err)
	}
	if f.SHA256 != sumOf(b).String() {
		t.Error("the file differs from what was sent")
	}
}

func TestDiskFull(t *testing.T) {
	a := open(t, t.TempDir())
	room := 1234
	a.wrap = func(f *os.File) partFile { return fullFile{File: f, room: &room} }
	full(t, a, 5000, func() { room = 1 << 20 })
}

func TestDiskFullAtSync(t *testing.T) {
	a := open(t, t.TempDir())
	room, syncErr := 1<<20, syscall.ENOSPC
	a.wrap = func(f *os.File) partFile { return fullFile{f, &room, syncErr} }
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

func TestRoomIsPromisedOnce(t *testing.T) {
	const gib = 1 << 30
	a := open(t, t.TempDir())
	a.volume = volumeOf(3*gib, 1000*gib)
	p := create(t, a, item(0, gib))
	create(t, a, item(1, gib))
	_, err := a.Create(item(2, gib)) // the floor would not be left
	wantKind(t, err, Full)
	for _, want := range []string{"1024 MiB are needed", "3072 MiB are free", "2048 MiB are promised", "256 MiB are kept"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("error %q, want %q in it", err, want)
		}
	}
	if e, _ := errors.AsType[*Error](err); !errors.Is(e, errNoRoom) {
		t.Errorf("the cause is lost: %v", err)
	}
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	create(t, a, item(2, gib))
	_, err = a.Create(item(3, gib))
	wantKind(t, err, Full)
	create(t, a, item(4, 0)) // nothing announced, nothing to keep room for

	a.volume = volumeOf(100<<20, 1000*gib)
	_, err = a.Create(item(5, 0))
	wantKind(t, err, Full)
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
	p.offset.Store(limit - 100)
	p.file = fullFile{p.file.(*os.File), new(int), nil}
	_, err := p.Write(make([]byte, 1000))
	wantKind(t, err, TooLarge)
	p.offset.Store(0) // nothing was written: nothing is to be kept
}
