package es_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"example.com/hikgrab/nvr/media/es"
	"example.com/hikgrab/nvr/media/mediatest"
)

func testdata(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// split returns, in words, the access units of a stream that is written in
// pieces. A limit above 0 also returns the data; one below 0 only limits the
// units.
func split(b []byte, piece, limit int) (units []string, data []byte) {
	s := es.Splitter{Keep: limit > 0, Limit: max(limit, -limit)}
	s.Emit = func(u *es.AccessUnit) {
		units = append(units, fmt.Sprintf("%d+%d key %v field %v %x pts %d %v %v", u.Offset, u.Size, u.Key, u.Field, u.Fingerprint, u.PTS, u.HasPTS, u.TooLarge))
		if limit > 0 && len(u.Data) != u.Size && !u.TooLarge {
			units = append(units, fmt.Sprintf("%d bytes of data", len(u.Data)))
		}
		data = append(data, u.Data...)
	}
	s.Mark(es.Stamp{PTS: 9, HasPTS: true})
	for p := range slices.Chunk(b, max(piece, 1)) {
		s.Write(p)
	}
	s.Flush()
	return units, data
}

func TestSplitter(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		units int
		keys  int
	}{{"plain.h264", 50, 5}, {"plain.h265", 50, 5}, {"bframes.h264", 50, 2}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			stream := testdata(t, c.name)
			want, data := split(stream, len(stream), 1<<20)
			if len(want) != c.units {
				t.Fatalf("%d access units, want %d", len(want), c.units)
			}
			keys := 0
			for _, u := range want {
				if bytes.Contains([]byte(u), []byte("key true")) {
					keys++
				}
			}
			if keys != c.keys {
				t.Errorf("%d key frames, want %d", keys, c.keys)
			}
			// Only start codes may be gone.
			var nals []byte
			for len(data) > 0 {
				n := binary.BigEndian.Uint32(data)
				nals = append(append(nals, 0, 0, 1), data[4:4+n]...)
				data = data[4+n:]
			}
			if !bytes.Equal(nals, bytes.ReplaceAll(stream, []byte{0, 0, 0, 1}, []byte{0, 0, 1})) {
				t.Error("the units are not what the stream holds")
			}
			for _, piece := range []int{1, 2, 3, 5, 64, 1000} {
				if got, _ := split(stream, piece, 0); !slices.Equal(got, want) {
					t.Fatalf("pieces of %d give other units", piece)
				}
			}
		})
	}
}

func TestSPS(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		file  string
		codec es.Codec
		word  string
	}{{"plain.h264", es.H264, "H.264"}, {"plain.h265", es.H265, "H.265"}} {
		s := es.Splitter{Emit: func(*es.AccessUnit) {}}
		s.Write(testdata(t, c.file))
		s.Flush()
		sps, ok := s.SPS()
		if !ok || sps.Codec != c.codec || sps.Width != 320 || sps.Height != 180 || sps.ChromaFormat != 1 || sps.LumaDepth != 8 {
			t.Errorf("%s: %+v", c.file, sps)
		}
		if c.codec == es.H264 && (sps.TickNumerator*25 != sps.TickDenominator || !sps.FramesOnly) {
			t.Errorf("%s: %d/%d s per frame", c.file, sps.TickNumerator, sps.TickDenominator)
		}
		if s.Codec != c.codec || s.Codec.String() != c.word {
			t.Errorf("%s: %v", c.file, s.Codec)
		}
		sets := s.Sets()
		if len(sets.SPS) != 1 || len(sets.PPS) != 1 || (len(sets.VPS) == 1) != (c.codec == es.H265) {
			t.Errorf("%s: %d, %d and %d sets", c.file, len(sets.VPS), len(sets.SPS), len(sets.PPS))
		}
		for n := range sets.SPS[0] {
			if cut, err := es.ParseSPS(c.codec, sets.SPS[0][:n]); err == nil && (cut.Width != 320 || cut.Height != 180) {
				t.Errorf("%s: cut to %d bytes: %+v", c.file, n, cut)
			}
		}
	}
}

// TestNoIDR turns the key frames into ordinary pictures, because some encoders
// begin every group with a parameter set and an I picture.
func TestNoIDR(t *testing.T) {
	t.Parallel()
	stream := bytes.ReplaceAll(testdata(t, "plain.h264"), []byte{0, 0, 1, 0x65}, []byte{0, 0, 1, 0x61})
	units, _ := split(stream, len(stream), 0)
	var keys []int
	for i, u := range units {
		if bytes.Contains([]byte(u), []byte("key true")) {
			keys = append(keys, i)
		}
	}
	if !slices.Equal(keys, []int{0, 12, 24, 36, 48}) {
		t.Errorf("key frames at %v", keys)
	}
}

