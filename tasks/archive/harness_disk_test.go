package archive

import (
	"bytes"
	"errors"
	"math"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"pgregory.net/rapid"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive/disk"
)

// simulated recorder has them.
// anyRecord draws one of few recordings, so that lines supersede each other.
func anyRecord(t *rapid.T) record {
	id := recordingID{byte(rapid.IntRange(0, 3).Draw(t, "id"))}
	format := form(rapid.IntRange(0, 1).Draw(t, "format"))
	n := rapid.IntRange(0, 5).Draw(t, "n")
	file := record{
		ID: id, Form: format, Path: id.String() + "/" + string(rune('a'+n)), Bytes: int64(n), Fetched: int64(n / 2), Attempts: n,
		SHA256: disk.Sum{byte(n)}, At: morning.Add(time.Duration(n) * time.Second), Notes: []string{"<&>\u2028"}, Camera: "Ворота",
	}
	if format == asMovie && n > 2 {
		file.Clip, file.Start, file.End = clip{int64(n), 10}, "2026-11-03T08:15:00", "2026-11-03T08:15:10"
	}
	if n%2 == 1 {
		file.Begins = "2026-11-03T08:15:00.400"
	}
	switch rapid.SampledFrom([]recordType{placingRecord, doneRecord, keptRecord, tryRecord, cameraRecord, coverageRecord, damagedRecord, staysRecord, uncutRecord, besideRecord, habitRecord, goneRecord, factsRecord, runRecord, elsewhereRecord, toldRecord, catalogueRecord, lentRecord, "other"}).Draw(t, "type") {
	case placingRecord:
		file.Type = placingRecord
		return file
	case doneRecord:
		file.Type, file.Path = doneRecord, file.Path+extensionFor(format)
		if format == asMovie && n == 1 { // made for one request, of other sources each time
			file.Tree, file.Origin, file.Path = JoinedTree, Origin{Request: "w", Sources: id.String(), Number: 1, Of: 1}, "joined/x.mp4"
		}
		return file
	case keptRecord:
		return record{Type: keptRecord, ID: id, Bytes: int64(n)}
	case tryRecord:
		return record{Type: tryRecord, ID: id, Attempts: n, At: file.At, Failure: "busy"}
	case cameraRecord:
		return record{Type: cameraRecord, Recorder: "r", Track: nvr.Track(n), Outcome: Outcome{State: []string{"failed", "done"}[n%2], At: file.At}}
	case coverageRecord:
		return record{Type: coverageRecord, Recorder: "r", Track: nvr.Track(n), Coverage: Coverage{Asked: []Span{{file.At, file.At.Add(time.Hour)}}}}
	case damagedRecord:
		return record{Type: damagedRecord, ID: id, SHA256: disk.Sum{byte(n)}, Attempts: n}
	case habitRecord:
		return record{Type: habitRecord, Recorder: "r", Problem: string(rune('a' + n)), Attempts: n}
	case factsRecord:
		return record{Type: factsRecord, Recorder: "r", Facts: nvr.Facts{Serial: string(rune('a' + n))}}
	case runRecord:
		return record{Type: runRecord, Run: Run{Begun: file.At, ExitCode: n}}
	case goneRecord:
		return record{Type: goneRecord, ID: id, Form: format}
	case staysRecord:
		return record{Type: staysRecord, ID: id}
	case uncutRecord:
		return uncutOf(fileID{id, asMovie, clip{int64(n), 10}})
	case besideRecord:
		return record{Type: besideRecord, Path: file.Path, SHA256: file.SHA256}
	case elsewhereRecord:
		file.Type, file.By, file.Machine, file.Recorder = elsewhereRecord, []string{"K1", "K2"}[n%2], "m", "r"
		return file
	case toldRecord:
		return toldOf(file, "C1")
	case catalogueRecord:
		return record{Type: catalogueRecord, Catalogue: "C1"}
	case lentRecord:
		return record{Type: lentRecord, Lent: Lent{By: []string{"K1", "K2"}[n%2], Long: n > 2}}
	case headerRecord:
	}
	return record{Type: "other", Bytes: 5}
}

func extensionFor(f form) string { return []string{".mpg", ".mp4"}[f] }

// forgetful is a file of which the disk gives some bytes back as zeros.
type forgetful struct {
	*os.File
	From, To int64
}

func (f forgetful) ReadAt(b []byte, at int64) (int, error) {
	n, err := f.File.ReadAt(b, at)
	if from, to := max(0, f.From-at), min(int64(n), f.To-at); from < to {
		clear(b[from:to])
	}
	return n, err
}

// footage is the n-th recording as a simulated recorder sends it: 20 s of
// dying is a disk on which so many operations succeed yet, and none after that.
type dying struct {
	left atomic.Int64
	err  error
}

func (d *dying) use() error {
	if d.left.Add(-1) < 0 {
		return d.err
	}
	return nil
}

type dyingPart struct {
	*os.File
	disk *dying
}

func (p dyingPart) Write(b []byte) (int, error) {
	if err := p.disk.use(); err != nil {
		return 0, err
	}
	return p.File.Write(b)
}

func (p dyingPart) Sync() error { return errors.Join(p.disk.use(), p.File.Sync()) }

type dyingJournal struct {
	journalFile
	disk *dying
}

func (j dyingJournal) Write(b []byte) (int, error) {
	if err := j.disk.use(); err != nil {
		return 0, err
	}
	return j.journalFile.Write(b)
}

func (j dyingJournal) Sync() error { return errors.Join(j.disk.use(), j.journalFile.Sync()) }

func (j dyingJournal) Truncate(n int64) error {
	return errors.Join(j.disk.use(), j.journalFile.Truncate(n))
}

