package archive_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
)

func TestMP4(t *testing.T) {
	for n, codec := range []simulator.Codec{simulator.H264, simulator.H265} {
		a := open(t, t.TempDir())
		b := footage(t, n, codec)
		it := shot(n, archive.MP4, len(b))
		f := commit(t, a, it, b)
		wantMovie(t, a, f)
		if f.Fetched != int64(len(b)) || len(f.Notes) != 0 || filepath.Ext(f.Path) != ".mp4" {
			t.Errorf("File = %+v", f)
		}
		if files := tree(t, a.Dir()); len(files) != 1 || parts(t, a.Dir()) != 0 {
			t.Errorf("%v and %d parts are there", files, parts(t, a.Dir()))
		}
		row := manifestRows(t, a.Dir())[1]
		want := []string{codecName(codec), "320", "180", "25", "500", "20", "1"}
		if got := row[10:17]; !slices.Equal(got, want) {
			t.Errorf("the manifest has %q, want %q", got, want)
		}
		for range 2 {
			if s, ok := a.Stored(it); !ok || s.Path != f.Path || s.Fetched != f.Fetched {
				t.Errorf("Stored = %+v, %v", s, ok)
			}
			it.Format = archive.Raw
			if s, ok := a.Stored(it); ok {
				t.Errorf("Stored = %+v as raw", s)
			}
			it.Format = archive.MP4
			a = reopen(t, a)
		}
	}
}

func TestDropAudio(t *testing.T) {
	a := open(t, t.TempDir())
	b := footage(t, 0, simulator.H264)
	sizes := map[bool]int64{}
	for n, drop := range []bool{false, true} {
		it := shot(0, archive.MP4, len(b))
		it.Recording.Track += nvr.Track(100 * n)
		it.DropAudio = drop
		f := commit(t, a, it, b)
		wantMovie(t, a, f)
		sizes[drop] = f.Bytes
	}
	if sizes[false]-sizes[true] < 8000*int64(shots/time.Second)*9/10 {
		t.Errorf("with sound %d bytes, without %d", sizes[false], sizes[true])
	}
}

func TestBoth(t *testing.T) {
	a := open(t, t.TempDir())
	b := footage(t, 0, simulator.H264)
	it := shot(0, archive.Both, len(b))
	f := commit(t, a, it, b)
	wantMovie(t, a, f)
	files := tree(t, a.Dir())
	if len(files) != 2 || files[0] != f.Path {
		t.Fatalf("%v are there", files)
	}
	wantFile(t, a, files[1], b)
	for _, format := range []archive.Format{archive.Raw, archive.MP4, archive.Both} {
		it.Format = format
		if s, ok := a.Stored(it); !ok || (filepath.Ext(s.Path) == ".mp4") != (format != archive.Raw) {
			t.Errorf("Stored = %+v, %v as %v", s, ok, format)
		}
	}
	// If the raw file is removed, it is fetched again, and nothing else changes.
	forget(t, a.Dir(), files[1])
	if _, ok := a.Stored(it); ok {
		t.Error("the raw file is not missed")
	}
	if again := commit(t, a, it, b); again.Path != f.Path || !slices.Equal(tree(t, a.Dir()), files) {
		t.Errorf("%+v, %v are there", again, tree(t, a.Dir()))
	}
	if paths := manifestPaths(t, a.Dir()); paths[f.Path] != 1 {
		t.Errorf("the manifest lists %v", paths)
	}
}

// A recording of another kind stays as the recorder sent it.
func TestUnfitStaysRaw(t *testing.T) {
	a := open(t, t.TempDir())
	b := footage(t, 0, simulator.H264)
	b[10], b[11] = 4, 0 // announces MJPEG
	for at := 0; ; {
		next := bytes.Index(b[at:], []byte{0x1B, 0xE0, 0, 28}) // and so do its maps
		if next < 0 {
			break
		}
		at += next
		b[at] = 0xB1
	}
	it := shot(0, archive.MP4, len(b))
	f := commit(t, a, it, b)
	if filepath.Ext(f.Path) != ".mpg" || len(f.Notes) != 1 || !strings.HasPrefix(f.Notes[0], "it cannot be made into an MP4: ") {
		t.Fatalf("%+v", f)
	}
	for range 2 {
		for _, it.Format = range []archive.Format{archive.Raw, archive.MP4, archive.Both} {
			wantStored(t, a, it, f)
		}
		a = reopen(t, a)
	}
}