func TestTooLarge(t *testing.T) {
	t.Parallel()
	units, data := split(testdata(t, "plain.h264"), 100, 700)
	large := 0
	for _, u := range units {
		if bytes.HasSuffix([]byte(u), []byte("true true")) || bytes.HasSuffix([]byte(u), []byte("false true")) {
			large++
		}
	}
	if large == 0 || len(units) != 50 || len(data) > 700*50 {
		t.Errorf("%d of %d units are too large", large, len(units))
	}
	if without, _ := split(testdata(t, "plain.h264"), 100, -700); !slices.Equal(without, units) {
		t.Error("other units are too large when the data is not wanted")
	}
}

// TestHoles finds zeros that no encoder writes, however the stream is cut, and
// no others.
func TestHoles(t *testing.T) {
	t.Parallel()
	const start, slice = "\x00\x00\x00\x01", "\x65\x88\x84\x21\x55"
	for _, c := range []struct {
		name, data string
		want       bool
	}{
		{"none", start + slice + "\x00\x00\x03\x00\x00\x03\x80", false},
		{"three zeros", start + slice + "\x00\x00\x00\x80", true},
		{"a block", start + slice + string(make([]byte, 4096)) + "\x80", true},
		{"padding behind a slice", start + slice + string(make([]byte, 99)) + start + "\x41\x9A\x24\x42", false},
		{"padding at the end", start + slice + string(make([]byte, 99)), false},
		{"in a message", start + "\x06\x05\x09\x00\x00\x00\x00\x80" + start + slice, false},
		{"in the second slice", start + slice + start + "\x65\x42\x9A\x00\x00\x00\x24", true},
	} {
		for _, size := range []int{len(c.data), 1, 2, 3, 5} {
			var got []bool
			s := es.Splitter{Codec: es.H264, Emit: func(u *es.AccessUnit) { got = append(got, u.Holed) }}
			for p := range slices.Chunk([]byte(c.data), size) {
				s.Write(p)
			}
			if s.Flush(); len(got) == 0 || got[0] != c.want {
				t.Errorf("%s in pieces of %d: %v", c.name, size, got)
			}
		}
	}
}

// TestRotations compares the rotation of pictures with ffmpeg's, also after
// other messages.
func TestRotations(t *testing.T) {
	t.Parallel()
	orientation := func(bits string) string { return string(mediatest.Unit("\x2F\x03", bits)) }
	const other = "\x05\x02\x07\x08"
	for _, c := range []struct {
		name, data string
		codec      es.Codec
		want       es.Rotation
	}{
		{"none", "\x06" + other + "\x80", es.H264, es.Rotation{}},
		{"90 degrees", "\x06" + orientation("0 0 0 0100000000000000 1"), es.H264, es.Rotation{A: 0, B: -1, C: 1, D: 0}},
		{"180 degrees, H.265", "\x4E\x01" + other + orientation("0 0 0 1000000000000000 1"), es.H265, es.Rotation{A: -1, D: -1}},
		{"270 degrees, behind another", "\x06" + other + orientation("0 0 0 1100000000000000 1"), es.H264, es.Rotation{B: 1, C: -1}},
		{"mirrored", "\x06" + orientation("0 1 0 0000000000000000 1"), es.H264, es.Rotation{A: -1, D: 1}},
		{"upside down, 90 degrees", "\x06" + orientation("0 0 1 0100000000000000 1"), es.H264, es.Rotation{B: -1, C: -1}},
		{"by a little", "\x06" + orientation("0 0 0 0000000100000000 1"), es.H264, es.Rotation{}},
		{"canceled", "\x06" + orientation("1 0 0 0100000000000000 1"), es.H264, es.Rotation{}},
		{"cut", "\x06\x2F\x03\x08", es.H264, es.Rotation{}},
		{"endless", "\x06" + strings.Repeat("\xFF", 200), es.H264, es.Rotation{}},
	} {
		s := es.Splitter{Codec: c.codec, Emit: func(*es.AccessUnit) {}}
		s.Write([]byte("\x00\x00\x01" + c.data))
		if s.Flush(); s.Rotation() != c.want {
			t.Errorf("%s: %+v, want %+v", c.name, s.Rotation(), c.want)
		}
	}
}

