package es_test

import (
	"math/bits"
	"strconv"
	"strings"
	"testing"

	"example.com/hikgrab/nvr/media/es"
	"example.com/hikgrab/nvr/media/mediatest"
)

// ue and se write Exp-Golomb codes.
func ue(v uint32) string {
	n := bits.Len32(v + 1)
	return strings.Repeat("0", n-1) + strconv.FormatUint(uint64(v)+1, 2) + " "
}

func se(v int32) string {
	if v > 0 {
		return ue(uint32(2*v - 1))
	}
	return ue(uint32(-2 * v))
}

func fixed(v uint64, n int) string {
	s := strconv.FormatUint(v, 2)
	return strings.Repeat("0", n-len(s)) + s + " "
}

// avcSet is an H.264 sequence parameter set, in parts.
type avcSet struct {
	profile uint64
	chroma  string // chroma format up to the scaling lists, for high profiles
	order   string // order count
	width   uint32 // in units of 16 pixels
	height  uint32
	crop    string
	vui     string
}

func (s avcSet) parse() (es.SPS, error) {
	if s.order == "" {
		s.order = ue(2)
	}
	if s.crop == "" {
		s.crop = "0"
	}
	if s.vui == "" {
		s.vui = "0"
	}
	nal := mediatest.Unit("\x67", fixed(s.profile, 8)+fixed(0xFF, 8)+fixed(30, 8)+ue(0)+s.chroma+ue(0)+s.order+ue(1)+"0"+
		ue(s.width-1)+ue(s.height-1)+"1 1"+s.crop+s.vui)
	return es.ParseSPS(es.H264, nal)
}

// lists returns the scaling lists of a set.
func lists(each ...string) string { return "1" + strings.Join(each, "") }

func TestSetsByHand(t *testing.T) {
	t.Parallel()
	const none = "0"
	flat := func(n int) string { return "1" + strings.Repeat("1", n) }
	ended := "1" + se(-8)
	wrapped := "1" + se(127) + se(121)
	bytes := strings.Repeat("10101010", 4)
	timing := func(ticks, scale uint64) string { return "1" + fixed(ticks, 32) + fixed(scale, 32) + "1000" }
	for _, c := range []struct {
		name    string
		set     avcSet
		depth   int
		planes  bool
		seconds uint32 // numerator
	}{
		{"high", avcSet{profile: 100, chroma: ue(1) + ue(0) + ue(0) + "0 0"}, 8, false, 0},
		{"bypass", avcSet{profile: 100, chroma: ue(1) + ue(0) + ue(0) + "1 0"}, 8, false, 0},
		{"14 bits", avcSet{profile: 244, chroma: ue(1) + ue(6) + ue(6) + "0 0"}, 14, false, 0},
		{"planes", avcSet{profile: 244, chroma: ue(3) + "1" + ue(0) + ue(0) + "0 0"}, 8, true, 0},
		{"no planes", avcSet{profile: 244, chroma: ue(3) + "0" + ue(0) + ue(0) + "0 0"}, 8, false, 0},
		{"lists", avcSet{profile: 100, chroma: ue(1) + ue(0) + ue(0) + "0" +
			lists(flat(16), none, none, none, none, flat(16), flat(64), none)}, 8, false, 0},
		{"lists of 4:4:4", avcSet{profile: 244, chroma: ue(3) + "0" + ue(0) + ue(0) + "0" +
			lists(none, none, none, none, none, none, none, none, none, none, flat(64), flat(64))}, 8, false, 0},
		{"lists that end", avcSet{profile: 100, chroma: ue(1) + ue(0) + ue(0) + "0" +
			lists(ended, wrapped, none, none, none, none, "1"+se(-1)+se(1)+ended[1:], none)}, 8, false, 0},
		{"order count of type 0", avcSet{order: ue(0) + ue(5)}, 8, false, 0},
		{"order count of type 1", avcSet{order: ue(1) + "1" + se(-9) + se(9) + ue(2) + se(5) + se(-5)}, 8, false, 0},
		{"a shape of its own", avcSet{vui: "1 1" + fixed(255, 8) + bytes + "0 0 0" + timing(1, 50)}, 8, false, 2},
		{"overscan", avcSet{vui: "1 0 1 1 0 0" + timing(1, 50)}, 8, false, 2},
		{"colours", avcSet{vui: "1 0 0 1 1011 1" + bytes[:24] + "0" + timing(1, 50)}, 8, false, 2},
		{"no colours", avcSet{vui: "1 0 0 1 1010 0 0" + timing(1, 50)}, 8, false, 2},
		{"place of the chroma", avcSet{vui: "1 0 0 0 1" + ue(5) + ue(4) + timing(1, 50)}, 8, false, 2},
		{"no timing", avcSet{vui: "1 0 0 0 0 0" + fixed(1, 32) + fixed(50, 32)}, 8, false, 0},
		{"no ticks", avcSet{vui: "1 0 0 0 0" + timing(0, 50)}, 8, false, 0},
		{"no scale", avcSet{vui: "1 0 0 0 0" + timing(1, 0)}, 8, false, 0},
		{"long ticks", avcSet{vui: "1 0 0 0 0" + timing(1<<30-1, 50)}, 8, false, 1<<31 - 2},
		{"too long ticks", avcSet{vui: "1 0 0 0 0" + timing(1<<30, 50)}, 8, false, 0},
	} {
		if c.set.width, c.set.height = 20, 12; c.set.profile == 0 {
			c.set.profile = 66
		}
		s, err := c.set.parse()
		if err != nil || s.Width != 320 || s.Height != 192 || s.LumaDepth != c.depth || s.ChromaDepth != c.depth || s.SeparatePlanes != c.planes || s.TickNumerator != c.seconds || !s.FramesOnly {
			t.Errorf("%s: %+v, %v", c.name, s, err)
		}
	}
}