// A raw file from an earlier run becomes an MP4 without another download.
func TestConvert(t *testing.T) {
	a := open(t, t.TempDir())
	b := footage(t, 0, simulator.H265)
	it := shot(0, archive.Raw, len(b))
	raw := commit(t, a, it, b)
	if _, ok, err := a.Convert(t.Context(), it); ok || err != nil {
		t.Errorf("Convert to raw: %v, %v", ok, err)
	}
	it.Format = archive.MP4
	if _, ok := a.Stored(it); ok {
		t.Error("the raw file counts as MP4")
	}
	stopped, stop := context.WithCancelCause(t.Context())
	stop(io.ErrUnexpectedEOF)
	if _, ok, err := a.Convert(stopped, it); !ok || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("Convert when stopped: %v, %v", ok, err)
	}
	f, ok, err := a.Convert(t.Context(), it)
	if !ok || err != nil || f.Fetched != int64(len(b)) {
		t.Fatalf("Convert = %+v, %v, %v", f, ok, err)
	}
	wantMovie(t, a, f)
	if files := tree(t, a.Dir()); len(files) != 2 || parts(t, a.Dir()) != 0 {
		t.Errorf("%v and %d parts are there", files, parts(t, a.Dir()))
	}

	// Nothing is made from a file that somebody changed.
	other := shot(1, archive.Raw, len(b))
	raw = commit(t, a, other, b)
	b[5000] ^= 1
	put(t, filepath.Join(a.Dir(), raw.Path), b)
	other.Format = archive.MP4
	if f, ok, err := a.Convert(t.Context(), other); ok || err != nil {
		t.Errorf("Convert of a changed file = %+v, %v, %v", f, ok, err)
	}
	if parts(t, a.Dir()) != 0 {
		t.Error("a part is left")
	}
}

// Stopping during the conversion keeps what was downloaded.
func TestStoppedWhileConverting(t *testing.T) {
	a := open(t, t.TempDir())
	b := footage(t, 0, simulator.H264)
	it := shot(0, archive.MP4, len(b))
	p := create(t, a, it)
	write(t, p, b)
	ctx, stop := context.WithCancelCause(t.Context())
	stop(io.ErrUnexpectedEOF)
	if _, err := p.Commit(ctx, try(1, len(b))); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Fatal(err)
	}
	if p = create(t, a, it); p.Offset() != int64(len(b)) || parts(t, a.Dir()) != 1 {
		t.Fatalf("Offset = %d, %d parts", p.Offset(), parts(t, a.Dir()))
	}
	f, err := p.Commit(t.Context(), try(2, len(b)))
	must(t, err)
	wantMovie(t, a, f)
}

func TestLostJournalOfMP4(t *testing.T) {
	a := open(t, t.TempDir())
	b := footage(t, 0, simulator.H264)
	it := shot(0, archive.Both, len(b))
	f := commit(t, a, it, b)
	must(t, a.Close())
	forget(t, a.Dir(), ownDir)
	a = open(t, a.Dir())
	for range 2 {
		wantStored(t, a, it, f)
		if paths := manifestPaths(t, a.Dir()); len(paths) != 2 || paths[f.Path] != 1 {
			t.Errorf("the manifest lists %v", paths)
		}
		a = reopen(t, a)
	}
	// Without the manifest the raw file is recognized by its size, and the rest is
	// made.
	must(t, a.Close())
	forget(t, a.Dir(), ownDir, manifestName)
	a = open(t, a.Dir())
	if s, ok := a.Stored(it); ok {
		t.Errorf("Stored = %+v without anything to prove it", s)
	}
	if again, ok, err := a.Convert(t.Context(), it); !ok || err != nil || again.Path != f.Path {
		t.Errorf("Convert = %+v, %v, %v", again, ok, err)
	}
	if files := tree(t, a.Dir()); len(files) != 2 {
		t.Errorf("%v are there", files)
	}
}

func TestFormatWords(t *testing.T) {
	for f := archive.Raw; f <= archive.Both; f++ {
		if got, err := archive.ParseFormat(fmt.Sprint(f)); err != nil || got != f {
			t.Errorf("%v reads %v, %v", f, got, err)
		}
	}
	if _, err := archive.ParseFormat("avi"); err == nil {
		t.Error("avi is a format")
	}
}
