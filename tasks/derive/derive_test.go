package derive

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(fakeParent); dir != "" {
		os.Exit(beParent(dir))
	}
	if mode, err := os.ReadFile(besideProgram(fakeMode)); err == nil {
		code := fakeFFmpeg(string(mode))
		_ = os.Setenv("GOCOVERDIR", besideProgram("")) // with -cover it would complain on exit, and ffmpeg's complaints count
		os.Exit(code)
	}
	goleak.VerifyTestMain(m)
}

func open(t *testing.T) *archive.Archive {
	t.Helper()
	a, err := archive.Open(t.TempDir(), slog.New(slog.NewTextHandler(t.Output(), nil)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return a
}

var morning = time.Date(2026, 11, 3, 8, 15, 0, 0, time.UTC)

// at returns the time that many seconds into the morning.
func at(seconds int) time.Time { return morning.Add(time.Duration(seconds) * time.Second) }

// take describes a recording to make: seconds long from start on, 25 pictures
// per second.
type take struct {
	start, seconds int
	rate           int // bytes per second; with 0 pictures come evenly
	codec          simulator.Codec
	raw, both      bool // otherwise only the MP4 is kept
}

// store makes a finished recording of a simulated recorder in the archive.
func store(t *testing.T, a *archive.Archive, k take) archive.File {
	t.Helper()
	end := at(k.start + k.seconds)
	r := simulator.New(simulator.Config{Channels: []simulator.Channel{{
		Number: 2, Codec: k.codec, Audio: true,
		Recordings: []simulator.Recording{{Start: at(k.start), End: end, Size: int64(k.seconds * cmp.Or(k.rate, 30_000)), Name: "one"}},
	}}})
	b, err := io.ReadAll(r.Content(201, "one"))
	if err != nil {
		t.Fatal(err)
	}
	format := archive.MP4
	switch {
	case k.raw:
		format = archive.Raw
	case k.both:
		format = archive.Both
	}
	return commit(t, a, b, at(k.start), end, format)
}

// commit adds an existing recording to the archive.
func commit(t *testing.T, a *archive.Archive, b []byte, start, end time.Time, format archive.Format) archive.File {
	t.Helper()
	part, err := a.Create(archive.Item{
		Recorder: "10.20.0.11", Label: "Depot", Camera: "Gate", Format: format,
		Recording: nvr.Recording{Track: 201, Start: start, End: end, Size: int64(len(b)), Name: "one"},
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := part.Write(b); err != nil {
		t.Fatal(err)
	}
	size := int64(len(b))
	f, err := part.Commit(t.Context(), archive.Try{Number: 1, Last: true, Receipt: nvr.Receipt{Received: size, Length: size}})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// theCamera returns the only camera of an archive.
func theCamera(t *testing.T, a *archive.Archive) Camera {
	t.Helper()
	files, err := a.Finished()
	if err != nil {
		t.Fatal(err)
	}
	all := Cameras(files)
	if len(all) != 1 {
		t.Fatalf("there are %d cameras", len(all))
	}
	return all[0]
}

type call func(context.Context, *archive.Archive, Camera, archive.Span, *Progress) (Result, error)

// must calls a function and checks what is true of every result.
func must(t *testing.T, a *archive.Archive, w archive.Span, f call) Result {
	t.Helper()
	var p Progress
	r, err := f(t.Context(), a, theCamera(t, a), w, &p)
	if err != nil {
		t.Fatal(err)
	}
	if p.Done.Load() != p.Total.Load() || (len(r.Made) > 0) != (p.Total.Load() > 0) {
		t.Errorf("%d of %d bytes done, %d files made", p.Done.Load(), p.Total.Load(), len(r.Made))
	}
	for _, note := range r.Notes {
		if strings.Contains(note, a.Dir()) || strings.HasSuffix(note, ".") {
			t.Errorf("the note is %q", note)
		}
	}
	v, err := archive.Verify(t.Context(), a.Dir(), &archive.VerifyProgress{})
	if err != nil || len(v.Deviations) > 0 {
		t.Errorf("%v, %v", v.Deviations, err)
	}
	noDebris(t, a)
	return r
}

// wantListed checks that the manifest of the joined files contains these pieces
// of text.
func wantListed(t *testing.T, a *archive.Archive, pieces ...string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(a.Dir(), "joined", "manifest.csv"))
	for _, piece := range pieces {
		if err != nil || !strings.Contains(string(b), piece) {
			t.Errorf("%q is not in the manifest %s, %v", piece, b, err)
		}
	}
}

// noDebris checks that nothing is left in the archive's own directory.
func noDebris(t *testing.T, a *archive.Archive) {
	t.Helper()
	for _, dir := range []string{"parts", "stills"} {
		entries, err := os.ReadDir(filepath.Join(a.Dir(), ".hikgrab", dir))
		if err != nil && !errors.Is(err, fs.ErrNotExist) || len(entries) > 0 {
			t.Errorf("%v is left in %s, %v", entries, dir, err)
		}
	}
}

// wantFiles checks which files a result has, and how many are new.
func wantFiles(t *testing.T, r Result, fresh int, want ...string) {
	t.Helper()
	var got []string
	for _, f := range r.Files {
		got = append(got, f.Path)
	}
	if !slices.Equal(got, want) || len(r.Made) != fresh {
		t.Errorf("%v, %d of them made now; want %v, %d", got, len(r.Made), want, fresh)
	}
}

// wantNote checks that there is exactly one note, with all of these words.
func wantNote(t *testing.T, r Result, words ...string) {
	t.Helper()
	if len(r.Notes) != 1 {
		t.Fatalf("the notes are %q", r.Notes)
	}
	for _, word := range words {
		if !strings.Contains(r.Notes[0], word) {
			t.Errorf("the note is %q, want %q in it", r.Notes[0], word)
		}
	}
}

// tree lists the content of a directory of the archive.
func tree(t *testing.T, a *archive.Archive, dir string) (names []string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS(a.Dir()), dir, func(name string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			names = append(names, name)
		}
		return err
	})
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	return names
}

func remove(t *testing.T, a *archive.Archive, name string) {
	t.Helper()
	if err := os.Remove(filepath.Join(a.Dir(), filepath.FromSlash(name))); err != nil {
		t.Fatal(err)
	}
}
