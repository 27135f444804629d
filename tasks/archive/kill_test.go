package archive_test

import (
	"path/filepath"
	"testing"
	"time"
)

// TestKilled kills a process that writes, at random moments, and looks at what
// it left.
func TestKilled(t *testing.T) {
	random := killMoments(t)
	dir := t.TempDir()
	acknowledged := map[int]bool{}
	for round := range 6 {
		runVictim(t, dir, time.Duration(random.IntN(60_000))*time.Microsecond, acknowledged)
		if round%2 == 1 {
			tearTail(t, filepath.Join(dir, journalName), random.IntN(3))
		}
		inspect(t, dir, acknowledged)
	}
	if len(acknowledged) == 0 {
		t.Error("no commit was reached: the test has shown nothing")
	}
}