// TestCodecSetWithinNAL has a header announce H.264, and a map correct that
// after the first NAL unit has begun. What is a parameter set or a message in
// H.264 alone is neither in H.265.
func TestCodecSetWithinNAL(t *testing.T) {
	t.Parallel()
	stream := testdata(t, "plain.h265")
	ignore := func(*es.AccessUnit) {}
	want := es.Splitter{Codec: es.H265, Emit: ignore}
	want.Write(stream)
	want.Flush()
	for _, first := range []string{"\x68\x01\x02\x03", "\x67\x01\x02\x03", string(mediatest.Unit("\x06\x01\x2F\x03", "0 0 0 0100000000000000 1"))} {
		s := es.Splitter{Codec: es.H264, Emit: ignore}
		s.Write([]byte("\x00\x00\x00\x01" + first))
		s.Codec = es.H265
		s.Write(stream)
		s.Flush()
		if got := s.Sets(); !reflect.DeepEqual(got, want.Sets()) || s.Rotation() != want.Rotation() {
			t.Errorf("%x: %x, %v", first, got, s.Rotation())
		}
	}
}

// TestLateStamps distinguishes a stamp after a picture's parameter sets,
// written by recorders with one packet per NAL unit, from the stamp of the next
// picture in a packet that happens to begin with a slice.
func TestLateStamps(t *testing.T) {
	t.Parallel()
	const (
		start  = "\x00\x00\x00\x01"
		sps    = start + "\x67\x42\x00\x1E\xDA\x05\x0C\x48"
		pps    = start + "\x68\xCE\x38\x80"
		idr    = start + "\x65\x88\x84\x21"
		first  = start + "\x41\x9A\x24\x42" // first_mb_in_slice 0
		second = start + "\x41\x42\x9A\x24" // a later slice
		third  = start + "\x65\x42\x9A\x24" // the same for a key frame
		prefix = start + "\x6E\x40\x80\x07" // before each slice in scalable video
		sei    = start + "\x06\x05\x01\x07\x80"
	)
	type packet struct {
		pts  int64 // 0: none
		data string
	}
	for _, c := range []struct {
		name    string
		packets []packet
		want    []int64 // 0: none
	}{
		{"a packet per unit", []packet{{0, sps}, {0, pps}, {9, idr}, {12, first}}, []int64{9, 12}},
		{"a packet per unit, the sets are stamped", []packet{{9, sps}, {9, pps}, {9, idr}, {12, first}}, []int64{9, 12}},
		{"a later slice begins a packet", []packet{{9, sps + pps + idr + first}, {15, second + first}}, []int64{9, 0, 15}},
		{"a key frame begins a packet, its sets do not", []packet{{9, first + sps + pps}, {15, idr + first}}, []int64{9, 0, 15}},
		{"a zero byte of the next start code at a packet's end", []packet{{9, sps + pps + idr + "\x00"}, {12, first[1:] + "\x00"}, {15, first[1:]}}, []int64{9, 12, 15}},
		{"packets that begin anywhere, one behind a zero byte", []packet{{9, sps + pps + idr[:6]}, {12, idr[6:] + "\x00"}, {15, first[1:] + first}}, []int64{9, 12, 15}},
		{"a later slice is stamped, the first is not", []packet{{0, sps + pps + idr}, {15, third + first}}, []int64{0, 15}},
		{"each unit has a stamp of its own", []packet{{9, sps}, {10, pps}, {11, idr}, {12, first}}, []int64{9, 12}},
		{"a late stamp, and another picture in its packet", []packet{{0, sps}, {9, pps + idr + first}, {15, first}}, []int64{9, 0, 15}},
		{"a prefix in front of each slice", []packet{{9, sps + pps + prefix + idr + prefix + third}, {12, prefix + first + prefix + second}}, []int64{9, 12}},
		{"a prefix and a slice per packet", []packet{{9, sps + pps + prefix + idr}, {9, prefix + third}, {12, prefix + first}, {12, prefix + second}}, []int64{9, 12}},
		{"a prefix has a packet", []packet{{9, sps}, {0, pps}, {0, prefix}, {0, idr}, {0, prefix}, {0, third}, {12, prefix}, {0, first}, {0, prefix}, {0, second}}, []int64{9, 12}},
		{"a prefix begins a packet, and the next picture is in it", []packet{{9, sps + pps + idr}, {12, prefix + third + first}}, []int64{9, 12}},
		{"a message in front of each slice", []packet{{9, sps + pps + sei + idr + sei + third}, {12, sei + first + sei + second + sei}}, []int64{9, 12}},
		{"sets in packets of their own in front of each slice", []packet{{9, sps}, {0, pps}, {0, idr}, {0, sps}, {0, pps}, {0, third}, {12, first}}, []int64{9, 12}},
		{"the first slice of a key frame is lost", []packet{{9, sps + pps + idr}, {12, first}, {15, third}, {18, first}}, []int64{9, 12, 15, 18}},
		{"every slice has a packet", []packet{{9, sps + pps + idr}, {12, first}, {12, second}, {15, first}, {15, second}}, []int64{9, 12, 15}},
	} {
		var got []int64
		s := es.Splitter{Codec: es.H264}
		s.Emit = func(u *es.AccessUnit) {
			at := u.PTS
			if !u.HasPTS {
				at = 0
			}
			got = append(got, at)
		}
		for _, p := range c.packets {
			s.Mark(es.Stamp{PTS: p.pts, DTS: p.pts, HasPTS: p.pts > 0})
			s.Write([]byte(p.data))
		}
		s.Flush()
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: stamps %v, want %v", c.name, got, c.want)
		}
	}
}

