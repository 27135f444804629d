package archive_test

import (
	"bytes"
	"errors"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"example.com/hikgrab/tasks/archive"
)

// attempted returns a journal that remembers a try of n recordings.
func attempted(t *testing.T, n int) []byte {
	t.Helper()
	a := open(t, t.TempDir())
	for i := range n {
		must(t, a.NoteAttempt(item(i, 0), archive.Attempt{Count: i + 1, Next: morning, Failure: "busy"}))
	}
	must(t, a.Close())
	return journalBytes(t, a.Dir())
}

// A journal cut at any byte keeps every whole line, and accepts new ones.
func TestTornTailAtEveryByte(t *testing.T) {
	whole := attempted(t, 3)
	header := bytes.IndexByte(whole, '\n') + 1
	half := bytes.LastIndexByte(whole[:len(whole)-1], '\n') + (len(whole)-header)/6
	dir := t.TempDir()
	for cut := header; cut <= len(whole); cut++ {
		if cut < half && cut%16 != 0 {
			continue // every byte of the last half line is tried, and every sixteenth of the others
		}
		plantJournal(t, dir, whole[:cut])
		a, err := archive.Open(dir, nil)
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		lines := bytes.Count(whole[:cut], []byte{'\n'})
		for n := range 3 {
			if got := a.Attempts(item(n, 0)); (got.Count != 0) != (n < lines-1) {
				t.Fatalf("cut at %d, %d whole lines: Attempts(%d) = %+v", cut, lines, n, got)
			}
		}
		must(t, a.NoteAttempt(item(9, 0), archive.Attempt{Count: 9}), a.Close())
		if got := readJournal(t, dir); len(got) != lines+1 {
			t.Fatalf("cut at %d: afterwards the journal is %+v", cut, got)
		}
	}
	if len(damagedJournals(t, dir)) != 0 {
		t.Error("a torn tail counts as damage")
	}
}

func TestDamageInTheMiddle(t *testing.T) {
	whole := attempted(t, 5)
	for name, damage := range map[string]func([]byte) []byte{
		"a flipped bit": func(b []byte) []byte { b[len(b)/2] ^= 4; return b },
		"the header":    func(b []byte) []byte { b[3] ^= 4; return b },
		"an endless line": func(b []byte) []byte {
			return append(append(bytes.Clone(b[:len(b)/2]), bytes.Repeat([]byte{'x'}, 200_000)...), b[len(b)/2:]...)
		},
		"zeros": func(b []byte) []byte { clear(b[len(b)/3 : len(b)/2]); return b },
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			broken := damage(bytes.Clone(whole))
			plantJournal(t, dir, broken)
			a := open(t, dir)
			good := 0
			for n := range 5 {
				if a.Attempts(item(n, 0)).Count == n+1 {
					good++
				}
			}
			if good < 3 || a.Attempts(item(4, 0)).Count != 5 {
				t.Errorf("only %d good lines were used", good)
			}
			kept := damagedJournals(t, dir)
			if len(kept) != 1 {
				t.Fatalf("the damaged journal is not kept: %v", kept)
			}
			wantText(t, kept[0], string(broken))
			reopen(t, a)
			if len(damagedJournals(t, dir)) != 1 {
				t.Error("the mended journal is damaged again")
			}
		})
	}
}

func TestGarbageIsSetAside(t *testing.T) {
	dir := t.TempDir()
	plantJournal(t, dir, []byte("not a journal"))
	a := open(t, dir)
	if len(damagedJournals(t, dir)) != 1 {
		t.Error("the garbage is not kept")
	}
	commit(t, a, item(0, 0), movie(1, 100))
}

func TestFutureJournalIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"same guard":    line(`{"t":"journal","version":99}`) + "rest",
		"another guard": "sha3:abc {\"t\":\"journal\",\"version\":99,\"x\":{}}\nrest\n",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			plantJournal(t, dir, []byte(text))
			a, err := archive.Open(dir, nil)
			if a != nil || err == nil {
				t.Fatalf("Open = %v, %v", a, err)
			}
			if e, _ := errors.AsType[*archive.Error](err); e.Remedy() != archive.NewerVersion || !strings.Contains(e.What(), "newer hikgrab") {
				t.Errorf("%v, remedy %q", err, e.Remedy())
			}
			wantText(t, pathOf(dir, journalName), text)
			plantJournal(t, dir, nil) // and the lock was released
			open(t, dir)
		})
	}
}

func TestUnknownLinesAreIgnored(t *testing.T) {
	dir := t.TempDir()
	plantJournal(t, dir, append(attempted(t, 1), line(`{"t":"seen in a dream","id":"01000000000000000000000000000000"}`)...))
	a := open(t, dir)
	if a.Attempts(item(0, 0)).Count != 1 || len(damagedJournals(t, dir)) != 0 {
		t.Error("a line of a kind that is not known does harm")
	}
}

