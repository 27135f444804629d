package archive

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
)

// A journal cut at any byte keeps every whole line, and takes new ones.
func TestTornTailAtEveryByte(t *testing.T) {
	whole := journalOf(t, tries(3)...)
	header := bytes.IndexByte(whole, '\n') + 1
	dir := t.TempDir()
	for cut := header; cut <= len(whole); cut++ {
		got, err := readJournal(bytes.NewReader(whole[:cut]), func(record) {})
		lines := bytes.Count(whole[:cut], []byte{'\n'})
		if end := bytes.LastIndexByte(whole[:cut], '\n') + 1; err != nil || got.lines != lines || got.end != int64(end) || got.bad != 0 {
			t.Fatalf("cut at %d the journal reads %+v, %v", cut, got, err)
		}
		if cut < len(whole)-len(mustLine(t, tries(1)[0]))/2 && cut%16 != 0 {
			continue // every byte of the last half line is opened, and every sixteenth of the others
		}
		plantJournal(t, dir, whole[:cut])
		a, err := Open(dir, nil)
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		for n := range 3 {
			if got := a.Attempts(item(n, 0)); (got.Count != 0) != (n < lines-1) {
				t.Fatalf("cut at %d, %d whole lines: Attempts(%d) = %+v", cut, lines, n, got)
			}
		}
		if err := errors.Join(a.NoteAttempt(item(9, 0), Attempt{Count: 9}), a.Close()); err != nil {
			t.Fatal(err)
		}
		got, err = readJournal(bytes.NewReader(journalBytes(t, dir)), func(record) {})
		if err != nil || got.torn || got.bad != 0 || got.lines != lines+1 {
			t.Fatalf("cut at %d: afterwards the journal is %+v, %v", cut, got, err)
		}
	}
	if damaged(t, dir) != 0 {
		t.Error("a torn tail counts as damage")
	}
}

func TestDamageInTheMiddle(t *testing.T) {
	whole := journalOf(t, tries(5)...)
	for name, damage := range map[string]func([]byte) []byte{
		"a flipped bit": func(b []byte) []byte { b[len(b)/2] ^= 4; return b },
		"the header":    func(b []byte) []byte { b[3] ^= 4; return b },
		"an endless line": func(b []byte) []byte {
			return append(append(bytes.Clone(b[:len(b)/2]), bytes.Repeat([]byte{'x'}, 3*lineLimit)...), b[len(b)/2:]...)
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
			kept, err := filepath.Glob(filepath.Join(dir, ownDir, "journal.damaged-*"))
			if err != nil || len(kept) != 1 {
				t.Fatalf("the damaged journal is not kept: %v, %v", kept, err)
			}
			if b, err := os.ReadFile(kept[0]); err != nil || !bytes.Equal(b, broken) {
				t.Errorf("what is kept differs from what was there: %v", err)
			}
			reopen(t, a)
			if damaged(t, dir) != 1 {
				t.Error("the mended journal is damaged again")
			}
		})
	}
}

func TestGarbageIsSetAside(t *testing.T) {
	dir := t.TempDir()
	plantJournal(t, dir, []byte("not a journal"))
	a := open(t, dir)
	if damaged(t, dir) != 1 {
		t.Error("the garbage is not kept")
	}
	commit(t, a, item(0, 0), movie(1, 100))
}

func TestFutureJournalIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"same guard":    string(mustLine(t, record{Type: headerRecord, Version: journalVersion + 1})) + "rest",
		"another guard": "sha3:abc {\"t\":\"journal\",\"version\":7,\"x\":{}}\nrest\n",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			plantJournal(t, dir, []byte(text))
			a, err := Open(dir, nil)
			if a != nil || !errors.Is(err, errFuture) {
				t.Fatalf("Open = %v, %v", a, err)
			}
			if e, _ := errors.AsType[*Error](err); e.Remedy() != NewerVersion {
				t.Errorf("remedy %q", e.Remedy())
			}
			if got := journalBytes(t, dir); string(got) != text {
				t.Error("the newer journal was changed")
			}
			plantJournal(t, dir, nil) // and the lock was given back
			open(t, dir)
		})
	}
}

