package archive

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"
)

// Many goroutines, among them two that want the same recordings.
func TestManyAtOnce(t *testing.T) {
	const workers, each = 16, 12
	a := open(t, t.TempDir())
	var wg sync.WaitGroup
	for w := range workers {
		wg.Go(func() {
			for n := range each {
				one(t, a, (w/2)*each+n)
			}
		})
	}
	stop := make(chan struct{})
	var readers sync.WaitGroup
	readers.Go(func() {
		for {
			select {
			case <-stop:
				return
			default:
				a.Free()
				a.Stored(item(0, 0))
				a.CameraOutcome(CameraKey{"10.20.0.11", 201})
			}
		}
	})
	wg.Wait()
	close(stop)
	readers.Wait()
	if paths := manifestPaths(t, a.Dir()); len(paths) != workers/2*each {
		t.Errorf("%d files in the manifest, want %d", len(paths), workers/2*each)
	}
	a = reopen(t, a)
	for n := range workers / 2 * each {
		if _, ok := a.Stored(item(n, 0)); !ok {
			t.Errorf("recording %d is lost", n)
		}
	}
}

// one fetches a recording unless the other goroutine does.
func one(t *testing.T, a *Archive, n int) {
	if _, ok := a.Stored(item(n, 0)); ok {
		return
	}
	p, err := a.Create(item(n, 0))
	if KindOf(err) == InUse {
		return
	}
	if err != nil {
		t.Error(err)
		return
	}
	if _, ok := a.onHand(item(n, 0)); ok { // the other one was done in between
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		return
	}
	b := movie(uint64(n), 1000+n)
	_, err = p.Write(b)
	err = errors.Join(err, a.NoteAttempt(item(n, 0), Attempt{Count: 1}), a.NoteCamera(CameraKey{"10.20.0.11", 201}, fmt.Sprint(n)))
	if err != nil {
		t.Error(err)
	}
	if f, err := p.Commit(t.Context(), try(1, len(b))); err != nil || f.Bytes != int64(len(b)) {
		t.Errorf("Commit = %+v, %v", f, err)
	}
}

// Close ends the parts that somebody forgot and waits for writers; nothing
// after it panics.
func TestCloseUnderWriters(t *testing.T) {
	a, err := Open(t.TempDir(), nil)
	if err != nil {
		t.Fatal(err)
	}
	var wg, begun sync.WaitGroup
	for n := range 8 {
		begun.Add(1)
		wg.Go(func() {
			p, err := a.Create(item(n, 0))
			begun.Done()
			if err != nil {
				t.Error(err)
				return
			}
			for err == nil {
				_, err = p.Write(movie(uint64(n), 100_000))
			}
			if !errors.Is(err, os.ErrClosed) {
				t.Errorf("Write after Close: %v", err)
			}
			if _, err := p.Commit(t.Context(), try(1, 1)); !errors.Is(err, os.ErrClosed) {
				t.Errorf("Commit after Close: %v", err)
			}
		})
	}
	begun.Wait()
	if err := errors.Join(a.Close(), a.Close()); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if _, err := a.Create(item(0, 0)); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Create after Close: %v", err)
	}
	if err := a.NoteAttempt(item(0, 0), Attempt{Count: 1}); !errors.Is(err, os.ErrClosed) {
		t.Errorf("NoteAttempt after Close: %v", err)
	}
}

func TestLogFiles(t *testing.T) {
	a := open(t, t.TempDir())
	now := morning
	a.now = func() time.Time { return now }
	for range 13 {
		w, err := a.LogWriter()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, now.Format(stampLayout)+"\n"); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Second)
	}
	logs, err := filepath.Glob(filepath.Join(a.Dir(), ownDir, "log-*.log"))
	if err != nil || len(logs) != logsKept || filepath.Base(logs[logsKept-1]) != "log-20261103-081512.log" {
		t.Errorf("logs %v, %v", logs, err)
	}
}

// TestCheckpoint sees that a crash costs no more than checkpointEvery.
func TestCheckpoint(t *testing.T) {
	a := open(t, t.TempDir())
	a.checkpointEvery = 1 << 20
	p := create(t, a, item(0, 0))
	b := movie(1, 5<<20)
	write(t, p, b)
	p.mu.Lock()
	p.quiet()
	p.mu.Unlock()
	a.mu.Lock()
	safe := a.index.kept[p.id]
	a.mu.Unlock()
	if safe < 1<<20 || safe > 5<<20 {
		t.Errorf("%d bytes are vouched for", safe)
	}
	if err := p.Reset(); err != nil {
		t.Fatal(err)
	}
	a.mu.Lock()
	safe = a.index.kept[p.id]
	a.mu.Unlock()
	if safe != 0 {
		t.Errorf("%d bytes are vouched for after Reset", safe)
	}
}
