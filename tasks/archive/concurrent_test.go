package archive_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"example.com/hikgrab/tasks/archive"
)

// Many goroutines, two of which want the same recordings.
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
				a.CameraOutcome(archive.CameraKey{"10.20.0.11", 201})
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

// one fetches a recording unless another goroutine does.
func one(t *testing.T, a *archive.Archive, n int) {
	it := item(n, 0)
	if _, ok := a.Stored(it); ok {
		return
	}
	p, err := a.Create(it)
	if archive.KindOf(err) == archive.InUse {
		return
	}
	if err != nil {
		t.Error(err)
		return
	}
	if _, ok := a.Stored(it); ok { // the other one finished in between
		closing(t, p)
		return
	}
	b := movie(uint64(n), 1000+n)
	_, err = p.Write(b)
	err = errors.Join(err, a.NoteAttempt(it, archive.Attempt{Count: 1}), a.NoteCamera(archive.CameraKey{"10.20.0.11", 201}, archive.Outcome{State: fmt.Sprint(n)}))
	if err != nil {
		t.Error(err)
	}
	if f, err := p.Commit(t.Context(), try(1, len(b))); err != nil || f.Bytes != int64(len(b)) {
		t.Errorf("Commit = %+v, %v", f, err)
	}
}

// Close ends forgotten parts and waits for writers; nothing panics after it.
func TestCloseUnderWriters(t *testing.T) {
	a := open(t, t.TempDir())
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
	must(t, a.Close(), a.Close())
	wg.Wait()
	if _, err := a.Create(item(0, 0)); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Create after Close: %v", err)
	}
	if err := a.NoteAttempt(item(0, 0), archive.Attempt{Count: 1}); !errors.Is(err, os.ErrClosed) {
		t.Errorf("NoteAttempt after Close: %v", err)
	}
}

func TestLogFiles(t *testing.T) {
	a := open(t, t.TempDir())
	now := morning
	a.SetNow(func() time.Time { return now })
	for range 13 {
		w, err := a.LogWriter()
		must(t, err)
		_, err = io.WriteString(w, now.String())
		must(t, err, w.Close())
		now = now.Add(time.Second)
	}
	logs, err := filepath.Glob(filepath.Join(a.Dir(), ownDir, "log-*.log"))
	if err != nil || len(logs) != 10 || filepath.Base(logs[9]) != "log-20261103-081512.log" {
		t.Errorf("logs %v, %v", logs, err)
	}
}
