package archive_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

// Opening an archive, and putting recordings through it.

// must ends the test if something that it depends on failed.
func must(t testing.TB, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// open opens a directory as an archive until the test ends.
func open(t testing.TB, dir string, options ...archive.Option) *archive.Archive {
	t.Helper()
	a, err := archive.Open(dir, slog.New(slog.NewTextHandler(t.Output(), nil)), options...)
	must(t, err)
	t.Cleanup(func() { closing(t, a) })
	return a
}

// reopen returns what the next run finds.
func reopen(t testing.TB, a *archive.Archive, options ...archive.Option) *archive.Archive {
	t.Helper()
	must(t, a.Close())
	return open(t, a.Dir(), options...)
}

func closing(t testing.TB, c io.Closer) {
	t.Helper()
	if err := c.Close(); err != nil {
		t.Errorf("Close: %v", err)
	}
}

// morning is when the first recording of most tests begins.
var morning = time.Date(2026, 11, 3, 8, 15, 0, 0, time.UTC)

// item returns the n-th quarter of an hour of channel 2, with size bytes
// announced.
func item(n int, size int64) archive.Item {
	start := morning.Add(time.Duration(n) * 15 * time.Minute)
	return archive.Item{
		Recorder: "10.20.0.11", Label: "Depot", Camera: "Gate",
		Recording: nvr.Recording{
			Track: 201, Start: start, End: start.Add(15 * time.Minute), Size: size,
			Name: "0000000001001", Codec: "H.264-BP",
		},
	}
}

func create(t testing.TB, a *archive.Archive, it archive.Item) *archive.Part {
	t.Helper()
	p, err := a.Create(it)
	must(t, err)
	return p
}

func write(t testing.TB, p *archive.Part, b []byte) {
	t.Helper()
	if n, err := p.Write(b); err != nil || n != len(b) {
		t.Fatalf("Write = %d, %v", n, err)
	}
}

func receipt(n int) nvr.Receipt { return nvr.Receipt{Received: int64(n), Length: int64(n)} }

// try returns a download of n bytes.
func try(number, n int) archive.Try { return archive.Try{Number: number, Receipt: receipt(n)} }

// commit takes a recording that comes at the first try through all steps.
func commit(t testing.TB, a *archive.Archive, it archive.Item, b []byte) archive.File {
	t.Helper()
	p := create(t, a, it)
	write(t, p, b)
	f, err := p.Commit(t.Context(), try(1, len(b)))
	must(t, err)
	return f
}

// wantStored checks whether an archive has a recording, and as which file.
func wantStored(t *testing.T, a *archive.Archive, it archive.Item, want archive.File) {
	t.Helper()
	if f, ok := a.Stored(it); !ok || f.Path != want.Path || f.SHA256 != want.SHA256 {
		t.Errorf("Stored = %+v, %v, want %+v", f, ok, want)
	}
}

func wantKind(t *testing.T, err error, want archive.Kind) {
	t.Helper()
	if err == nil || archive.KindOf(err) != want {
		t.Fatalf("error %v is of kind %v, want %v", err, archive.KindOf(err), want)
	}
}

// What is on disk. Names are under the output directory, with slashes.

// The files of hikgrab's own that tests look at.
const (
	ownDir       = ".hikgrab"
	partsDir     = ownDir + "/parts"
	journalName  = ownDir + "/journal"
	manifestName = "manifest.csv"
)

func pathOf(dir, name string) string { return filepath.Join(dir, filepath.FromSlash(name)) }

// fileBytes returns the content of a file. If it cannot be read, it is empty
// and the test fails.
func fileBytes(t *testing.T, dir, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(pathOf(dir, name))
	if err != nil {
		t.Error(err)
	}
	return b
}

// wantText checks the content of a file.
func wantText(t *testing.T, name, text string) {
	t.Helper()
	if b, err := os.ReadFile(name); err != nil || string(b) != text {
		t.Errorf("%s holds %q, %v, want %q", name, b, err, text)
	}
}

// put writes a file and its directories, as somebody else may do.
func put(t testing.TB, name string, b []byte) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(name), 0o755), os.WriteFile(name, b, 0o644))
}

// spoil changes a byte in the middle of a file.
func spoil(t *testing.T, name string) {
	t.Helper()
	b, err := os.ReadFile(name)
	must(t, err)
	b[len(b)/2] ^= 1
	put(t, name, b)
}

// forget removes files and directories.
func forget(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		must(t, os.RemoveAll(pathOf(dir, name)))
	}
}

// tree lists the files under dir except hikgrab's own.
func tree(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	must(t, filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == ownDir:
			return fs.SkipDir
		case d.IsDir() || d.Name() == manifestName:
			return nil
		}
		rel, err := filepath.Rel(dir, name)
		all = append(all, filepath.ToSlash(rel))
		return err
	}))
	return all
}

// partNames lists the files on their way to a final name.
func partNames(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(pathOf(dir, partsDir))
	must(t, err)
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = partsDir + "/" + e.Name()
	}
	return names
}

// parts counts the files on their way to a final name.
func parts(t *testing.T, dir string) int { t.Helper(); return len(partNames(t, dir)) }

// sumOf returns a checksum as in manifest and journal.
func sumOf(b []byte) string { return fmt.Sprintf("%x", sha256.Sum256(b)) }

// wantFile checks the exact content of a file in the archive.
func wantFile(t *testing.T, a *archive.Archive, name string, want []byte) {
	t.Helper()
	if b := fileBytes(t, a.Dir(), name); !bytes.Equal(b, want) {
		t.Errorf("%s holds %d bytes that are not the %d wanted", name, len(b), len(want))
	}
}