func TestAudioFrames(t *testing.T) {
	t.Parallel()
	aac, err := es.ParseAudioFrame(testdata(t, "tone.aac"))
	if err != nil || !aac.AAC || aac.Rate != 16000 || aac.Channels != 1 || aac.Samples != 1024 || aac.Config != [2]byte{0x14, 0x08} {
		t.Errorf("%+v, %v", aac, err)
	}
	mp2, err := es.ParseAudioFrame(testdata(t, "tone.mp2"))
	if err != nil || mp2.AAC || mp2.Rate != 32000 || mp2.Size != 144 || mp2.Samples != 1152 || mp2.Channels != 1 {
		t.Errorf("%+v, %v", mp2, err)
	}
	for _, c := range []struct {
		name string
		head []byte
		want es.AudioFrame
	}{
		{"MPEG-1 layer 1, padded", []byte{0xFF, 0xFF, 0xC6, 0, 0, 0, 0}, es.AudioFrame{Size: 388, Samples: 384, Rate: 48000, Channels: 2}},
		{"MPEG-1 layer 3", []byte{0xFF, 0xFB, 0x90, 0, 0, 0, 0}, es.AudioFrame{Size: 417, Samples: 1152, Rate: 44100, Channels: 2}},
		{"AAC at the lowest rate, two blocks", []byte{0xFF, 0xF1, 0x70, 0x40, 0x01, 0x1F, 0xFD}, es.AudioFrame{
			AAC: true, Header: 7, Size: 8, Samples: 2048, Rate: 7350, Channels: 1, Config: [2]byte{0x16, 0x08},
		}},
		{"AAC, as large as can be", []byte{0xFF, 0xF1, 0x50, 0x83, 0xFF, 0xFF, 0xFC}, es.AudioFrame{
			AAC: true, Header: 7, Size: 8191, Samples: 1024, Rate: 44100, Channels: 2, Config: [2]byte{0x12, 0x10},
		}},
		{"MPEG-1 layer 1", []byte{0xFF, 0xFF, 0xC4, 0, 0, 0, 0}, es.AudioFrame{Size: 384, Samples: 384, Rate: 48000, Channels: 2}},
		{"MPEG-2 layer 2", []byte{0xFF, 0xF5, 0x88, 0xC0, 0, 0, 0}, es.AudioFrame{Version2: true, Size: 576, Samples: 1152, Rate: 16000, Channels: 1}},
		{"MPEG-2 layer 3", []byte{0xFF, 0xF3, 0x80, 0, 0, 0, 0}, es.AudioFrame{Version2: true, Size: 208, Samples: 576, Rate: 22050, Channels: 2}},
		{"MPEG-2 layer 3, padded", []byte{0xFF, 0xF3, 0x82, 0, 0, 0, 0}, es.AudioFrame{Version2: true, Size: 209, Samples: 576, Rate: 22050, Channels: 2}},
		{"AAC 7.1 with a checksum", []byte{0xFF, 0xF0, 0x51, 0xC0, 0x25, 0x9F, 0xFC}, es.AudioFrame{
			AAC: true, Header: 9, Size: 300, Samples: 1024, Rate: 44100, Channels: 8, Config: [2]byte{0x12, 0x38},
		}},
	} {
		if got, err := es.ParseAudioFrame(c.head); err != nil || got != c.want {
			t.Errorf("%s: %+v, %v, want %+v", c.name, got, err, c.want)
		}
	}
	for _, b := range [][]byte{
		nil,
		{0xFF},
		make([]byte, 16),
		{0xFF, 0xF1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF},
		{0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0},
		{0xFE, 0xF1, 0x60, 0x40, 0x10, 0x1F, 0xFC},
		{0xFF, 0xE3, 0x90, 0, 0, 0, 0},             // other sync words
		{0xFF, 0xF1, 0x74, 0x40, 0x10, 0x1F, 0xFC}, // an invalid rate
		{0xFF, 0xF1, 0x60, 0x40, 0x00, 0xFF, 0xFC}, // nothing after the header
		{0xFF, 0xF0, 0x60, 0x40, 0x01, 0x3F, 0xFC}, // the same, with a checksum
		{0xFF, 0xFB, 0x00, 0, 0, 0, 0},
		{0xFF, 0xFB, 0xF0, 0, 0, 0, 0},
		{0xFF, 0xFB, 0x9C, 0, 0, 0, 0},
		{0xFF, 0xF1, 0x60, 0x40, 0x10, 0x1F},
	} {
		if f, err := es.ParseAudioFrame(b); err == nil {
			t.Errorf("% x is a frame: %+v", b, f)
		}
	}
}