func TestUnknownLinesAreIgnored(t *testing.T) {
	dir := t.TempDir()
	plantJournal(t, dir, journalOf(t, append(tries(1), record{Type: "seen in a dream", ID: recordingID{1}})...))
	a := open(t, dir)
	if a.Attempts(item(0, 0)).Count != 1 || damaged(t, dir) != 0 {
		t.Error("a line of a kind that is not known does harm")
	}
}

func TestCompaction(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir)
	var files []File
	for n := range 5 {
		files = append(files, commit(t, a, item(n, 0), movie(uint64(n), 100+n)))
	}
	for n := range 300 {
		if err := a.NoteAttempt(item(7, 0), Attempt{Count: n, Next: morning.Add(time.Duration(n) * time.Minute), Failure: "slow"}); err != nil {
			t.Fatal(err)
		}
	}
	p := create(t, a, item(8, 0))
	write(t, p, movie(1, 500))
	if err := errors.Join(p.Close(), a.NoteCamera(CameraKey{"10.20.0.11", 201}, Outcome{State: "failed"}), a.Close()); err != nil {
		t.Fatal(err)
	}
	before := len(journalBytes(t, dir))

	small := &Archive{dir: dir, compactAfter: 10}
	reload(t, small)
	if after := len(journalBytes(t, dir)); after*3 > before {
		t.Errorf("the journal had %d bytes and has %d", before, after)
	}
	if err := os.Remove(filepath.Join(dir, manifestName)); err != nil {
		t.Fatal(err)
	}
	a = open(t, dir) // writes the manifest anew, from the compacted journal
	for n, want := range files {
		if got, ok := a.Stored(item(n, 0)); !ok || got.Path != want.Path || got.SHA256 != want.SHA256 {
			t.Errorf("Stored(%d) = %+v, %v, want %+v", n, got, ok, want)
		}
	}
	if got := a.Attempts(item(7, 0)); got.Count != 299 || !got.Next.Equal(morning.Add(299*time.Minute)) {
		t.Errorf("Attempts = %+v", got)
	}
	if a.CameraOutcome(CameraKey{"10.20.0.11", 201}).State != "failed" || create(t, a, item(8, 0)).Offset() != 500 {
		t.Error("a camera's outcome or a part's offset is lost")
	}
	if rows := manifestRows(t, dir); len(rows) != 6 || rows[1][1] != "Depot" {
		t.Errorf("the manifest has %d lines: %v", len(rows), rows)
	}
}

func FuzzReadJournal(f *testing.F) {
	line := func(r record) []byte { b, _ := r.line(); return b }
	whole := append(line(record{Type: headerRecord, Version: 1}), line(record{Type: doneRecord, Path: "a/b", Bytes: 3})...)
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
				r := itemRecord(doneRecord, item(0, 0))
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

// A journal of the first version goes on, and says from then on that older
// hikgrabs would misunderstand it.
func TestJournalOfBefore(t *testing.T) {
	dir := t.TempDir()
	r := itemRecord(doneRecord, item(0, 1000))
	r.Path, r.Bytes, r.SHA256, r.Attempts, r.At = "a/b.mpg", 1000, sumOf(movie(1, 1000)), 1, morning
	plantJournal(t, dir, slices.Concat(mustLine(t, record{Type: headerRecord, Version: 1}), mustLine(t, r)))
	if err := os.Mkdir(filepath.Join(dir, "a"), 0o755); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(dir, "a", "b.mpg"), movie(1, 1000))
	a := open(t, dir)
	for range 3 {
		if s, ok := a.Stored(item(0, 1000)); !ok || s.Path != r.Path {
			t.Errorf("Stored = %+v, %v", s, ok)
		}
		if of := a.FinishedOf([]Item{item(0, 1000)}); len(of) != 1 {
			t.Errorf("FinishedOf = %+v", of)
		}
		a = reopen(t, a)
	}
	b := journalBytes(t, dir)
	if n, old := bytes.Count(b, []byte(`"t":"journal"`)), bytes.Count(b, []byte(`"version":1`)); n != 2 || old != 1 {
		t.Errorf("%d headers in\n%s", n, b)
	}
}
