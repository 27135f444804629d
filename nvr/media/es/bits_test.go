package es

import (
	"bytes"
	"testing"
)

func TestBits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		b        []byte
		unsigned uint32
		signed   int32
		bits     int // read
	}{
		{[]byte{0b1_0000000}, 0, 0, 1},
		{[]byte{0b010_00000}, 1, 1, 3},
		{[]byte{0b011_00000}, 2, -1, 3},
		{[]byte{0b00100_000}, 3, 2, 5},
		{[]byte{0b00101_000}, 4, -2, 5},
		{[]byte{0b0001000_0}, 7, 4, 7},
		{[]byte{0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFE}, 1<<32 - 2, -(1<<31 - 1), 63},
	} {
		r, q := &bits{b: c.b}, &bits{b: c.b}
		if v := r.ue(); v != c.unsigned || r.pos != c.bits || r.over {
			t.Errorf("% x: %d of %d bits, %v", c.b, v, r.pos, r.over)
		}
		if v := q.se(); v != c.signed {
			t.Errorf("% x: %d, want %d", c.b, v, c.signed)
		}
	}
	for _, b := range [][]byte{nil, {0}, {0b0001_0000 >> 1}, {0, 0, 0, 0, 0x80, 0, 0, 0, 0}, make([]byte, 99)} {
		r := &bits{b: b}
		if r.ue(); !r.over {
			t.Errorf("% x is a whole code", b)
		}
	}
	r := &bits{b: []byte{0xFF, 0xFF}}
	if r.skip(16); r.over {
		t.Error("the end is over")
	}
	if v := r.u(3); v != 0 || !r.over {
		t.Errorf("behind the end: %d", v)
	}
	r = &bits{b: []byte{0xFF, 0xFF}}
	if r.skip(17); !r.over {
		t.Error("a bit behind the end is not over")
	}
}

func TestRBSP(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"\x00\x00\x03\x01":         "\x00\x00\x01",
		"\x00\x03\x00\x03":         "\x00\x03\x00\x03",
		"\x00\x00\x03\x03":         "\x00\x00\x03",
		"\x00\x00\x03\x00\x00\x03": "\x00\x00\x00\x00",
		"\x00\x00\x03\x00\x03\x01": "\x00\x00\x00\x03\x01",
		"\x00\x07\x00\x03":         "\x00\x07\x00\x03",
		"\x00\x00\x04":             "\x00\x00\x04",
	} {
		if got := rbsp([]byte(in)); !bytes.Equal(got, []byte(want)) {
			t.Errorf("% x: % x, want % x", in, got, want)
		}
	}
}

func TestDetect(t *testing.T) {
	t.Parallel()
	for head, want := range map[string]Codec{
		"\x40\x01\x0C": H265, "\x42\x01\x01": H265, "\x40\x02\x0C": Unknown, "\x42\x02\x01": Unknown, "\x44\x01\xC1": Unknown,
		"\x67\x42\x00": H264, "\x27\x4D\x00": H264, "\x47\x58\x00": H264, "\x67\x64\x00": H264,
		"\x07\x42\x00": Unknown, "\xE7\x42\x00": Unknown, "\x68\x42\x00": Unknown, "\x67\x43\x00": Unknown, "\x67\x42": Unknown,
	} {
		if got := detect([]byte(head)); got != want {
			t.Errorf("% x is %v", head, got)
		}
	}
	for p := range 256 {
		want := false
		for _, high := range []int{44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244} {
			want = want || p == high
		}
		if highProfile(byte(p)) != want {
			t.Errorf("profile %d is high: %v", p, !want)
		}
	}
}

func TestSliceHeader(t *testing.T) {
	t.Parallel()
	interlaced := SPS{FrameNumBits: 4}
	planes := SPS{FrameNumBits: 4, SeparatePlanes: true}
	for _, c := range []struct {
		name string
		head byte
		sps  SPS
		want sliceHeader
	}{
		{"P", 0b1_1_1_0000_1, interlaced, sliceHeader{field: true}},
		{"P of a frame", 0b1_1_1_1111_0, interlaced, sliceHeader{}},
		{"a plane", 0b1_1_1_11_000, planes, sliceHeader{}},
		{"frames only", 0b1_1_1_0000_1, SPS{FrameNumBits: 4, FramesOnly: true}, sliceHeader{}},
		{"no set", 0b1_1_1_1111_1, SPS{}, sliceHeader{}},
		{"I", 0b1_011_1_000, interlaced, sliceHeader{intra: true}},
		{"SI", 0b1_00101_1_0, interlaced, sliceHeader{intra: true}},
		{"SP", 0b1_00100_1_0, interlaced, sliceHeader{}},
		{"B", 0b1_010_1_000, interlaced, sliceHeader{}},
	} {
		if got := parseSlice([]byte{0x41, c.head, 0}, &c.sps); got != c.want {
			t.Errorf("%s: %+v", c.name, got)
		}
	}
	// The colour plane comes before the frame number.
	if got := parseSlice([]byte{0x41, 0b1_1_1_00_000, 0b0_1_000000}, &planes); !got.field {
		t.Error("a field of a plane is none")
	}
	// first_mb_in_slice may need 32 bits or more.
	long := append([]byte{0x41}, 0, 0, 1, 0xFF, 0xFF, 0xFE, 0b11_1_00000, 0)
	if got := parseSlice(long, &interlaced); !got.intra {
		t.Errorf("behind a large number: %+v", got)
	}
}
