package archive

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/media/splice"
	"example.com/hikgrab/tasks/archive/disk"
)

func forget(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		if err := os.RemoveAll(filepath.Join(dir, filepath.FromSlash(name))); err != nil {
			t.Fatal(err)
		}
	}
}

func sumOf(b []byte) disk.Sum { return sha256.Sum256(b) }

func put(t *testing.T, name string, b []byte) {
	t.Helper()
	if err := os.WriteFile(name, b, 0o644); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, dir string) *Archive {
	t.Helper()
	a, err := Open(dir, slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { closing(t, a) })
	return a
}

func closing(t testing.TB, c io.Closer) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

func reopen(t *testing.T, a *Archive) *Archive {
	t.Helper()
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	return open(t, a.Dir())
}

var morning = time.Date(2026, 11, 3, 8, 15, 0, 0, time.UTC)

// item is the n-th quarter of an hour of channel 2, with size bytes announced.
func item(n int, size int64) Item {
	start := morning.Add(time.Duration(n) * 15 * time.Minute)
	return Item{
		Recorder: "10.20.0.11", Label: "Depot", Camera: "Gate",
		Recording: nvr.Recording{
			Track: 201, Start: start, End: start.Add(15 * time.Minute), Size: size,
			Name: "0000000001001", Codec: "H.264-BP",
		},
	}
}

// movie returns size bytes, which must be 100 at least, that make a program
// stream without a picture: nothing to convert, and nothing to find fault with.
func write(t *testing.T, p *Part, b []byte) {
	t.Helper()
	if n, err := p.Write(b); err != nil || n != len(b) {
		t.Fatalf("Write = %d, %v", n, err)
	}
}

func create(t *testing.T, a *Archive, it Item) *Part {
	t.Helper()
	p, err := a.Create(it)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func receipt(n int) nvr.Receipt { return nvr.Receipt{Received: int64(n), Length: int64(n)} }

// try is a download of n bytes.
func try(number, n int) Try { return Try{Number: number, Receipt: receipt(n)} }

func commit(t *testing.T, a *Archive, it Item, b []byte) File {
	t.Helper()
	p := create(t, a, it)
	write(t, p, b)
	f, err := p.Commit(t.Context(), try(1, len(b)))
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func wantKind(t *testing.T, err error, want Kind) {
	t.Helper()
	if err == nil || KindOf(err) != want {
		t.Fatalf("error %v is of kind %v, want %v", err, KindOf(err), want)
	}
}

// tree lists the files under dir except hikgrab's own.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == ownDir {
			return fs.SkipDir
		}
		if !d.IsDir() && d.Name() != manifestName {
			rel, err := filepath.Rel(dir, path)
			all = append(all, filepath.ToSlash(rel))
			return err
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func parts(t *testing.T, dir string) int {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(dir, ownDir, "parts"))
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

// frame.
// result is the name that these tests write beside the manifest.
const result = "tasks.result.xlsx"

func saying(text string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}
}

func wantText(t *testing.T, path, text string) {
	t.Helper()
	if b, err := os.ReadFile(path); err != nil || string(b) != text {
		t.Errorf("%s holds %q, %v, want %q", path, b, err, text)
	}
}

// writeResult writes the result sheet and checks that nothing lost its name.
func writeResult(t *testing.T, a *Archive, text string) {
	t.Helper()
	usual := filepath.Join(a.Dir(), result)
	w, err := a.WriteBeside(result, saying(text))
	if err != nil || w != (Written{Path: usual}) {
		t.Fatalf("%+v, %v", w, err)
	}
	wantText(t, usual, text)
}

// begin; a search rounds to seconds.
// that of the first track.
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
	err = errors.Join(err, a.NoteAttempt(item(n, 0), Attempt{Count: 1}), a.NoteCamera(CameraKey{"10.20.0.11", 201}, Outcome{State: fmt.Sprint(n)}))
	if err != nil {
		t.Error(err)
	}
	if f, err := p.Commit(t.Context(), try(1, len(b))); err != nil || f.Bytes != int64(len(b)) {
		t.Errorf("Commit = %+v, %v", f, err)
	}
}

