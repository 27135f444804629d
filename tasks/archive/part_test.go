package archive_test

import (
	"testing"
	"time"

	"example.com/hikgrab/tasks/archive"
)

// TestCheckpoint checks that a crash costs no more than the bytes between two
// checkpoints.
func TestCheckpoint(t *testing.T) {
	a := open(t, t.TempDir(), archive.CheckpointEvery(1<<20))
	p := create(t, a, item(0, 0))
	safe := func() (bytes int64) {
		for _, n := range vouched(t, a.Dir()) {
			bytes = n
		}
		return bytes
	}
	saved := make(chan int64, 10) // a separate goroutine vouches for bytes
	a.WrapJournal(func(f archive.JournalFile) archive.JournalFile {
		return syncedJournal{f, func() { saved <- safe() }}
	})
	write(t, p, movie(1, 4<<20))
	select {
	case n := <-saved:
		if n < 1<<20 || n > 4<<20 {
			t.Errorf("%d bytes are vouched for", n)
		}
	case <-time.After(time.Minute):
		t.Error("no byte is vouched for")
	}
	must(t, p.Reset())
	if n := safe(); n != 0 {
		t.Errorf("%d bytes are vouched for after Reset", n)
	}
}