// heads returns the first n bytes of the first NAL units of a stream, and small
// parameter sets in full. Short seeds let the fuzzer try more.
func heads(stream []byte, n, units int) (b []byte) {
	for _, nal := range bytes.Split(stream, []byte("\x00\x00\x01"))[1:] {
		nal = bytes.TrimRight(nal, "\x00")
		if len(nal) > 2*n {
			nal = nal[:n]
			units--
		}
		if b = append(append(b, 0, 0, 1), nal...); units == 0 {
			break
		}
	}
	return b
}

func FuzzSplitter(f *testing.F) {
	for _, name := range []string{"plain.h264", "plain.h265", "bframes.h264"} {
		f.Add(heads(testdata(f, name), 16, 4), 7)
	}
	f.Add([]byte{0, 0, 1, 9, 0xF0, 0, 0, 0, 1, 0x67}, 1)
	f.Add([]byte{0, 0, 1, 0x40, 1, 0, 0, 0, 0, 0, 1, 0x26, 1, 0x80}, 2)
	f.Fuzz(func(t *testing.T, b []byte, piece int) {
		if len(b) > 1<<10 {
			return
		}
		want, data := split(b, len(b), 3*len(b)+64)
		got, _ := split(b, min(max(piece, 1), 1<<16), 0)
		if !slices.Equal(got, want) {
			t.Errorf("pieces of %d:\ngot  %q\nwant %q", piece, got, want)
		}
		if len(data) > 3*len(b)+64 {
			t.Errorf("%d bytes became %d", len(b), len(data))
		}
	})
}

func FuzzSPS(f *testing.F) {
	for _, name := range []string{"plain.h264", "plain.h265"} {
		s := es.Splitter{Emit: func(*es.AccessUnit) {}}
		s.Write(testdata(f, name))
		s.Flush()
		f.Add(s.Sets().SPS[0])
	}
	f.Add([]byte{0x67, 66, 0, 30, 0xDA, 5, 0x0C, 0x48})
	f.Fuzz(func(t *testing.T, nal []byte) {
		for _, c := range []es.Codec{es.Unknown, es.H264, es.H265} {
			s, err := es.ParseSPS(c, nal)
			if err == nil && (s.Width < 1 || s.Height < 1 || s.Width > 16384 || s.Height > 16384 || s.Codec != c) {
				t.Errorf("%v: %+v", c, s)
			}
		}
	})
}

func FuzzAudioFrame(f *testing.F) {
	f.Add(testdata(f, "tone.aac")[:16])
	f.Add(testdata(f, "tone.mp2")[:16])
	f.Fuzz(func(t *testing.T, b []byte) {
		a, err := es.ParseAudioFrame(b)
		if err == nil && (a.Size <= 0 || a.Header >= a.Size || a.Samples <= 0 || a.Rate <= 0) {
			t.Errorf("%+v", a)
		}
	})
}
