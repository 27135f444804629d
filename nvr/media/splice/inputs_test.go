package splice_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"example.com/hikgrab/nvr/media/mediatest"
	"example.com/hikgrab/nvr/media/mp4"
	"example.com/hikgrab/nvr/media/splice"
)

// memoryFile is an input in memory.
type memoryFile struct{ *bytes.Reader }

func (memoryFile) Close() error { return nil }

// pieceOf returns a piece for an MP4 in memory.
func pieceOf(b []byte, start time.Time) splice.Piece {
	return splice.Piece{
		Name:  "piece of " + start.Format(time.TimeOnly),
		Start: start,
		Open:  func() (splice.Input, error) { return memoryFile{bytes.NewReader(b)}, nil },
	}
}

// onDisk returns a Piece.Open that opens a file.
func onDisk(path string) func() (splice.Input, error) {
	return func() (splice.Input, error) {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		return splice.FromFile(f)
	}
}

// TestOnDisk joins files of a directory, with only one open at a time.
func TestOnDisk(t *testing.T) {
	t.Parallel()
	c := see(t, lens{source: "plain.h264", frames: 144, sound: "alaw"})
	var open, most atomic.Int32
	var pieces []splice.Piece
	for i, s := range []span{{0, 48}, {48, 96}, {96, 144}} {
		p, dst := c.file(t, s)
		p.Name = filepath.Join(t.TempDir(), string(rune('a'+i)))
		if err := os.WriteFile(p.Name, dst.B, 0o600); err != nil {
			t.Fatal(err)
		}
		file := onDisk(p.Name)
		p.Open = func() (splice.Input, error) {
			in, err := file()
			most.Store(max(most.Load(), open.Add(1)))
			return counted{in, &open}, err
		}
		pieces = append(pieces, p)
	}
	list, _ := splices(t, pieces, splice.Span{})
	c.shows(t, list[0], span{0, 144})
	if open.Load() != 0 || most.Load() != 1 {
		t.Errorf("%d files are open, %d were at once", open.Load(), most.Load())
	}
	if err := os.Remove(pieces[1].Name); err != nil {
		t.Fatal(err)
	}
	if _, _, err := splice.Plan(t.Context(), pieces, splice.Span{}); !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), pieces[1].Name) {
		t.Error(err)
	}
	if _, err := splice.FromFile(closedFile(t)); err == nil {
		t.Error("a closed file is an input")
	}
}

func closedFile(t *testing.T) *os.File {
	t.Helper()
	f, err := os.Create(filepath.Join(t.TempDir(), "closed"))
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return f
}

// counted is an input that counts how many are open.
type counted struct {
	splice.Input
	open *atomic.Int32
}

func (c counted) Close() error {
	c.open.Add(-1)
	return c.Input.Close()
}

// TestRefusedPieces leaves out unusable pieces and joins the others.
func TestRefusedPieces(t *testing.T) {
	t.Parallel()
	c := see(t, lens{source: "plain.h264", frames: 144})
	pieces := c.files(t, span{0, 48}, span{48, 96}, span{96, 144})
	_, dst := c.file(t, span{48, 96})
	for _, k := range []struct {
		name string
		file []byte
		kind mp4.RefusalKind
	}{
		{"program stream", []byte("\x00\x00\x01\xBA and so on, up to its end"), mp4.NotMP4},
		{"fragments", mediatest.Edit(dst.B, func(m *mediatest.Box) { m.Boxes = append(m.Boxes, &mediatest.Box{Kind: "mvex"}) }), mp4.Fragmented},
		{"no key frame", mediatest.Edit(dst.B, func(m *mediatest.Box) { m.Table("stss").Body = mediatest.Full(0, 0) }), mp4.NoPictures},
		{"cut short", dst.B[:len(dst.B)/2], mp4.Damaged},
	} {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			list, left := splices(t, []splice.Piece{pieces[2], pieceOf(k.file, pieces[1].Start), pieces[0]}, splice.Span{})
			if len(left) != 1 || left[0].Piece != 1 || len(list) != 1 {
				t.Fatalf("%d files, left out: %v", len(list), left)
			}
			if refusal, ok := errors.AsType[*mp4.Refusal](left[0].Reason); !ok || refusal.Kind != k.kind {
				t.Error(left[0].Reason)
			}
			c.shows(t, list[0], span{0, 48}, span{96, 144})
			if p := list[0].plan.Parts; p[0].Piece != 2 || p[1].Piece != 0 {
				t.Errorf("parts of pieces %d and %d", p[0].Piece, p[1].Piece)
			}
		})
	}
}

