package archive

import (
	"bytes"
	"path/filepath"
	"testing"
	"time"
)

// TestBringerKilled kills a process that brings files of another machine, at
// random moments. A later run puts everything right: each file is there once,
// whole and listed, and nothing else is.
func TestBringerKilled(t *testing.T) {
	const files, size = 60, 40_000
	random := killMoments(t)
	machine, home := fleetOf(t, files, size)
	dir, from := home.Dir(), machine.Dir()
	closing(t, home)
	closing(t, machine)
	complete := false
	run := func(after time.Duration) {
		runKilled(t, after, func(text string) { complete = complete || text == "complete" }, bringerDir+"="+dir, bringerFrom+"="+from)
	}
	for range 6 {
		run(time.Duration(random.IntN(60_000)) * time.Microsecond)
	}
	if run(time.Minute); !complete {
		t.Fatal("it did not complete")
	}
	home = open(t, dir)
	all, err := home.Finished()
	if err != nil || len(all) != files || len(manifestPaths(t, dir)) != files || parts(t, dir) != 0 {
		t.Errorf("%d files, %d lines, %d parts, %v", len(all), len(manifestPaths(t, dir)), parts(t, dir), err)
	}
	for i, f := range all {
		if !bytes.Equal(fileBytes(t, dir, f.Path), movie(uint64(i), size)) {
			t.Errorf("%s is not what it should be", filepath.Base(f.Path))
		}
	}
}
