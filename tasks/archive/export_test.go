package archive

import (
	"os"
	"time"
)

// What external tests need from the inside: a disk that fails and fills, a
// clock that stands still, and limits that few bytes and lines reach.
// Everything else they see on disk, as an operator does.

// PartFile is what the archive needs of a file that it makes, and JournalFile
// what it needs of the journal's: a test can put its own disk behind them.
type (
	PartFile    = partFile
	JournalFile = journalFile
)

// WrapParts passes all files opened from now on through wrap, because no real
// disk dies at a chosen byte.
func (a *Archive) WrapParts(wrap func(*os.File) PartFile) { a.wrap = wrap }

// WrapJournal does the same to the journal, at once. Unwrap restores the disk.
func (a *Archive) WrapJournal(wrap func(JournalFile) JournalFile) (unwrap func()) {
	file := a.journal.file
	a.journal.file = wrap(file)
	return func() { a.journal.file = file }
}

// SetVolume sets the volume's free space and size, because tests have no
// terabyte to fill.
func (a *Archive) SetVolume(volume func() (free, total int64, err error)) { a.volume = volume }

// SetNow sets the clock that names files.
func (a *Archive) SetNow(now func() time.Time) { a.now = now }

// CheckpointEvery makes the journal vouch for a part after that many bytes.
func CheckpointEvery(bytes int64) Option { return func(a *Archive) { a.checkpointEvery = bytes } }

// CompactAfter makes Open rewrite the journal if more lines than that are
// superseded; after -1 it always does.
func CompactAfter(lines int) Option { return func(a *Archive) { a.compactAfter = lines } }

// Path returns where the file is on its machine.
func (d Distant) Path() string { return d.r.Path }
