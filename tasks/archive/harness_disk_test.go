package archive_test

import (
	"os"
	"strings"
	"syscall"

	"example.com/hikgrab/tasks/archive"
)

// Disks that are full, broken or forgetful. A dying one is in dying_test.go.

// fullFile is a file on a volume with a few bytes of room, shared by all of
// them.
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

// fillDisk leaves that much room for the files of an archive.
func fillDisk(a *archive.Archive, room *int) {
	a.WrapParts(func(f *os.File) archive.PartFile { return fullFile{f, room, nil} })
}

// fullJournal is a journal on a volume without room.
type fullJournal struct{ archive.JournalFile }

func (fullJournal) Write([]byte) (int, error) { return 0, syscall.ENOSPC }

// doneless is a journal on a disk that fails as soon as "done" is written.
type doneless struct{ archive.JournalFile }

func (d doneless) Write(b []byte) (int, error) {
	if strings.Contains(string(b), `"t":"done"`) {
		return 0, syscall.EIO
	}
	return d.JournalFile.Write(b)
}

// loseDone makes the journal refuse lines about named files.
func loseDone(a *archive.Archive) (unwrap func()) {
	return a.WrapJournal(func(f archive.JournalFile) archive.JournalFile { return doneless{f} })
}

// brokenFile cannot be written.
type brokenFile struct{ *os.File }

func (brokenFile) Write([]byte) (int, error) { return 0, syscall.EIO }

// forgetful is a file of which the disk returns some bytes as zeros.
type forgetful struct {
	*os.File
	from, to int64
}

func (f forgetful) ReadAt(b []byte, at int64) (int, error) {
	n, err := f.File.ReadAt(b, at)
	if from, to := max(0, f.from-at), min(int64(n), f.to-at); from < to {
		clear(b[from:to])
	}
	return n, err
}

// volumeOf returns a volume that never changes.
func volumeOf(free, total int64) func() (int64, int64, error) {
	return func() (int64, int64, error) { return free, total, nil }
}
