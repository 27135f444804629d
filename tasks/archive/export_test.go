package archive

import (
	"os"
	"time"
)

// What tests from outside need of the inside: a disk that fails and fills, a clock
// that stands still, and bounds that few bytes and lines reach. Everything else
// they see on disk, as an operator does.

// PartFile is what the archive needs of a file that it makes, and JournalFile
// what it needs of the journal's: a test puts a disk of its own behind them.
type (
	PartFile    = partFile
	JournalFile = journalFile
)

// WrapParts has the files that are opened from now on pass through wrap, for no
// real disk dies at a chosen byte.
func (a *Archive) WrapParts(wrap func(*os.File) PartFile) { a.wrap = wrap }

// WrapJournal does the same to the journal, at once. The disk is as it was after
// unwrap.
func (a *Archive) WrapJournal(wrap func(JournalFile) JournalFile) (unwrap func()) {
	file := a.journal.file
	a.journal.file = wrap(file)
	return func() { a.journal.file = file }
}

// SetVolume says how much room there is, for tests have no terabyte to fill.
func (a *Archive) SetVolume(volume func() (free, total int64, err error)) { a.volume = volume }

// SetNow sets the clock by which files are named.
func (a *Archive) SetNow(now func() time.Time) { a.now = now }

// CheckpointEvery has the journal vouch for a part after so many bytes.
func CheckpointEvery(bytes int64) Option { return func(a *Archive) { a.checkpointEvery = bytes } }

// CompactAfter has Open write the journal anew when more lines than that are
// superseded; after -1 it always does.
func CompactAfter(lines int) Option { return func(a *Archive) { a.compactAfter = lines } }

// Path returns where the file is on its machine.
func (d Distant) Path() string { return d.r.Path }
