package mp4

import (
	"bytes"
	"testing"

	"example.com/hikgrab/nvr/media/es"
)

// TestProfiles writes the chroma format for the profiles that have one.
func TestProfiles(t *testing.T) {
	t.Parallel()
	sets := es.ParameterSets{SPS: [][]byte{{0x67, 1, 2, 3}}, PPS: [][]byte{{0x68}}}
	plain := len(AVC(es.SPS{Profile: 66}, sets))
	for p := range 256 {
		more := 0
		if p == 100 || p == 110 || p == 122 || p == 144 {
			more = 4
		}
		s := es.SPS{Profile: byte(p), ChromaFormat: 1, LumaDepth: 8, ChromaDepth: 8}
		if got := len(AVC(s, sets)) - plain; got != more {
			t.Errorf("profile %d: %d bytes more", p, got)
		}
	}
	for d, want := range map[int64]byte{0: 0, 1<<32 - 1: 0, 1 << 32: 1} {
		if got := versionFor(d); got != want {
			t.Errorf("%d: version %d", d, got)
		}
	}
}

// TestAspectAndColour writes the pixel aspect ratio, if not square, and the
// colours.
func TestAspectAndColour(t *testing.T) {
	t.Parallel()
	sets := es.ParameterSets{SPS: [][]byte{{0x67, 1, 2, 3}}, PPS: [][]byte{{0x68}}}
	s := es.SPS{Profile: 66, Width: 960, Height: 576}
	for _, e := range []Entry{AVC(s, sets), HEVC(s, sets)} {
		if e.visualBox("pasp") != nil || e.visualBox("colr") != nil {
			t.Error("something is told that nobody knows")
		}
	}
	s.AspectWidth, s.AspectHeight = 12, 11
	s.Colour = es.Colour{Known: true, Primaries: 9, Transfer: 16, Matrix: 10, FullRange: true}
	for _, e := range []Entry{AVC(s, sets), HEVC(s, sets)} {
		if got := e.visualBox("pasp"); !bytes.Equal(got, []byte{0, 0, 0, 12, 0, 0, 0, 11}) {
			t.Errorf("pasp % x", got)
		}
		if got := e.visualBox("colr"); string(got) != "nclx\x00\x09\x00\x10\x00\x0a\x80" {
			t.Errorf("colr %q", got)
		}
		if _, ok := e.Configuration(); !ok {
			t.Error("the configuration is hidden")
		}
		track := Track{Entry: e, Width: 960, Height: 576}
		if got := track.shownWidth(); got != 960*12<<16/11 {
			t.Errorf("%d wide on a screen", got>>16)
		}
	}
	if got := (&Track{Entry: AVC(es.SPS{AspectWidth: 1 << 20, AspectHeight: 1}, sets), Width: 960}).shownWidth(); got != 960<<16 {
		t.Errorf("%d wide on a screen", got>>16)
	}
}

// TestDescriptors reads MPEG-4 descriptors with lengths of one to four bytes.
func TestDescriptors(t *testing.T) {
	t.Parallel()
	long := bytes.Repeat([]byte{7}, 300)
	for _, c := range []struct {
		b    []byte
		want []byte
	}{
		{nil, nil},
		{[]byte{3}, nil},
		{[]byte{3, 0}, []byte{}},
		{[]byte{4, 1, 7}, nil},
		{[]byte{3, 2, 7, 8, 9}, []byte{7, 8}},
		{[]byte{3, 9, 7, 8}, []byte{7, 8}},
		{[]byte{3, 0x80, 1, 7, 8}, []byte{7}},
		{[]byte{3, 0x80, 0x80, 0x80, 2, 7, 8, 9}, []byte{7, 8}},
		{[]byte{3, 0x80, 0x80, 0x80, 0x80, 1, 7}, nil},
		{[]byte{3, 0x80, 0x80}, nil},
		{append([]byte{3, 0x82, 0x01}, long...), long[:257]},
	} {
		if got := descriptor(c.b, 3); !bytes.Equal(got, c.want) || (got == nil) != (c.want == nil) {
			t.Errorf("% x: % x, want % x", c.b, got, c.want)
		}
	}
}

// TestDecoderConfigurations drops the bit rates, and does not change what it
// cannot parse.
func TestDecoderConfigurations(t *testing.T) {
	t.Parallel()
	config := func(flags byte, decoder ...byte) []byte {
		return append([]byte{0, 0, 0, 0, 3, byte(5 + len(decoder)), 0, 1, flags, 4, byte(len(decoder))}, decoder...)
	}
	whole := []byte{0x40, 0x15, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13}
	without := []byte{0x40, 0x15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 13}
	for _, c := range []struct {
		name string
		esds []byte
		want []byte
	}{
		{"whole", config(0, whole...), without},
		{"as short as can be", config(0x1F, whole[:13]...), without[:13]},
		{"too short", config(0, whole[:12]...), config(0, whole[:12]...)},
		{"depends on another", config(0x80, whole...), config(0x80, whole...)},
		{"with an address", config(0x20, whole...), config(0x20, whole...)},
		{"no header", []byte{0, 0, 0}, []byte{0, 0, 0}},
		{"nothing in it", []byte{0, 0, 0, 0}, []byte{0, 0, 0, 0}},
		{"no decoder", []byte{0, 0, 0, 0, 3, 2, 0, 1}, []byte{0, 0, 0, 0, 3, 2, 0, 1}},
	} {
		before := bytes.Clone(c.esds)
		if got := decoderConfiguration(c.esds); !bytes.Equal(got, c.want) || !bytes.Equal(before, c.esds) {
			t.Errorf("%s: % x, want % x", c.name, got, c.want)
		}
	}
}
