package mp4_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"example.com/hikgrab/nvr/media/es"
	"example.com/hikgrab/nvr/media/mp4"
)

// boxed puts content into a box.
func boxed(kind string, content ...[]byte) []byte {
	body := slices.Concat(content...)
	return slices.Concat(binary.BigEndian.AppendUint32(nil, uint32(8+len(body))), []byte(kind), body)
}

// with returns an entry with another box after its own.
func with(e mp4.Entry, b []byte) mp4.Entry {
	n := append(slices.Clone(e), b...)
	binary.BigEndian.PutUint32(n, uint32(len(n)))
	return n
}

func change(e mp4.Entry, at int, v byte) mp4.Entry {
	n := slices.Clone(e)
	n[at] ^= v
	return n
}

// aac returns an entry in ffmpeg's style: four-byte lengths, and bit rates.
func aac(rate uint32, config ...byte) mp4.Entry {
	e := mp4.Sound(es.AudioFrame{AAC: true, Rate: 16000, Channels: 1})
	specific := append([]byte{5, 0x80, 0x80, 0x80, byte(len(config))}, config...)
	rates := binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, rate), rate)
	decoder := slices.Concat([]byte{0x40, 0x15, 0, 0, 0}, rates, specific)
	decoder = slices.Concat([]byte{4, 0x80, 0x80, 0x80, byte(len(decoder))}, decoder)
	stream := slices.Concat([]byte{0, 1, 0}, decoder, []byte{6, 0x80, 0x80, 0x80, 1, 2})
	esds := boxed("esds", make([]byte, 4), []byte{3, 0x80, 0x80, 0x80, byte(len(stream))}, stream)
	return with(e[:36], esds)
}

func TestSame(t *testing.T) {
	t.Parallel()
	h264 := entry()
	alaw := mp4.G711("alaw", 8000, 1)
	named := slices.Clone(h264)
	copy(named[50:], "\x10an encoder's name")
	for _, c := range []struct {
		name string
		a, b mp4.Entry
		want bool
	}{
		{"itself", h264, slices.Clone(h264), true},
		{"bit rates told", h264, with(h264, boxed("btrt", make([]byte, 12))), true},
		{"a name told", h264, named, true},
		{"shape of pixels told", h264, with(h264, boxed("pasp", []byte{0, 0, 0, 4, 0, 0, 0, 3})), false},
		{"another width", h264, change(h264, 33, 1), false},
		{"another set", h264, change(h264, len(h264)-1, 1), false},
		{"another name", h264, change(h264, 7, 2), false},
		{"another codec", h264, alaw, false},
		{"A-law and µ-law", alaw, mp4.G711("ulaw", 8000, 1), false},
		{"other channels", alaw, mp4.G711("alaw", 8000, 2), false},
		{"AAC of other bit rates", aac(16000, 0x14, 0x08), aac(32000, 0x14, 0x08), true},
		{"AAC of another kind", aac(16000, 0x14, 0x08), aac(16000, 0x14, 0x10), false},
		{"AAC and no telling what", aac(16000, 0x14, 0x08), aac(16000, 0x14, 0x08)[:40], false},
		{"too short", mp4.Entry("short"), mp4.Entry("shore"), false},
		{"nothing", nil, mp4.Entry{}, true},
	} {
		if got := c.a.Same(c.b); got != c.want {
			t.Errorf("%s: %v", c.name, got)
		}
		if got := c.b.Same(c.a); got != c.want {
			t.Errorf("%s, the other way round: %v", c.name, got)
		}
	}
}

func TestConfiguration(t *testing.T) {
	t.Parallel()
	sets := es.ParameterSets{
		VPS: [][]byte{{0x40, 1, 2}}, SPS: [][]byte{append([]byte{0x42, 1}, make([]byte, 20)...)}, PPS: [][]byte{{0x44, 1, 3}, {0x44, 1, 4}},
	}
	h265 := mp4.HEVC(es.SPS{Codec: es.H265, Width: 64, Height: 48, SubLayers: 1}, sets)
	c, ok := h265.Configuration()
	if !ok || c.Codec != es.H265 || c.Prefix != 4 || !equal(c.Sets, sets) || h265.Kind() != "hvc1" {
		t.Errorf("%v, %+v", ok, c)
	}
	want := es.ParameterSets{SPS: [][]byte{{0x67, 66, 0, 30, 1, 2, 3}}, PPS: [][]byte{{0x68, 4, 5}}}
	if c, ok = entry().Configuration(); !ok || c.Codec != es.H264 || c.Prefix != 4 || !equal(c.Sets, want) {
		t.Errorf("%v, %+v", ok, c)
	}
	// Whatever is missing at the end, there is no panic and no partial set.
	for _, e := range []mp4.Entry{entry(), h265} {
		for n := range len(e) {
			short := slices.Clone(e[:n])
			if c, ok := short.Configuration(); ok {
				t.Errorf("%d bytes of %d: %+v", n, len(e), c)
			}
			if n > 86+8 { // the same with correct lengths
				binary.BigEndian.PutUint32(short, uint32(n))
				binary.BigEndian.PutUint32(short[86:], uint32(n-86))
				if c, ok := short.Configuration(); ok {
					t.Errorf("%d bytes of %d: %+v", n, len(e), c)
				}
			}
		}
	}
	if _, ok := mp4.G711("alaw", 8000, 1).Configuration(); ok {
		t.Error("sound has a configuration of video")
	}
}

func equal(a, b es.ParameterSets) bool {
	same := func(a, b [][]byte) bool { return slices.EqualFunc(a, b, bytes.Equal) }
	return same(a.VPS, b.VPS) && same(a.SPS, b.SPS) && same(a.PPS, b.PPS)
}
