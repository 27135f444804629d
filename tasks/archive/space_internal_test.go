package archive

import (
	"errors"
	"os"
	"syscall"
	"testing"
)

// endedFile is a file that takes no more bytes.
type endedFile struct{ *os.File }

func (endedFile) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

// On FAT32, Windows reports a full disk when only the file has reached its
// limit.
func TestFileEnds(t *testing.T) {
	a, err := Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = a.Close() }()
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
		a.volume = func() (int64, int64, error) { return tt.free, 1 << 41, nil }
		if err := a.fail("write", "x", a.explain(tt.err, tt.at)); KindOf(err) != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%s: %v is of kind %v", name, err, KindOf(err))
		}
	}
	if err := a.explain(nil, limit); err != nil {
		t.Errorf("no error becomes %v", err)
	}
	a.volume = func() (int64, int64, error) { return 1 << 40, 1 << 41, nil }
	a.wrap = func(f *os.File) partFile { return endedFile{f} }
	p, err := a.Create(Item{Recorder: "10.20.0.11"})
	if err != nil {
		t.Fatal(err)
	}
	p.room.written.Store(limit - 100)
	if _, err := p.Write(make([]byte, 1000)); KindOf(err) != TooLarge {
		t.Errorf("Write: %v", err)
	}
	p.room.written.Store(0) // nothing was written, so nothing is kept
}