func TestCompaction(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir)
	var files []archive.File
	for n := range 5 {
		files = append(files, commit(t, a, item(n, 0), movie(uint64(n), 100+n)))
	}
	for n := range 300 {
		must(t, a.NoteAttempt(item(7, 0), archive.Attempt{Count: n, Next: morning.Add(time.Duration(n) * time.Minute), Failure: "slow"}))
	}
	p := create(t, a, item(8, 0))
	write(t, p, movie(1, 500))
	camera := archive.CameraKey{Recorder: "10.20.0.11", Track: 201}
	must(t, p.Close(), a.NoteCamera(camera, archive.Outcome{State: "failed"}), a.Close())
	before := len(journalBytes(t, dir))

	must(t, open(t, dir, archive.CompactAfter(10)).Close())
	if after := len(journalBytes(t, dir)); after*3 > before {
		t.Errorf("the journal had %d bytes and has %d", before, after)
	}
	forget(t, dir, manifestName)
	a = open(t, dir) // rewrites the manifest from the compacted journal
	for n, want := range files {
		wantStored(t, a, item(n, 0), want)
	}
	if got := a.Attempts(item(7, 0)); got.Count != 299 || !got.Next.Equal(morning.Add(299*time.Minute)) {
		t.Errorf("Attempts = %+v", got)
	}
	if a.CameraOutcome(camera).State != "failed" || create(t, a, item(8, 0)).Offset() != 500 {
		t.Error("a camera's outcome or a part's offset is lost")
	}
	if rows := manifestRows(t, dir); len(rows) != 6 || rows[1][1] != "Depot" {
		t.Errorf("the manifest has %d lines: %v", len(rows), rows)
	}
}

// A journal of the first version goes on, and from then on says that older
// hikgrabs would misunderstand it.
func TestJournalOfBefore(t *testing.T) {
	a := open(t, t.TempDir())
	it := item(0, 1000)
	f := commit(t, a, it, movie(1, 1000))
	must(t, a.Close())
	_, said, _ := bytes.Cut(journalBytes(t, a.Dir()), []byte{'\n'})
	plantJournal(t, a.Dir(), append([]byte(line(`{"t":"journal","version":1}`)), said...))
	a = open(t, a.Dir())
	for range 3 {
		wantStored(t, a, it, f)
		if of := a.FinishedOf([]archive.Item{it}); len(of) != 1 {
			t.Errorf("FinishedOf = %+v", of)
		}
		a = reopen(t, a)
	}
	b := journalBytes(t, a.Dir())
	if n, old := bytes.Count(b, []byte(`"t":"journal"`)), bytes.Count(b, []byte(`"version":1`)); n != 2 || old != 1 {
		t.Errorf("%d headers in\n%s", n, b)
	}
}

// A file that has its name is not fetched again because the journal failed
// after it: this run knows it, and the next start notes it.
func TestDoneThatCannotBeSaid(t *testing.T) {
	a := open(t, t.TempDir())
	unwrap := loseDone(a)
	f := commit(t, a, item(0, 0), movie(1, 1000))
	wantStored(t, a, item(0, 0), f)
	unwrap()
	a = reopen(t, a)
	if s, ok := a.Stored(item(0, 0)); !ok || s.SHA256 != f.SHA256 || !s.Finished.Equal(f.Finished) {
		t.Errorf("after a restart Stored = %+v, %v, want %+v", s, ok, f)
	}
	if n := manifestPaths(t, a.Dir())[f.Path]; n != 1 {
		t.Errorf("the manifest has the file %d times", n)
	}
}

// A long job ends with 100,000 finished files; a few of them show how much
// memory each takes.
func TestMemoryOfManyFiles(t *testing.T) {
	const files = 5_000
	dir := finished(t, files)
	before := heap()
	a := open(t, dir)
	if used := heap() - before; used < files*100 || used > files*600 {
		t.Errorf("%d files take %d bytes each", files, used/files)
	}
	closing(t, a)
}

// finished returns a directory whose journal lists n files, which do not exist.
func finished(t *testing.T, n int) (dir string) {
	t.Helper()
	a := open(t, t.TempDir())
	f := commit(t, a, item(0, 1000), movie(1, 1000))
	must(t, a.Close())
	var id, done string
	for text := range bytes.Lines(journalBytes(t, a.Dir())) {
		if r := readLine(t, text); r.Type == "done" {
			id = r.ID
			_, done, _ = strings.Cut(strings.TrimSpace(string(text)), " ")
		}
	}
	all := []byte(journalHeader)
	for i := range n {
		text := strings.Replace(done, id, fmt.Sprintf("%032x", i+1), 1)
		all = append(all, line(strings.Replace(text, f.Path, fmt.Sprintf("%s-%d", f.Path, i), 1))...)
	}
	dir = t.TempDir()
	plantJournal(t, dir, all)
	return dir
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
