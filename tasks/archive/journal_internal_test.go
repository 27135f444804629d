package archive

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// tried is a line of a journal, as good as any other.
var tried = record{Type: tryRecord, ID: recordingID{1}, Attempts: 1, Failure: "busy"}

func encoded(t testing.TB, records ...record) (all []byte) {
	t.Helper()
	for _, r := range records {
		b, err := r.line()
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b...)
	}
	return all
}

// fakeDisk is an in-memory journal file that fails on demand.
type fakeDisk struct {
	text    []byte
	room    int // bytes it still takes; negative means no limit
	syncErr error
	undoErr error
	syncs   int
	gate    chan struct{} // if set, each Sync waits for it
}

func (d *fakeDisk) Write(b []byte) (int, error) {
	if d.room >= 0 && len(b) > d.room {
		n := d.room
		d.text, d.room = append(d.text, b[:n]...), 0
		return n, syscall.ENOSPC
	}
	d.text = append(d.text, b...)
	if d.room >= 0 {
		d.room -= len(b)
	}
	return len(b), nil
}

func (d *fakeDisk) Truncate(n int64) error {
	if d.undoErr == nil {
		d.text = d.text[:n]
	}
	return d.undoErr
}

func (d *fakeDisk) Sync() error {
	d.syncs++
	if d.gate != nil {
		<-d.gate
	}
	return d.syncErr
}

func (d *fakeDisk) Seek(int64, int) (int64, error) { return 0, nil }

func (d *fakeDisk) Close() error { return nil }

// A failed write leaves nothing behind, so that later lines can be read.
func TestFailedAppendLeavesNothing(t *testing.T) {
	line := len(encoded(t, tried))
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
				if err := j.append(onDisk, tried); err == nil {
					good++
				} else if !errors.Is(err, syscall.ENOSPC) {
					t.Errorf("append: %v", err)
				}
			}
			disk.room, disk.syncErr = -1, nil
			if err := j.append(onDisk, tried); err != nil {
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
		if err := j.append(inSystem, tried); !errors.Is(err, want) {
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
		if err := j.append(onDisk, tried); err != nil {
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
	line := len(encoded(t, tried))
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
	if err := j.append(inSystem, tried); !errors.Is(err, os.ErrClosed) {
		t.Errorf("append after close: %v", err)
	}
}

func FuzzReadJournal(f *testing.F) {
	whole := encoded(f, record{Type: headerRecord, Version: 1}, record{Type: doneRecord, Path: "a/b", Bytes: 3})
	f.Add(whole)
	f.Add(whole[:len(whole)-2])
	f.Add([]byte("deadbeef {}\n"))
	f.Add([]byte(`x {"t":"journal","version":2}` + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		x := newIndex()
		lines := 0
		got, err := readJournal(bytes.NewReader(b), func(r record) {
			lines++
			x.apply(r)
		})
		if errors.Is(err, errFuture) {
			return
		}
		if err != nil || got.lines != lines || got.end > int64(len(b)) || got.torn != (got.end < int64(len(b))) {
			t.Fatalf("%+v, %v of %d bytes", got, err, len(b))
		}
		again, err := readJournal(io.LimitReader(bytes.NewReader(b), got.end), func(record) {})
		if err != nil || again.torn || again.lines != got.lines {
			t.Fatalf("cut at %d it reads %+v, %v, before %+v", got.end, again, err, got)
		}
	})
}

func BenchmarkJournalAppend(b *testing.B) {
	for _, d := range []durable{onDisk, inSystem} {
		for _, writers := range []int{1, 8} {
			b.Run(fmt.Sprintf("sync=%v/writers=%d", d, writers), func(b *testing.B) {
				file, err := os.Create(filepath.Join(b.TempDir(), "journal"))
				if err != nil {
					b.Fatal(err)
				}
				j := &journal{file: file}
				r := doneOf("10.20.0.11/ch02/2026-11-03/20261103-081500_20261103-083000.mpg")
				var wg sync.WaitGroup
				for range writers {
					wg.Go(func() {
						for range max(1, b.N/writers) {
							if err := j.append(d, r); err != nil {
								b.Error(err)
							}
						}
					})
				}
				wg.Wait()
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "lines/s")
				if err := j.close(); err != nil {
					b.Fatal(err)
				}
			})
		}
	}
}