// brokenMovie fails only where the MP4 is written.
type brokenMovie struct{ *os.File }

func (brokenMovie) Write([]byte) (int, error) { return 0, syscall.EIO }

// 90 s later with a key frame, as when nothing moved.
// pictures with sound.
// spoil changes a byte in the middle of a file.
func spoil(t *testing.T, name string) {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	put(t, name, b)
}

// stills builds a directory of one picture.
func stills(_ context.Context, root *os.Root, _ string) error {
	return errors.Join(root.WriteFile("a.jpg", []byte("picture"), 0o666), root.WriteFile(StillsList, []byte("file\na.jpg\n"), 0o666))
}

func leftOver(t *testing.T, a *Archive) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(a.Dir(), filepath.FromSlash(stillsDir)))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

const (
	deriverDir     = "HIKGRAB_TEST_DERIVER"
	deriverEdition = "HIKGRAB_TEST_EDITION"
)

// boxesOf is an MP4 as far as its boxes go.
func boxesOf(content string) []byte {
	var b []byte
	for _, box := range []struct{ kind, content string }{{"ftyp", "isom"}, {"moov", ""}, {"mdat", content}} {
		b = binary.BigEndian.AppendUint32(b, uint32(8+len(box.content)))
		b = append(append(b, box.kind...), box.content...)
	}
	return b
}

// requested is the n-th request, of sources that content stands for.
func requested(n int, content string) Deriving {
	start := morning.Add(time.Duration(n) * time.Hour)
	return Deriving{
		Tree: JoinedTree, Dir: CameraDir("10.20.0.11", 201), Name: start.Format(stampLayout),
		Recorder: "10.20.0.11", Label: "Depot", Camera: "=Gate", Track: 201,
		Shows: splice.File{
			Start: start.Add(40 * time.Millisecond), End: start.Add(time.Hour),
			Codec: "H.264", Width: 320, Height: 180, Frames: 90_000, Bytes: 1000,
		},
		Notes:  []string{"joined from 4 recordings", "1 gap, 3m10s in all"},
		Origin: Origin{Request: fmt.Sprintf("%08x", n), Sources: sumOf([]byte(content)).String()[:16], Number: 1, Of: 1},
	}
}

func derive(a *Archive, m Deriving, content string) (Derived, error) {
	var read atomic.Int64
	return a.Derive(context.Background(), m, func(w io.WriteSeeker) error {
		_, err := w.Write(boxesOf(content))
		return err
	}, &read)
}

func mustDerive(t *testing.T, a *Archive, m Deriving, content string) Derived {
	t.Helper()
	d, err := derive(a, m, content)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// wantTree checks that a tree holds just those files, and that Verify agrees.
func wantTree(t *testing.T, a *Archive, want map[string]string) {
	t.Helper()
	root := filepath.Join(a.Dir(), string(JoinedTree))
	v, err := Verify(context.Background(), root, &VerifyProgress{})
	if err != nil || len(v.Deviations) > 0 || v.Files != len(want) {
		t.Errorf("%d files are listed, not %d; %v, %v", v.Files, len(want), v.Deviations, err)
	}
	for name, content := range want {
		b, err := os.ReadFile(filepath.Join(a.Dir(), filepath.FromSlash(name)))
		if err != nil || !bytes.Equal(b, boxesOf(content)) {
			t.Errorf("%s is not %q: %v", name, content, err)
		}
	}
}

func sameDerived(d, e Derived) bool {
	return d.Finished == e.Finished && d.Origin == e.Origin && d.Frames == e.Frames && slices.Equal(d.Notes, e.Notes)
}

// operations the disk would still have borne.
func fileBytes(t *testing.T, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Error(err)
	}
	return b
}

// slowFile holds reads back until the writer is done, so that the hasher falls
// behind.
type slowFile struct {
	io.ReaderAt
	gate chan struct{}
}

func (f slowFile) ReadAt(b []byte, at int64) (int, error) {
	<-f.gate
	return f.ReaderAt.ReadAt(b, at)
}

type brokenFile struct{}

