package archive

import (
	"bytes"
	"errors"
	"os"
	"sync"
	"syscall"
	"testing"
	"time"
)

// What could not be written leaves nothing behind, so that the lines after it
// are read again.
func TestFailedAppendLeavesNothing(t *testing.T) {
	line := len(mustLine(t, tries(1)[0]))
	for name, disk := range map[string]*fakeDisk{
		"full at once":         {room: 0},
		"full in the middle":   {room: line / 2},
		"full at the sync":     {room: -1, syncErr: syscall.ENOSPC},
		"full after one round": {room: line + 3},
	} {
		t.Run(name, func(t *testing.T) {
			j := &journal{file: disk}
			good := 0
			for range 3 {
				if err := j.append(onDisk, tries(1)...); err == nil {
					good++
				} else if !errors.Is(err, syscall.ENOSPC) {
					t.Errorf("append: %v", err)
				}
			}
			disk.room, disk.syncErr = -1, nil
			if err := j.append(onDisk, tries(1)...); err != nil {
				t.Fatalf("append when there is room again: %v", err)
			}
			got, err := readJournal(bytes.NewReader(disk.text), func(record) {})
			if err != nil || got.lines != good+1 || got.bad != 0 || got.torn {
				t.Errorf("the journal reads %+v, %v; %d appends were good", got, err, good+1)
			}
		})
	}
	j := &journal{file: &fakeDisk{room: 3, undoErr: syscall.EIO}}
	for _, want := range []error{syscall.ENOSPC, syscall.EIO} {
		if err := j.append(inSystem, tries(1)...); !errors.Is(err, want) {
			t.Errorf("append to a journal that cannot be mended: %v, want %v", err, want)
		}
	}
}

// Goroutines that wait for the disk at the same time share a sync.
func TestGroupCommit(t *testing.T) {
	disk := &fakeDisk{room: -1, gate: make(chan struct{})}
	j := &journal{file: disk}
	var wg sync.WaitGroup
	const writers = 16
	append1 := func() {
		if err := j.append(onDisk, tries(1)...); err != nil {
			t.Error(err)
		}
	}
	wg.Go(append1)
	for busy := false; !busy; time.Sleep(time.Millisecond) {
		j.mu.Lock()
		busy = j.busy
		j.mu.Unlock()
	}
	for range writers {
		wg.Go(append1)
	}
	line := len(mustLine(t, tries(1)[0]))
	for waiting := 0; waiting < writers; time.Sleep(time.Millisecond) {
		j.mu.Lock()
		if waiting = 0; j.next != nil {
			waiting = len(j.next.text) / line
		}
		j.mu.Unlock()
	}
	close(disk.gate)
	wg.Wait()
	if err := j.close(); err != nil {
		t.Fatal(err)
	}
	if disk.syncs != 3 { // the first, the sixteen, close
		t.Errorf("%d syncs, want 3", disk.syncs)
	}
	if err := j.append(inSystem, tries(1)...); !errors.Is(err, os.ErrClosed) {
		t.Errorf("append after close: %v", err)
	}
}

// A file that has its name is not fetched again because the journal failed
// behind it: this run knows it, and the next start notes it.
func TestDoneThatCannotBeSaid(t *testing.T) {
	a := open(t, t.TempDir())
	disk := a.journal.file
	a.journal.file = doneless{disk}
	f := commit(t, a, item(0, 0), movie(1, 1000))
	if s, ok := a.Stored(item(0, 0)); !ok || s.Path != f.Path {
		t.Errorf("Stored = %+v, %v", s, ok)
	}
	a.journal.file = disk
	a = reopen(t, a)
	if s, ok := a.Stored(item(0, 0)); !ok || s.SHA256 != f.SHA256 || !s.Finished.Equal(f.Finished) {
		t.Errorf("after a restart Stored = %+v, %v, want %+v", s, ok, f)
	}
	if n := manifestPaths(t, a.Dir())[f.Path]; n != 1 {
		t.Errorf("the manifest has the file %d times", n)
	}
}
