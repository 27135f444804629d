package archive

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

func TestProveBoxes(t *testing.T) {
	box := func(kind, content string) string {
		return "\x00\x00\x00" + string(rune(8+len(content))) + kind + content
	}
	long := "\x00\x00\x00\x01mdat\x00\x00\x00\x00\x00\x00\x00\x14tail"
	for _, movie := range [][]byte{[]byte(box("ftyp", "isom") + box("moov", "index") + box("mdat", "pictures")), []byte(box("ftyp", "isom") + box("moov", "") + long)} {
		if err := proveBoxes(bytes.NewReader(movie), int64(len(movie))); err != nil {
			t.Error(err)
		}
		for _, harmed := range [][]byte{nil, movie[:len(movie)-1], append(slices.Clone(movie), 0), movie[:32], make([]byte, 100), movie[12:]} {
			if proveBoxes(bytes.NewReader(harmed), int64(len(harmed))) == nil {
				t.Errorf("%q is taken for an MP4", harmed)
			}
		}
	}
	if disk := (unreadable{}); proveBoxes(disk, 100) == nil {
		t.Error("what cannot be read is taken for an MP4")
	}
}

func FuzzProveBoxes(f *testing.F) {
	for _, text := range []string{"", "\x00\x00\x00\x08ftyp", "\x00\x00\x00\x01moov" + strings.Repeat("\xff", 8)} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if proveBoxes(bytes.NewReader(b), int64(len(b))) == nil && len(b) < 24 {
			t.Errorf("%q has no room for three boxes", b)
		}
	})
}