// commitUntil commits a recording on a disk of which so many operations succeed
// once all of it has come. It returns how many were left.
func commitUntil(t *testing.T, dir string, it Item, b []byte, steps int, cause error) int {
	t.Helper()
	a, err := Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	disk := &dying{err: cause}
	disk.left.Store(math.MaxInt64)
	a.journal.file = dyingJournal{a.journal.file, disk}
	a.wrap = func(f *os.File) partFile { return dyingPart{f, disk} }
	p := create(t, a, it)
	write(t, p, b)
	disk.left.Store(int64(steps))
	_, err = p.Commit(t.Context(), try(1, len(b)))
	left := disk.left.Load()
	if left >= 0 {
		disk.left.Store(10)
	}
	if closed := a.Close(); left >= 0 && errors.Join(err, closed) != nil { // a dead disk cannot be closed either
		t.Fatal(err, closed)
	}
	return int(left)
}

// goOn does what the next start does.
func goOn(t *testing.T, dir string, it Item, b []byte) {
	t.Helper()
	a := open(t, dir)
	defer closing(t, a)
	if _, ok := a.Stored(it); ok {
		return
	}
	if _, ok, err := a.Convert(t.Context(), it); ok || err != nil {
		if err != nil {
			t.Error(err)
		}
		return
	}
	p := create(t, a, it)
	write(t, p, b[p.Offset():])
	if _, err := p.Commit(t.Context(), try(2, len(b))); err != nil {
		t.Error(err)
	}
}

// fakeDisk is a journal's file in memory that fails when told to.
type fakeDisk struct {
	text    []byte
	room    int // bytes it takes yet; negative is no bound
	syncErr error
	undoErr error
	syncs   int
	gate    chan struct{} // when set, each Sync waits for it
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

// doneless is a journal on a disk that fails as soon as "done" is to be said.
type doneless struct{ journalFile }

func (d doneless) Write(b []byte) (int, error) {
	if bytes.Contains(b, []byte(`"t":"done"`)) {
		return 0, syscall.EIO
	}
	return d.journalFile.Write(b)
}

// journalOf writes a journal with the given records behind the header.
func journalOf(t *testing.T, records ...record) []byte {
	t.Helper()
	var b []byte
	for _, r := range append([]record{{Type: headerRecord, Version: journalVersion}}, records...) {
		line, err := r.line()
		if err != nil {
			t.Fatal(err)
		}
		b = append(b, line...)
	}
	return b
}

func tries(n int) []record {
	all := make([]record, n)
	for i := range all {
		all[i] = record{Type: tryRecord, ID: identify(item(i, 0)), Attempts: i + 1, At: morning, Failure: "busy"}
	}
	return all
}

func plantJournal(t *testing.T, dir string, b []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, ownDir), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(journalName)), b, 0o600); err != nil {
		t.Fatal(err)
	}
}

func journalBytes(t *testing.T, dir string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(journalName)))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func damaged(t *testing.T, dir string) int {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(dir, ownDir, "journal.damaged-*"))
	if err != nil {
		t.Fatal(err)
	}
	return len(names)
}

func mustLine(t *testing.T, r record) []byte {
	t.Helper()
	b, err := r.line()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// reload reads a journal with the archive's own bounds and closes it again.
func reload(t *testing.T, a *Archive) {
	t.Helper()
	root, err := disk.Look(a.dir)
	if err != nil {
		t.Fatal(err)
	}
	a.root, a.index = root, newIndex()
	_, err = a.loadJournal()
	if err := errors.Join(err, a.journal.close(), root.Close()); err != nil {
		t.Fatal(err)
	}
}

// blockManifest keeps the manifest from being written until unblock is called.
func blockManifest(t *testing.T, a *Archive) (unblock func()) {
	t.Helper()
	name := filepath.Join(a.Dir(), manifestName)
	if err := os.Remove(name); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(name, 0o755); err != nil {
		t.Fatal(err)
	}
	return func() {
		t.Helper()
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
}

// fullManifest takes only some more bytes.
type fullManifest struct {
	*os.File
	room int
}

func (f fullManifest) Write(b []byte) (int, error) {
	if len(b) <= f.room {
		return f.File.Write(b)
	}
	n, err := f.File.Write(b[:f.room])
	return n, errors.Join(err, syscall.ENOSPC)
}

func canonical(recorder string) string {
	host, port := splitAddress(strings.ToLower(recorder))
	if strings.Count(host, ":") > 1 {
		return recorderDir("[" + host + "]" + strings.Replace(port, "_", ":", 1))
	}
	return host + port
}

// fullFile is a part's file on a volume with a few bytes of room, shared by
type fullFile struct {
	*os.File
	Room    *int
	SyncErr error
}

func (f fullFile) Write(b []byte) (int, error) {
	n, err := f.File.Write(b[:min(len(b), *f.Room)])
	*f.Room -= n
	if err == nil && n < len(b) {
		err = syscall.ENOSPC
	}
	return n, err
}

func (f fullFile) Sync() error { return f.SyncErr }

func volumeOf(free, total int64) func() (int64, int64, error) {
	return func() (int64, int64, error) { return free, total, nil }
}

// disk20 is a volume of 20 MiB, of which parts leave what they do not hold.
func disk20(a *Archive) {
	a.volume = func() (int64, int64, error) {
		const total = 20 << 20
		free := int64(total)
		for _, r := range a.open {
			free -= r.written.Load()
		}
		return free, total, nil
	}
}

// loseDone has the journal take no line about a file that has its name.
func loseDone(a *Archive) { a.journal.file = doneless{a.journal.file} }