func (brokenFile) ReadAt([]byte, int64) (int, error) { return 0, syscall.EIO }

// which an MP4 is made.
// the times for a clip.
// time after it said "ready". What else it says goes to take, but errors.
// is lost, and that journal, manifest and disk agree.
func layoutOf(t testing.TB, text string) Layout {
	t.Helper()
	l, err := ParseLayout(text)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func manifestBytes(t *testing.T, dir string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func plantManifest(t *testing.T, dir string, b []byte) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(dir, manifestName), b, 0o644); err != nil {
		t.Fatal(err)
	}
}

// manifestRows reads the manifest as any program would.
func manifestRows(t *testing.T, dir string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(manifestBytes(t, dir))).ReadAll()
	if err != nil {
		t.Fatalf("the manifest is no CSV: %v", err)
	}
	return rows
}

// at returns where a column of the manifest is.
func at(name string) int {
	return slices.IndexFunc(columns, func(c column) bool { return c.name == name })
}

// manifestPaths counts the lines per path, header aside.
func manifestPaths(t *testing.T, dir string) map[string]int {
	t.Helper()
	paths := map[string]int{}
	for _, row := range manifestRows(t, dir)[1:] {
		paths[row[at("path")]]++
	}
	return paths
}

// sorted returns the text with its lines sorted and without the last line break.
func sorted(text []byte) []byte {
	lines := bytes.Split(bytes.TrimSuffix(text, []byte{'\n'}), []byte{'\n'})
	slices.SortFunc(lines, bytes.Compare)
	return bytes.Join(lines, []byte{'\n'})
}

var hostile = []string{
	"", ".", "..", "../../x", "/etc/passwd", `C:\x`, `\\server\share`, "CON", "con.local", "NUL", "com1", "LPT9.x", "aux",
	strings.Repeat("a", 300), strings.Repeat("я", 300), "a\x00b", "a\nb", "\x1b[31mred", "x.", "x ", " x", "x...", ".hikgrab",
	"manifest.csv", "tasks.result.xlsx", "a:b", "a:99999", "a:080", "https://", "[", "[]", "[x]:1", "[::1%eth0]", "nvr_8080",
	"a/b", "a\\b", "a*b", "a?b", "-rf", "рег.рф", "\u202egpj", "\xff\xfe", "host:80:80", "https://https://x", "http://x",
}

// plainComponent fails unless every system takes name as one component.
func plainComponent(t interface {
	Helper()
	Fatalf(format string, args ...any)
}, name string,
) {
	t.Helper()
	base, _, _ := strings.Cut(name, ".")
	switch strings.ToLower(base) {
	case "con", "prn", "aux", "nul", "com1", "com9", "lpt1", "lpt9":
		t.Fatalf("%q is a device on Windows", name)
	}
	ok := name != "" && len(name) <= 100 && !strings.HasPrefix(name, ".") && !strings.HasPrefix(name, "-") &&
		!strings.HasSuffix(name, ".") && name == strings.ToLower(name)
	for _, r := range name {
		ok = ok && strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789.-_", r)
	}
	if !ok {
		t.Fatalf("%q is not a plain path component", name)
	}
}

// witness stands between the archive and the disk and writes down in which
// order things become durable, and what is under the final name then.
type witness struct {
	journalFile
	events []string
	final  string // where the recording will be
}

func (w *witness) see(event string) {
	if _, err := os.Stat(w.final); err == nil {
		event += ", named"
	}
	w.events = append(w.events, event)
}

func (w *witness) Write(b []byte) (int, error) {
	for line := range bytes.Lines(b) {
		if r, ok := parseLine(bytes.TrimSuffix(line, []byte{'\n'})); ok {
			w.see("journal " + string(r.Type))
		}
	}
	return w.journalFile.Write(b)
}

func (w *witness) Sync() error {
	w.see("sync journal")
	return w.journalFile.Sync()
}

type witnessedPart struct {
	*os.File
	w *witness
}

func (p witnessedPart) Sync() error {
	p.w.see("sync part")
	return p.File.Sync()
}

func (p witnessedPart) Close() error {
	p.w.see("close part")
	return p.File.Close()
}

