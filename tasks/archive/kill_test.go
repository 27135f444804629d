package archive_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
)

// TestKilled kills a process that writes, at random moments, and looks at what
// it left.
func TestKilled(t *testing.T) {
	random := killMoments(t)
	dir := t.TempDir()
	acknowledged := map[int]bool{}
	for round := range 6 {
		runKilled(t, time.Duration(random.IntN(60_000))*time.Microsecond, func(text string) {
			var n int
			if _, err := fmt.Sscanf(text, "done %d", &n); err == nil {
				acknowledged[n] = true
			}
		}, "fetch", dir)
		if round%2 == 1 {
			tearTail(t, dir, random.IntN(3))
		}
		inspect(t, dir, acknowledged)
	}
	if len(acknowledged) == 0 {
		t.Error("no commit was reached: the test has shown nothing")
	}
}

const killedItems = 240

// killedFootage is small, so that many are converted between two kills.
var killedFootage = [2][]byte{simulated(0, simulator.H264, 60_000), simulated(1, simulator.H265, 60_000)}

// killedMovie returns the content of the n-th recording: every fourth one has
// pictures, which become an MP4.
func killedMovie(n int) []byte {
	if n%4 == 1 {
		return killedFootage[n/4%2]
	}
	return movie(uint64(n), 20_000+n*37)
}

// killedItem asks for the MP4 alone or with the raw file beside it, and half
// the time for a clip.
func killedItem(n int) archive.Item {
	it := item(n, int64(len(killedMovie(n))))
	it.Format = archive.MP4
	if n%8 == 1 {
		it.Format = archive.Both
	}
	if n%16 >= 8 {
		begins := it.Recording.Start.Add(time.Duration(n/4%2) * shots)
		it.Clip = archive.Span{From: begins.Add(2 * time.Second), To: begins.Add(4 * time.Second)}
	}
	return it
}

// fetchAll fetches what is not stored yet, on four goroutines, and prints "done
// N" when a Commit has returned.
func fetchAll(args ...string) error {
	a, err := archive.Open(args[0], nil)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	var workers sync.WaitGroup
	errs := make([]error, 4)
	for w := range errs {
		workers.Go(func() {
			for n := w; n < killedItems && errs[w] == nil; n += len(errs) {
				var fetched bool
				if fetched, errs[w] = fetchOne(a, n); fetched {
					fmt.Println("done", n)
				}
			}
		})
	}
	workers.Wait()
	return errors.Join(append(errs, a.Close())...)
}

func fetchOne(a *archive.Archive, n int) (fetched bool, err error) {
	b, it := killedMovie(n), killedItem(n)
	if _, ok := a.Stored(it); ok {
		return false, nil
	}
	if _, ok, err := a.Convert(context.Background(), it); ok || err != nil {
		return ok && err == nil, err
	}
	p, err := a.Create(it)
	if err != nil {
		return false, err
	}
	for rest := b[p.Offset():]; len(rest) > 0; {
		k := min(len(rest), 8192)
		if _, err := p.Write(rest[:k]); err != nil {
			return false, err
		}
		rest = rest[k:]
	}
	if n%3 == 0 { // every third one is interrupted once, cleanly
		if err := p.Close(); err != nil {
			return false, err
		}
		if p, err = a.Create(it); err != nil {
			return false, err
		}
	}
	_, err = p.Commit(context.Background(), try(1, len(b)))
	return err == nil, err
}

// tearTail leaves the journal as an interrupted write does.
func tearTail(t *testing.T, dir string, lines int) {
	t.Helper()
	f, err := os.OpenFile(pathOf(dir, journalName), os.O_APPEND|os.O_WRONLY, 0)
	must(t, err)
	defer closing(t, f)
	_, err = f.WriteString(strings.Repeat("deadbeef {\"t\":\"done\"}\n", lines) + "0a1b2c3d {\"t\":\"do")
	must(t, err)
}

// inspect opens what was left and checks that no finished file is wrong, none
// is lost, and that journal, manifest and disk agree.
func inspect(t *testing.T, dir string, acknowledged map[int]bool) {
	t.Helper()
	a := open(t, dir)
	stored := map[string]bool{}
	for n := range killedItems {
		b, it := killedMovie(n), killedItem(n)
		f, ok := a.Stored(it)
		if !ok {
			if acknowledged[n] {
				t.Errorf("recording %d was committed and is gone", n)
			}
			continue
		}
		stored[f.Path] = true
		if n%4 == 1 {
			wantMovie(t, a, f)
			if k := framesIn(t, a, f); (k == 50) != (n%16 >= 8) {
				t.Errorf("recording %d has %d pictures", n, k)
			}
			it.Format = archive.Raw
			if f, ok = a.Stored(it); ok != (n%8 == 1) {
				t.Errorf("recording %d: stored raw is %v", n, ok)
			}
			if !ok {
				continue
			}
			stored[f.Path] = true
		}
		if !bytes.Equal(fileBytes(t, dir, f.Path), b) {
			t.Errorf("recording %d is wrong under its final name", n)
		}
	}
	for n := range killedItems { // a raw file whose MP4 is still to be made
		if f, ok := a.Stored(item(n, int64(len(killedMovie(n))))); ok {
			stored[f.Path] = true
		}
	}
	for _, name := range tree(t, dir) {
		if !stored[name] {
			t.Errorf("%s is on disk, but not stored", name)
		}
	}
	must(t, a.Close())
	paths := manifestPaths(t, dir)
	for path := range stored {
		if paths[path] != 1 {
			t.Errorf("%s stands %d times in the manifest", path, paths[path])
		}
	}
	if len(paths) != len(stored) {
		t.Errorf("the manifest has %d files, %d are stored", len(paths), len(stored))
	}
}
