package archive_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"example.com/hikgrab/tasks/archive"
)

// TestKilledWhileCollecting kills a process that brings files from another
// machine, at random moments. A later run repairs everything: each file exists
// once, whole and listed, and nothing else does.
func TestKilledWhileCollecting(t *testing.T) {
	const files, size = 60, 40_000
	random := killMoments(t)
	machine, home := fleetOf(t, files, size)
	dir, from := home.Dir(), machine.Dir()
	must(t, home.Close(), machine.Close())
	for range 6 {
		runKilled(t, time.Duration(random.IntN(60_000))*time.Microsecond, nothing, "bring", dir, from)
	}
	if !runKilled(t, time.Minute, nothing, "bring", dir, from) {
		t.Fatal("it did not complete")
	}
	home = open(t, dir)
	all, err := home.Finished()
	if err != nil || len(all) != files || len(manifestPaths(t, dir)) != files || parts(t, dir) != 0 {
		t.Errorf("%d files, %d lines, %d parts, %v", len(all), len(manifestPaths(t, dir)), parts(t, dir), err)
	}
	for i, f := range all {
		wantFile(t, home, f.Path, movie(uint64(i), size))
	}
}

// bringAll brings the missing files of one directory to another.
func bringAll(args ...string) error {
	machine, err := archive.Open(args[1], nil)
	if err != nil {
		return err
	}
	home, err := archive.Open(args[0], nil, archive.CheckpointEvery(10_000))
	if err != nil {
		return err
	}
	fmt.Println("ready")
	files, _ := home.Distants(0)
	for _, d := range files {
		if _, ok := home.Home(d); ok {
			continue
		}
		p, err := home.Bring(d)
		if err != nil {
			return err
		}
		f, _ := d.Finished()
		for b := make([]byte, 5000); err == nil && p.Offset() < f.Bytes; {
			b = b[:min(5000, f.Bytes-p.Offset())]
			if err = machine.ReadPiece(d.Ref(), p.Offset(), b); err == nil {
				_, err = p.Write(b)
			}
		}
		if err == nil {
			_, err = p.Commit(context.Background(), archive.Try{})
		}
		if err != nil {
			return err
		}
	}
	return errors.Join(home.Close(), machine.Close())
}
