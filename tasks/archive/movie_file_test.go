package archive_test

import (
	"bytes"
	"context"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"example.com/hikgrab/nvr/media"
	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
)

// countedFile is a file that counts the bytes read from it.
type countedFile struct {
	*os.File
	read *atomic.Int64
}

func (f countedFile) ReadAt(b []byte, at int64) (int, error) {
	n, err := f.File.ReadAt(b, at)
	f.read.Add(int64(n))
	return n, err
}

// countReads makes an archive count the bytes read from raw files.
func countReads(a *archive.Archive) *atomic.Int64 {
	read := new(atomic.Int64)
	a.WrapParts(func(f *os.File) archive.PartFile {
		if strings.HasSuffix(f.Name(), ".mp4.part") {
			return f
		}
		return countedFile{f, read}
	})
	return read
}

// The MP4 is made while the recording arrives. Nothing of that is read again,
// except its head, and what a time stamp, a gap or the index requires.
func TestMovieWhileItComes(t *testing.T) {
	b := footage(t, 0, simulator.H264)
	for name, tt := range map[string]struct {
		length time.Duration
		format archive.Format
		again  bool
	}{
		"MP4":                   {20 * time.Second, archive.MP4, false},
		"both":                  {20 * time.Second, archive.Both, false},
		"longer than it is":     {time.Second, archive.MP4, true},
		"nobody knows how long": {0, archive.MP4, true},
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, t.TempDir())
			read := countReads(a)
			it := shot(0, tt.format, len(b))
			it.Recording.End = morning.Add(tt.length)
			f := commit(t, a, it, b)
			wantMovie(t, a, f)
			if got := read.Load(); got > media.SniffLen && !tt.again || got < int64(len(b)) && tt.again || parts(t, a.Dir()) != 0 {
				t.Errorf("%d bytes were read again, %d parts are there", got, parts(t, a.Dir()))
			}
		})
	}
}

// The MP4s are the same, byte for byte, whether they are made while a recording
// arrives, at once or after an interruption, or from the raw file later.
func TestMovieIsTheSame(t *testing.T) {
	b := footage(t, 0, simulator.H264)
	content := func(a *archive.Archive, f archive.File) []byte {
		wantMovie(t, a, f)
		return fileBytes(t, a.Dir(), f.Path)
	}
	it := shot(0, archive.MP4, len(b))
	a := open(t, t.TempDir())
	want := content(a, commit(t, a, it, b))

	a = open(t, t.TempDir())
	p := create(t, a, it)
	write(t, p, b[:400_000])
	if err := p.Close(); err != nil || parts(t, a.Dir()) != 1 {
		t.Fatalf("%v, %d parts are there", err, parts(t, a.Dir()))
	}
	p = create(t, a, it)
	write(t, p, b[400_000:])
	f, err := p.Commit(t.Context(), try(2, len(b)))
	if err != nil || !bytes.Equal(content(a, f), want) {
		t.Errorf("after an interruption: %v", err)
	}

	a = open(t, t.TempDir())
	raw := it
	raw.Format = archive.Raw
	commit(t, a, raw, b)
	if f, ok, err := a.Convert(t.Context(), it); err != nil || !ok || !bytes.Equal(content(a, f), want) {
		t.Errorf("of the raw file: %v, %v", ok, err)
	}
}

// However many recordings arrive at once, few MP4s are made meanwhile, and in
// the end all exist.
func TestManyMoviesAtOnce(t *testing.T) {
	a := open(t, t.TempDir())
	read := countReads(a)
	const many = 20
	var open [many]*archive.Part
	for n := range open {
		b := footage(t, n, simulator.H264)
		open[n] = create(t, a, shot(n, archive.MP4, len(b)))
		write(t, open[n], b)
	}
	for n, p := range open {
		f, err := p.Commit(t.Context(), try(1, 600_000))
		if err != nil {
			t.Fatal(n, err)
		}
		wantMovie(t, a, f)
	}
	if got := read.Load(); got < 4*600_000 || got > 5*600_000 || parts(t, a.Dir()) != 0 {
		t.Errorf("%d bytes were read again, %d parts are there", got, parts(t, a.Dir()))
	}
}

// A part takes its MP4 with it, however it ends.
func TestMovieGoesWithItsPart(t *testing.T) {
	b := footage(t, 0, simulator.H264)
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for name, tt := range map[string]struct {
		end  func(*archive.Part) error
		left int
	}{
		"closed": {func(p *archive.Part) error { return p.Close() }, 1},
		"reset":  {func(p *archive.Part) error { return p.Reset() }, 1},
		"too short": {func(p *archive.Part) error {
			_, err := p.Commit(t.Context(), try(1, len(b)+1))
			wantKind(t, err, archive.Damaged)
			return nil
		}, 0},
		"given up": {func(p *archive.Part) error {
			if _, err := p.Commit(canceled, try(1, len(b))); err == nil {
				t.Error("nothing stopped it")
			}
			return nil
		}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, t.TempDir())
			p := create(t, a, shot(0, archive.MP4, len(b)))
			write(t, p, b)
			must(t, tt.end(p))
			if got := parts(t, a.Dir()); got != tt.left {
				t.Errorf("%d parts are there, want %d", got, tt.left)
			}
		})
	}
}