// TestFailures makes every read and every write fail once. Each time the error
// is returned and names the piece.
func TestFailures(t *testing.T) {
	t.Parallel()
	c := see(t, lens{source: "plain.h264", frames: 96, sound: "alaw"})
	whole := c.files(t, span{0, 48}, span{48, 96})
	broken := errors.New("broken")
	for n := range 1000 {
		left := n
		pieces := slices.Clone(whole)
		for i := range pieces {
			open := pieces[i].Open
			pieces[i].Open = func() (splice.Input, error) {
				if left--; left < 0 {
					return nil, broken
				}
				in, err := open()
				return failing{in, &left, broken}, err
			}
		}
		files, _, err := splice.Plan(t.Context(), pieces, splice.Span{})
		if err == nil {
			err = splice.Write(t.Context(), &mediatest.Memory{}, files[0], nil)
		}
		if left >= 0 {
			if err != nil {
				t.Error(err)
			}
			break
		}
		if !errors.Is(err, broken) || !strings.Contains(err.Error(), "read piece of") {
			t.Fatalf("failure %d: %v", n, err)
		}
	}
	files, _, err := splice.Plan(t.Context(), whole, splice.Span{})
	if err != nil {
		t.Fatal(err)
	}
	for room := int64(0); ; room += 977 {
		dst := &full{room: room}
		err := splice.Write(t.Context(), dst, files[0], nil)
		if !dst.hit {
			if err != nil {
				t.Error(err)
			}
			break
		}
		if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "write the MP4") {
			t.Fatalf("%d bytes: %v", room, err)
		}
	}
}

// failing is an input that fails after some reads.
type failing struct {
	splice.Input
	left *int
	err  error
}

func (f failing) ReadAt(b []byte, at int64) (int, error) {
	if *f.left--; *f.left < 0 {
		return 0, f.err
	}
	return f.Input.ReadAt(b, at)
}

// full is a disk with little space.
type full struct {
	mediatest.Memory
	room int64
	hit  bool
}

func (f *full) Write(b []byte) (int, error) {
	if at, _ := f.Seek(0, io.SeekCurrent); at+int64(len(b)) > f.room {
		f.hit = true
		return 0, syscall.ENOSPC
	}
	return f.Memory.Write(b)
}

// TestChanged detects a piece that has changed.
func TestChanged(t *testing.T) {
	t.Parallel()
	c := see(t, lens{source: "plain.h264", frames: 96})
	pieces := c.files(t, span{0, 48}, span{48, 96})
	_, other := c.file(t, span{36, 96})
	opened := 0
	open := pieces[1].Open
	pieces[1].Open = func() (splice.Input, error) {
		if opened++; opened > 2 {
			return memoryFile{bytes.NewReader(other.B)}, nil
		}
		return open()
	}
	files, _, err := splice.Plan(t.Context(), pieces, splice.Span{})
	if err != nil {
		t.Fatal(err)
	}
	if err = splice.Write(t.Context(), &mediatest.Memory{}, files[0], nil); !errors.Is(err, splice.ErrChanged) {
		t.Error(err)
	}
	opened = 1
	if _, _, err := splice.Plan(t.Context(), pieces, splice.Span{}); !errors.Is(err, splice.ErrChanged) {
		t.Error(err)
	}
	if err := splice.Write(t.Context(), &mediatest.Memory{}, splice.File{}, nil); err == nil {
		t.Error("nothing was written")
	}
}

// TestCancel stops when its context ends.
func TestCancel(t *testing.T) {
	t.Parallel()
	c := see(t, lens{source: "plain.h264", frames: 96})
	pieces := c.files(t, span{0, 48}, span{48, 96})
	files, _, err := splice.Plan(t.Context(), pieces, splice.Span{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, err := splice.Plan(ctx, pieces, splice.Span{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := splice.Write(ctx, &mediatest.Memory{}, files[0], nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
