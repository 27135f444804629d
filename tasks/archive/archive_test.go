package archive

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive/disk"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(victimDir); dir != "" {
		victim(dir)
		return
	}
	if dir := os.Getenv(deriverDir); dir != "" {
		deriver(dir, os.Getenv(deriverEdition))
		return
	}
	goleak.VerifyTestMain(m)
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
func movie(seed uint64, size int) []byte {
	random := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), 7})
	b := make([]byte, 40, size)
	copy(b, "IMKH\x01\x02\x00\x00\x02\x00\x00\x01")
	b = append(b, 0, 0, 1, 0xBA, 0x44, 0, 4, 0, 4, 1, 0x03, 0xAC, 0xD3, 0xF8)
	for len(b) < size {
		n := min(size-len(b), 1<<16)
		if rest := size - len(b) - n; rest > 0 && rest < 8 {
			n -= 8
		}
		padding := make([]byte, n)
		_, _ = random.Read(padding) // never fails
		copy(padding, []byte{0, 0, 1, 0xBE, byte((n - 6) >> 8), byte(n - 6)})
		b = append(b, padding...)
	}
	return b
}

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

func TestCommitted(t *testing.T) {
	a := open(t, filepath.Join(t.TempDir(), "new", "recordings"))
	b := movie(1, 700_000)
	it := item(0, int64(len(b)))
	f := commit(t, a, it, b)

	const want = "10.20.0.11/ch02/2026-11-03/20261103-081500_20261103-083000.mpg"
	if f.Path != want || f.Bytes != int64(len(b)) || f.Attempts != 1 || f.Finished.IsZero() {
		t.Errorf("File = %+v, want path %s", f, want)
	}
	if sum := sha256.Sum256(b); f.SHA256 != disk.Sum(sum).String() {
		t.Errorf("SHA256 = %s, want %x", f.SHA256, sum)
	}
	got, err := os.ReadFile(filepath.Join(a.Dir(), f.Path))
	if err != nil || !bytes.Equal(got, b) {
		t.Errorf("the file differs from what was written: %v", err)
	}
	if n := parts(t, a.Dir()); n != 0 {
		t.Errorf("%d parts are left", n)
	}
	for range 2 {
		if s, ok := a.Stored(it); !ok || s.Path != f.Path || s.SHA256 != f.SHA256 || !s.Finished.Equal(f.Finished) {
			t.Errorf("Stored = %+v, %v, want %+v", s, ok, f)
		}
		a = reopen(t, a)
	}
	if _, ok := a.Stored(item(1, 0)); ok {
		t.Error("a recording that was never written is stored")
	}
	if err := os.Truncate(filepath.Join(a.Dir(), f.Path), 10); err != nil {
		t.Fatal(err)
	}
	if _, ok := a.Stored(it); ok {
		t.Error("a file that lost bytes is stored")
	}
}

func TestPartGoesOn(t *testing.T) {
	a := open(t, t.TempDir())
	b := movie(2, 1_000_000)
	it := item(0, int64(len(b)))
	p := create(t, a, it)
	write(t, p, b[:300_000])
	if err := errors.Join(p.Close(), p.Close()); err != nil {
		t.Fatal(err)
	}
	a = reopen(t, a)
	p = create(t, a, it)
	if p.Offset() != 300_000 {
		t.Fatalf("Offset = %d after a restart, want 300000", p.Offset())
	}
	write(t, p, b[300_000:])
	f, err := p.Commit(t.Context(), try(2, len(b)))
	if err != nil {
		t.Fatal(err)
	}
	if sum := sha256.Sum256(b); f.SHA256 != disk.Sum(sum).String() {
		t.Error("the disk.Sum leaves out what an earlier run wrote")
	}

	p = create(t, a, item(1, 0))
	write(t, p, b[:300_000])
	if err := p.Reset(); err != nil || p.Offset() != 0 {
		t.Fatalf("Reset: %v, Offset %d", err, p.Offset())
	}
	write(t, p, b)
	if f, err = p.Commit(t.Context(), try(1, len(b))); err != nil || f.Bytes != int64(len(b)) {
		t.Fatalf("Commit after Reset: %+v, %v", f, err)
	}
	if err := p.Close(); err != nil {
		t.Errorf("Close after Commit: %v", err)
	}
	if _, err := p.Write(b); !errors.Is(err, os.ErrClosed) {
		t.Errorf("Write after Commit: %v", err)
	}
}

