package es_test

import (
	"encoding/hex"
	"fmt"
	"testing"

	"example.com/hikgrab/nvr/media/es"
)

// sets are sequence parameter sets of x264 and x265 with ffprobe's description.
// The last ones of each codec are made by hand from the standards.
var sets = []struct {
	name string
	hex  string
	want string // size, chroma format, bits, seconds per frame, frames only
}{
	{"4:2:0, cropped", "6764000dacb202a33c44d808800000030080000019078a1524", "322x182 1 8 8 2/50 true"},
	{"4:2:2, 10 bits, cropped", "677a000db6cd941519e2233ff00b500b41000003000100000300320f142996", "322x181 2 10 10 2/50 true"},
	{"4:4:4 with scaling lists, cropped", "67f4000d919b282a33c2119ff85a805a48800000030080000019078a14cb", "321x181 3 8 8 2/50 true"},
	{"interlaced, cropped", "67640015acd941712f1158088000000300800000190f8a14cb", "354x284 1 8 8 2/50 false"},
	{"scaling lists", "6764000dacd941519e226c0440000003004000000c83c50a6580", "322x182 1 8 8 2/50 true"},
	{"Baseline, shape of a pixel", "6742c00dd901519e226ffc0340033c40000003004000000c83c50a92", "322x182 1 8 8 2/50 true"},
	{"monochrome", "6764000df365054678f8bc05b2000003000200000300641e28532c", "322x182 0 8 8 2/50 true"},
	{"8K", "6742c03cda00780021db011000000300100000030320f08042a0", "7680x4320 1 8 8 2/50 true"},
	{"cut in the timing", "6742c00dd901519e226ffc0340033c400000", "322x182 1 8 8 0/0 true"},
	{"order count of type 1", "6742001ed1a642a050d9", "320x96 1 8 8 0/0 true"},
	{"H.265", "42010101600000030090000003000003003ca00a480b9c9596566924caf0168080000003008000000c84", "322x182 1 8 8 0/0 false"},
	{"H.265 4:2:2, 10 bits", "4201010408000003009d0800000300003cb00a480b9c92365959a4932bffc02d402d1a020000030002000003003210", "322x181 2 10 10 0/0 false"},
	{"H.265 4:4:4, 12 bits", "420101040800000300980800000300003c90014901738890a52cacd24995ffe16a01692d010000030001000003001908", "321x181 3 12 12 0/0 false"},
	{"H.265 monochrome", "4201010408000003009fc800000300003cc029202e73de5959a4932bc05b020000030002000003003210", "322x182 0 8 8 0/0 false"},
	{"H.265 with layers", "42010201600000030090000003000003003c0000a00a480b9c95965662b349265780b4040000030004000003006420", "322x182 1 8 8 0/0 false"},
	{
		"H.265 with layers of their own profile",
		"42010201600000030090000003000003003cc0005555555555555555555555aaa00a480b9c95965662b349265780b4040000030004000003006420", "322x182 1 8 8 0/0 false",
	},
}

func TestParseSPS(t *testing.T) {
	t.Parallel()
	for _, c := range sets {
		nal, err := hex.DecodeString(c.hex)
		if err != nil {
			t.Fatal(err)
		}
		codec := es.H264
		if nal[0] == 0x42 {
			codec = es.H265
		}
		s, err := es.ParseSPS(codec, nal)
		got := fmt.Sprintf("%dx%d %d %d %d %d/%d %v", s.Width, s.Height, s.ChromaFormat, s.LumaDepth, s.ChromaDepth, s.TickNumerator, s.TickDenominator, s.FramesOnly)
		if err != nil || got != c.want {
			t.Errorf("%s: %s, %v, want %s", c.name, got, err, c.want)
		}
	}
}

