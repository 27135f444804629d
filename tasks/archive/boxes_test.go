package archive_test

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
)

func TestProveBoxes(t *testing.T) {
	a := open(t, t.TempDir())
	b := footage(t, 0, simulator.H264)
	f := commit(t, a, shot(0, archive.MP4, len(b)), b)
	movie, err := os.ReadFile(filepath.Join(a.Dir(), f.Path))
	if err != nil {
		t.Fatal(err)
	}
	if err := proveBoxes(bytes.NewReader(movie), int64(len(movie))); err != nil {
		t.Error(err)
	}
	for _, harmed := range [][]byte{nil, movie[:len(movie)-1], append(slices.Clone(movie), 0), movie[:32], make([]byte, 100), movie[24:]} {
		if proveBoxes(bytes.NewReader(harmed), int64(len(harmed))) == nil {
			t.Errorf("%d bytes that are no MP4 are taken for one", len(harmed))
		}
	}
}

func FuzzProveBoxes(f *testing.F) {
	for _, text := range []string{"", "\x00\x00\x00\x08ftyp", "\x00\x00\x00\x01moov\xff\xff\xff\xff\xff\xff\xff\xff"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if proveBoxes(bytes.NewReader(b), int64(len(b))) == nil && len(b) < 24 {
			t.Errorf("%q has no room for three boxes", b)
		}
	})
}