func TestDamagedIsDropped(t *testing.T) {
	good := movie(3, 1000)
	tests := []struct {
		name    string
		b       []byte
		size    int64
		receipt nvr.Receipt
		want    string
	}{
		{"empty", nil, 0, nvr.Receipt{}, "nothing came"},
		{"short of the receipt", good, 0, receipt(2000), "the recording has 2000"},
		{"beyond the receipt", good, 0, receipt(500), "the recording has 500"},
		{"an XML answer", []byte("<?xml version=\"1.0\"?>\x1b[2J"), 0, receipt(25), "no recording"},
		{"too small for a head", []byte("IM"), 0, receipt(2), "no recording"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			a := open(t, t.TempDir())
			p := create(t, a, item(0, tt.size))
			if len(tt.b) > 0 {
				write(t, p, tt.b)
			}
			_, err := p.Commit(t.Context(), Try{Number: 1, Receipt: tt.receipt})
			wantKind(t, err, Damaged)
			if !strings.Contains(err.Error(), tt.want) || strings.ContainsRune(err.Error(), '\x1b') {
				t.Errorf("error %q, want %q in it", err, tt.want)
			}
			if got := tree(t, a.Dir()); len(got) != 0 || parts(t, a.Dir()) != 0 {
				t.Errorf("files %v and %d parts are left", got, parts(t, a.Dir()))
			}
			if p, err = a.Create(item(0, tt.size)); err != nil || p.Offset() != 0 {
				t.Errorf("the next attempt: %v", err)
			}
		})
	}
}

// A search may announce more than there is: the receipt counts.
func TestFewerThanAnnounced(t *testing.T) {
	a := open(t, t.TempDir())
	b := movie(1, 1000)
	it := item(0, 1001)
	p := create(t, a, it)
	write(t, p, b)
	f, err := p.Commit(t.Context(), try(1, len(b)))
	if err != nil || f.Bytes != 1000 {
		t.Fatalf("%+v, %v", f, err)
	}
	if s, ok := a.Stored(it); !ok || s.Path != f.Path {
		t.Errorf("Stored = %+v, %v", s, ok)
	}
}

func TestMoreThanAnnouncedIsGood(t *testing.T) {
	a := open(t, t.TempDir())
	commit(t, a, item(0, 900), movie(1, 1000))
}

func TestExtensionFollowsContent(t *testing.T) {
	a := open(t, t.TempDir())
	stream := string(movie(1, 1000))
	for n, head := range []string{stream, stream[40:], "\xFF\xD8......", "\x00\x00\x00\x18ftyp"} {
		f := commit(t, a, item(n, 0), []byte(head))
		if want := []string{".mpg", ".mpg", ".jpg", ".mp4"}[n]; filepath.Ext(f.Path) != want {
			t.Errorf("%q became %s, want %s", head[:8], f.Path, want)
		}
	}
}

func TestOneWriterPerRecording(t *testing.T) {
	a := open(t, t.TempDir())
	p := create(t, a, item(0, 0))
	_, err := a.Create(item(0, 0))
	wantKind(t, err, InUse)
	if err := p.Close(); err != nil {
		t.Fatal(err)
	}
	create(t, a, item(0, 0))
}

func TestSecondHikgrabIsRefused(t *testing.T) {
	a := open(t, t.TempDir())
	b, err := Open(a.Dir(), nil)
	wantKind(t, err, InUse)
	if b != nil || !strings.Contains(err.Error(), "process ") || !strings.Contains(err.Error(), " since ") {
		t.Errorf("Open = %v, %v: the other process is not named", b, err)
	}
	reopen(t, a)
}

func TestAttemptsSurvive(t *testing.T) {
	a := open(t, t.TempDir())
	next := time.Now().Add(time.Minute)
	if err := a.NoteAttempt(item(0, 0), Attempt{Count: 3, Next: next, Failure: "busy"}); err != nil {
		t.Fatal(err)
	}
	camera := CameraKey{Recorder: "10.20.0.11", Track: 201}
	if err := errors.Join(a.NoteCamera(camera, "failed"), a.NoteCamera(camera, "incomplete")); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		got := a.Attempts(item(0, 0))
		if got.Count != 3 || !got.Next.Equal(next) || got.Failure != "busy" {
			t.Errorf("Attempts = %+v", got)
		}
		if s := a.CameraOutcome(camera); s != "incomplete" {
			t.Errorf("CameraOutcome = %q", s)
		}
		if all := maps.Collect(a.CameraOutcomes()); len(all) != 1 || all[camera] != "incomplete" {
			t.Errorf("CameraOutcomes = %v", all)
		}
		a = reopen(t, a)
	}
	if err := errors.Join(a.NoteAttempt(item(1, 0), Attempt{Count: 1}), a.NoteAttempt(item(1, 0), Attempt{})); err != nil {
		t.Fatal(err)
	}
	commit(t, a, item(0, 0), movie(1, 100))
	for range 2 {
		if got := a.Attempts(item(1, 0)); got != (Attempt{}) {
			t.Errorf("Attempts = %+v of a recording that was given a new start", got)
		}
		if got := a.Attempts(item(0, 0)); got != (Attempt{}) {
			t.Errorf("Attempts = %+v of a recording that is done", got)
		}
		a = reopen(t, a)
	}
	if s := a.CameraOutcome(CameraKey{Recorder: "10.20.0.11"}); s != "" {
		t.Errorf("CameraOutcome = %q of a recorder that never ended", s)
	}
}