// TestAspectAndColour compares sample aspect ratios and colours with ffmpeg's.
func TestAspectAndColour(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, hex, want string }{
		{"H.264, shape by number", "6764000cacb40a0cd810800000030080000019078a1550", "12:11 {false 0 0 0 false}"},
		{"H.264, own shape, colours", "6764000cacb40a0cdff802c802bb70101014000003000400000300c83c50aa80", "89:87 {true 1 1 1 true}"},
		{"H.264, nothing told", "6742001ed1a642a050d9", "0:0 {false 0 0 0 false}"},
		{"H.265, shape by number", "42010101600000030090000003000003003ca00a080c165ba924caf0268080000003008000000c84", "12:11 {false 0 0 0 false}"},
		{
			"H.265, own shape, colours",
			"42010101600000030090000003000003003ca00a080c165ba924ed7ff802c802bb7010101040000003004000000642", "89:87 {true 1 1 1 true}",
		},
		{"H.265, full range", "42010101600000030090000003000003003ca00a080c16595964932bc39b020000030002000003003210", "4:3 {true 2 2 2 true}"},
		{
			// Made by hand from the standard: scaling lists, PCM, reference picture sets
			// coded as differences, and long-term ones.
			"H.265 with everything in front",
			"42010101600000030090000003000003003ca00a080c16595e4912dba74e9d3a6dd3a74e9d36e9d3a74e9b74e9d3a74e9d3a74e9d3a74e9d3a74e9d3a74dba74e9d3a74e9d3a74e9d3a74e" +
				"9d3a74e9d3a6dd3a74e9d3a74e9d3a74e9d3a74e9d3a74e9d36674e9d3a74e9d3a74e9d3a74e9d3a74e9d3a74d99d3a74e9d3a74e9d3a74e9d3a74e9d3a74e9d36674e9d3a74e9d3a74e9d" +
				"3a74e9d3a74e9d3a74d99d3a74e9d3a74e9d3a74e9d3a74e9d3a74e9d3eef5234bada758d80c0de1dee122012008",
			"4:3 {true 9 16 9 true}",
		},
	} {
		nal, err := hex.DecodeString(c.hex)
		if err != nil {
			t.Fatal(err)
		}
		codec := es.H264
		if nal[0] == 0x42 {
			codec = es.H265
		}
		s, err := es.ParseSPS(codec, nal)
		if got := fmt.Sprintf("%d:%d %v", s.AspectWidth, s.AspectHeight, s.Colour); err != nil || got != c.want {
			t.Errorf("%s: %s, %v, want %s", c.name, got, err, c.want)
		}
		for n := len(nal) - 1; n > 3; n-- { // a truncated set does no harm
			_, _ = es.ParseSPS(codec, nal[:n])
		}
	}
}

// TestUnitBorders puts a NAL unit of each type between two pictures. It belongs
// to the first, or it begins the second.
func TestUnitBorders(t *testing.T) {
	t.Parallel()
	const start = "\x00\x00\x00\x01"
	for kind := range byte(64) {
		if kind < 32 && kind != 0 {
			begins := kind >= 6 && kind <= 9 || kind >= 14 && kind <= 18
			unit := start + string([]byte{0x60 | kind, 0x42, 0x24, 0x24})
			if kind > 5 { // slices behave differently
				border(t, es.H264, kind, begins, start+"\x65\x88\x84\x21", unit, start+"\x41\x9A\x24\x42")
			}
		}
		if kind > 31 {
			begins := kind <= 35 || kind == 39 || kind >= 41 && kind <= 44 || kind >= 48 && kind <= 55
			unit := start + string([]byte{kind << 1, 0x01, 0x24, 0x24})
			border(t, es.H265, kind, begins, start+"\x26\x01\xAF\x21", unit, start+"\x02\x01\xD0\x42")
		}
	}
	// The partitions of an H.264 slice make one picture.
	parts := start + "\x22\x9A\x24\x42" + start + "\x23\x9A\x24\x42" + start + "\x24\x9A\x24\x42"
	border(t, es.H264, 2, true, start+"\x65\x88\x84\x21", parts, "")
}

func border(t *testing.T, codec es.Codec, kind byte, begins bool, first, unit, second string) {
	t.Helper()
	var sizes []int
	s := es.Splitter{Codec: codec, Emit: func(u *es.AccessUnit) { sizes = append(sizes, u.Size) }}
	s.Write([]byte(first + unit + second))
	s.Flush()
	want := []int{len(first), len(unit + second)}
	if !begins {
		want = []int{len(first + unit), len(second)}
	}
	if len(sizes) != 2 || sizes[0] != want[0] || sizes[1] != want[1] {
		t.Errorf("%v, NAL unit type %d: pictures of %v bytes, want %v", codec, kind, sizes, want)
	}
}