// TestSizes accepts pictures of up to 16384 pixels a side, and rejects those
// that cropping reduces to nothing.
func TestSizes(t *testing.T) {
	t.Parallel()
	crop := func(left, right, top, bottom uint32) string { return "1" + ue(left) + ue(right) + ue(top) + ue(bottom) }
	for _, c := range []struct {
		set           avcSet
		width, height int // 0: refused
	}{
		{avcSet{width: 1024, height: 1024}, 16384, 16384},
		{avcSet{width: 1025, height: 1024}, 0, 0},
		{avcSet{width: 1024, height: 1025}, 0, 0},
		{avcSet{width: 1025, height: 1025, crop: crop(4, 4, 3, 5)}, 16384, 16384},
		{avcSet{width: 2, height: 2, crop: crop(15, 0, 0, 15)}, 2, 2},
		{avcSet{width: 2, height: 2, crop: crop(8, 8, 0, 0)}, 0, 0},
		{avcSet{width: 2, height: 2, crop: crop(0, 0, 8, 8)}, 0, 0},
		{avcSet{width: 2, height: 2, crop: crop(17, 0, 0, 0)}, 0, 0},
		{avcSet{width: 2, height: 2, crop: crop(0, 0, 17, 0)}, 0, 0},
		{avcSet{width: 1 << 31, height: 2}, 0, 0},
	} {
		c.set.profile = 77
		s, err := c.set.parse()
		if s.Width != c.width || s.Height != c.height || (err == nil) != (c.width > 0) {
			t.Errorf("%+v: %dx%d, %v", c.set, s.Width, s.Height, err)
		}
	}
	nal := mediatest.Unit("\x67", fixed(66, 8)+fixed(0xFF, 8)+fixed(30, 8)+ue(0)+ue(0)+ue(2)+ue(1)+"0"+ue(19)+ue(11)+"1 1 0 0")
	if _, err := es.ParseSPS(es.H264, nal); err != nil {
		t.Error(err)
	}
	if _, err := es.ParseSPS(es.H265, nal); err == nil {
		t.Error("a set of H.264 is one of H.265")
	}
	for _, head := range []byte{0xE7, 0x68, 0x42} {
		nal[0] = head
		if _, err := es.ParseSPS(es.H264, nal); err == nil {
			t.Errorf("%#x is the header of a sequence parameter set", head)
		}
	}
}

func TestSetsOfH265ByHand(t *testing.T) {
	t.Parallel()
	general := strings.Repeat("10101010", 12)
	layer := strings.Repeat("1", 96)
	for _, c := range []struct {
		name   string
		bits   string
		planes bool
		layers int
		depth  int
		chroma int
	}{
		{"plain", "0000 000 1" + general + ue(0) + ue(1) + ue(320) + ue(192) + "0" + ue(0) + ue(0), false, 1, 8, 1},
		{"4:4:4", "0000 000 0" + general + ue(0) + ue(3) + "0" + ue(320) + ue(192) + "0" + ue(0) + ue(0), false, 1, 8, 3},
		{"planes", "0000 000 1" + general + ue(0) + ue(3) + "1" + ue(320) + ue(192) + "0" + ue(6) + ue(6), true, 1, 14, 3},
		{"three layers", "0000 010 1" + general + "1 1 0 1" + strings.Repeat("0", 12) + layer + layer[:8] + ue(0) + ue(1) + ue(320) + ue(192) + "0" + ue(0) + ue(0), false, 3, 8, 1},
		{"seven layers", "0000 110 1" + general + strings.Repeat("0", 12+4) + ue(0) + ue(1) + ue(320) + ue(192) + "0" + ue(0) + ue(0), false, 7, 8, 1},
	} {
		s, err := es.ParseSPS(es.H265, mediatest.Unit("\x42\x01", c.bits))
		if err != nil || s.Width != 320 || s.Height != 192 || s.SeparatePlanes != c.planes || s.SubLayers != c.layers || s.LumaDepth != c.depth ||
			s.ChromaDepth != c.depth || s.ChromaFormat != c.chroma || s.Nested == (c.name == "4:4:4") || s.General[11] != 0xAA {
			t.Errorf("%s: %+v, %v", c.name, s, err)
		}
	}
	if _, err := es.ParseSPS(es.H265, mediatest.Unit("\x44\x01", strings.Repeat("1", 300))); err == nil {
		t.Error("a picture parameter set is a sequence parameter set")
	}
}