type sizeWitness struct {
	journalFile
	look func()
}

func (w sizeWitness) Sync() error {
	w.look()
	return w.journalFile.Sync()
}

// plant puts a symbolic link under the directory before hikgrab meets it.
func plant(t *testing.T, target, name string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, name); err != nil {
		t.Fatal(err)
	}
}

// tryAll does everything that writes, and fails the test unless something was
// refused.
func tryAll(t *testing.T, dir string) {
	t.Helper()
	a, err := Open(dir, nil)
	if err != nil {
		wantKind(t, err, Denied)
		return
	}
	defer closing(t, a)
	log, err := a.LogWriter()
	if err == nil {
		defer closing(t, log)
	}
	a.Stored(item(0, 1000))
	p, err := a.Create(item(0, 1000))
	if err == nil {
		write(t, p, movie(1, 1000))
		_, err = p.Commit(t.Context(), try(1, 1000))
	}
	if err != nil {
		wantKind(t, err, Denied)
	}
}

func wantOwnFiles(t *testing.T, pattern string) {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, name := range names {
		if info, err := os.Stat(name); err == nil && !info.IsDir() {
			wantPerm(t, name, 0o600)
		}
	}
}

func wantPerm(t *testing.T, name string, want fs.FileMode) {
	t.Helper()
	info, err := os.Stat(name)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != want {
		t.Errorf("%s has permissions %o, want %o", name, got, want)
	}
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// wantSettled checks that what r announced is stored, and nothing else is left;
// or else that the download goes on.
func wantSettled(t *testing.T, a *Archive, it Item, r record, stored bool) {
	t.Helper()
	f, ok := a.Stored(it)
	if ok != stored || ok && (f.Path != r.Path || f.SHA256 != r.SHA256.String()) {
		t.Fatalf("Stored = %+v, %v", f, ok)
	}
	if _, whole := a.Stored(it.whole()); whole && it.clip() != (clip{}) {
		t.Error("the clip counts as the whole")
	}
	left := 0
	if !ok {
		left = 1
	}
	if parts(t, a.Dir()) != left {
		t.Errorf("%d parts are left", parts(t, a.Dir()))
	}
	if p := create(t, a, it); ok != (p.Offset() == 0) {
		t.Errorf("Offset = %d", p.Offset())
	}
}

// all files.
// full drives a part into a full disk and out again.
func full(t *testing.T, a *Archive, size int, makeRoom func()) {
	t.Helper()
	b := movie(1, size)
	it := item(0, 0)
	p := create(t, a, it)
	n, err := p.Write(b)
	if kind := KindOf(err); kind != Full && kind != NoRoom {
		t.Errorf("a full disk gives %v", err)
	}
	if n >= len(b) || int64(n) != p.Offset() {
		t.Errorf("Write = %d, Offset %d", n, p.Offset())
	}
	if err := p.Close(); err != nil && KindOf(err) != Full {
		t.Errorf("Close: %v", err)
	}
	makeRoom()
	p = create(t, a, it)
	write(t, p, b[p.Offset():])
	f, err := p.Commit(t.Context(), try(2, len(b)))
	if err != nil {
		t.Fatal(err)
	}
	if f.SHA256 != sumOf(b).String() {
		t.Error("the file differs from what was sent")
	}
}

// wholeOf returns an item without its clip.
func wholeOf(it Item) Item { return it.whole() }

// pathOf is the name that an item's file gets, without its extension.
func pathOf(it Item) string { return defaultLayout.path(it) }

// partOf is where a recording comes.
func partOf(it Item) string { return sentOf(identify(it)).part() }

// derivedPart is where a derived file is made.
func derivedPart(what string) string { return movieOf(derivedID(JoinedTree, what)).part() }

// compactAlways has the journal written anew by Open.
func compactAlways(a *Archive) { a.compactAfter = -1 }

// listLine is a line of the manifest about an item's file.
func listLine(it Item, name string, size int64, content []byte) []byte {
	r := itemRecord(doneRecord, it)
	r.Path, r.Bytes, r.SHA256, r.At = name, size, sumOf(content), morning
	return r.row()
}
