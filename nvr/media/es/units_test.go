package es_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"example.com/hikgrab/nvr/media/es"
	"example.com/hikgrab/nvr/media/mediatest"
)

const start = "\x00\x00\x00\x01"

// avcHeads are H.264 NAL units, each with the beginning of a slice header.
var (
	baseline = string(mediatest.Unit("\x67", fixed(66, 8)+fixed(0, 8)+fixed(30, 8)+ue(0)+ue(0)+ue(2)+ue(1)+"0"+ue(19)+ue(5)+"1 1 0 0"))
	wider    = string(mediatest.Unit("\x67", fixed(66, 8)+fixed(0, 8)+fixed(30, 8)+ue(0)+ue(0)+ue(2)+ue(1)+"0"+ue(39)+ue(5)+"1 1 0 0"))
	higher   = string(mediatest.Unit("\x67", fixed(66, 8)+fixed(0, 8)+fixed(30, 8)+ue(0)+ue(0)+ue(2)+ue(1)+"0"+ue(39)+ue(6)+"1 1 0 0"))
	intra    = string(mediatest.Unit("\x41", ue(0)+ue(7)+ue(0)+"0000"))
	intra2   = string(mediatest.Unit("\x41", ue(40)+ue(7)+ue(0)+"0000"))
	other    = string(mediatest.Unit("\x41", ue(0)+ue(5)+ue(0)+"0000"))
	other2   = string(mediatest.Unit("\x41", ue(40)+ue(5)+ue(0)+"0000"))
	idr      = string(mediatest.Unit("\x65", ue(0)+ue(7)+ue(0)+"0000"))
	idr2     = string(mediatest.Unit("\x65", ue(40)+ue(7)+ue(0)+"0000"))
	partA    = string(mediatest.Unit("\x42", ue(0)+ue(7)+ue(0)+"0000"))
	partB    = string(mediatest.Unit("\x43", ue(0)+ue(7)))
)

// units splits NAL units with a splitter. change may modify it first.
func units(codec es.Codec, change func(*es.Splitter), nals ...string) (list []es.AccessUnit, s *es.Splitter) {
	s = &es.Splitter{Codec: codec}
	s.Emit = func(u *es.AccessUnit) {
		v := *u
		v.Data = bytes.Clone(u.Data)
		list = append(list, v)
	}
	if change != nil {
		change(s)
	}
	for _, n := range nals {
		s.Write([]byte(start + n))
	}
	s.Flush()
	return list, s
}

// TestKeyFrames finds the pictures where decoding can begin.
func TestKeyFrames(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		nals []string
		want bool
	}{
		{"IDR", []string{idr}, true},
		{"IDR of two slices", []string{idr, idr2}, true},
		{"I behind a set", []string{baseline, intra}, true},
		{"I without a set", []string{intra}, false},
		{"I slices behind a set", []string{baseline, intra, intra2}, true},
		{"I, then P", []string{baseline, intra, other2}, false},
		{"P, then I", []string{baseline, other, intra2}, false},
		{"P", []string{baseline, other}, false},
		{"I in partitions", []string{baseline, partA, partB}, true},
	} {
		list, _ := units(es.H264, nil, c.nals...)
		if len(list) != 1 || list[0].Key != c.want {
			t.Errorf("%s: %+v", c.name, list)
		}
	}
	for kind := range byte(32) {
		slice := string([]byte{kind << 1, 1, 0x80, 0x55})
		later := string([]byte{kind << 1, 1, 0x55, 0x55})
		list, _ := units(es.H265, nil, slice, later)
		if len(list) != 1 || list[0].Key != (kind >= 16 && kind <= 23) {
			t.Errorf("H.265, type %d: %+v", kind, list)
		}
	}
	// The properties of the last key frame do not affect the next picture.
	if list, _ := units(es.H264, nil, baseline, intra, intra, other); len(list) != 3 || !list[0].Key || list[1].Key || list[2].Key {
		t.Errorf("%+v", list)
	}
}

// TestNoPictures ignores units without part of a picture.
func TestNoPictures(t *testing.T) {
	t.Parallel()
	for _, nal := range []string{"\x60\x80\x55\x55", "\x66\x80\x55\x55", "\x7F\x80\x55\x55"} {
		if list, _ := units(es.H264, nil, nal); len(list) != 0 {
			t.Errorf("% x is a picture", nal)
		}
	}
	// A suffix belongs to the picture before it, whatever it contains.
	list, _ := units(es.H265, nil, "\x26\x01\x80\x55", "\x50\x01\xAF\x55", "\x02\x01\x80\x55")
	if len(list) != 2 || list[0].Size != 16 {
		t.Errorf("%+v", list)
	}
	if list, _ := units(es.Unknown, nil, "\x26\x01\x80\x55", "\x02\x01\x80\x55"); len(list) != 0 {
		t.Errorf("pictures of an unknown codec: %+v", list)
	}
	var s es.Splitter
	s.Emit = func(u *es.AccessUnit) { t.Errorf("%+v", u) }
	s.Codec = es.H264
	s.Write([]byte("\x65\x88\x80\x10\x00\x65\x88\x80\x10"))
	s.Flush()
	s.Write([]byte("\x65\x88\x80\x10"))
	s.Flush()
}

// TestDamageOfOneUnit marks only the damaged picture.
func TestDamageOfOneUnit(t *testing.T) {
	t.Parallel()
	var got []bool
	s := es.Splitter{Codec: es.H264, Emit: func(u *es.AccessUnit) { got = append(got, u.Damaged) }}
	for i, nal := range []string{idr, other, other} {
		s.Write([]byte(start + nal))
		if i == 1 {
			s.Damage()
		}
	}
	s.Flush()
	if !slices.Equal(got, []bool{false, true, false}) {
		t.Errorf("damaged: %v", got)
	}
}

// TestUnitLimit checks the limit of the data, to the byte.
func TestUnitLimit(t *testing.T) {
	t.Parallel()
	size := 2*4 + len(idr) + len(idr2)
	for limit, large := range map[int]bool{0: false, size - 1: true, size: false, size + 1: false, 1: true} {
		for _, keep := range []bool{false, true} {
			list, _ := units(es.H264, func(s *es.Splitter) { s.Keep, s.Limit = keep, limit }, idr, idr2, other)
			want := 0
			if keep && !large {
				want = size
			}
			if len(list) != 2 || list[0].TooLarge != large || list[0].Size != size || !large && len(list[0].Data) != want || len(list[0].Data) > want+limit {
				t.Errorf("limit %d: %d pictures, %v, %d bytes", limit, len(list), list[0].TooLarge, len(list[0].Data))
			}
			if list[0].Offset != 0 || list[1].Offset != int64(size) {
				t.Errorf("at %d and %d", list[0].Offset, list[1].Offset)
			}
		}
	}
}

// TestManySets keeps sixteen distinct sets of a kind, and none that is too
// long.
func TestManySets(t *testing.T) {
	t.Parallel()
	var nals []string
	for i := range 20 {
		set := "\x68\xCE" + string([]byte{0x40 + byte(i), 0x80})
		nals = append(nals, set, set)
	}
	_, s := units(es.H264, nil, nals...)
	if got := s.Sets().PPS; len(got) != 16 || string(got[0]) != nals[0] || string(got[15]) != nals[30] {
		t.Errorf("%d sets: %x", len(got), got)
	}
	long := "\x68\xCE" + strings.Repeat("\x55", 1021)
	for _, set := range []string{long, long + "\x55"} {
		_, s := units(es.H264, nil, set)
		if got := s.Sets().PPS; (len(got) == 1) != (len(set) < 1024) {
			t.Errorf("a set of %d bytes: %d are kept", len(set), len(got))
		}
	}
	_, s = units(es.H264, nil, "\x67\x42\x00\x1E", "\x6D\x42\x55\x55")
	if _, ok := s.SPS(); ok || len(s.Sets().SPS) != 0 || len(s.Sets().PPS) != 0 {
		t.Errorf("what is no set is kept: %+v", s.Sets())
	}
	// The numbers of these H.265 sets are not those of H.264 sets.
	_, s = units(es.H265, nil, "\x40\x01\x55", "\x44\x01\x55", "\x46\x01\x55", "\x4E\x01\x55")
	if got := s.Sets(); len(got.VPS) != 1 || len(got.PPS) != 1 || len(got.SPS) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestResizes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		sets []string
		want int
	}{
		{[]string{baseline, baseline}, 0},
		{[]string{baseline, wider}, 1},
		{[]string{wider, higher}, 1},
		{[]string{baseline, wider, baseline}, 2},
	} {
		_, s := units(es.Unknown, nil, c.sets...)
		if s.Resizes() != c.want || s.Codec != es.H264 {
			t.Errorf("%v, %d changes, want %d", s.Codec, s.Resizes(), c.want)
		}
	}
}

// TestCodecIsSettled lets the stream overrule the container until the first key
// frame.
func TestCodecIsSettled(t *testing.T) {
	t.Parallel()
	list, s := units(es.H265, nil, "\x44\x01\x55", "\x02\x01\x80\x55", baseline, "\x68\xCE\x38\x80", intra, other, "\x42\x01\x01\x55", other)
	if s.Codec != es.H264 || len(list) != 3 || !list[0].Key || list[1].Key || len(s.Sets().PPS) != 1 || len(s.Sets().VPS) != 0 {
		t.Errorf("%v, %+v, %x", s.Codec, list, s.Sets())
	}
	list, s = units(es.H264, nil, baseline, other, "\x40\x01\x55", "\x26\x01\x80\x55")
	if _, sized := s.SPS(); s.Codec != es.H265 || sized || len(s.Sets().SPS) != 0 || len(list) != 1 || !list[0].Key {
		t.Errorf("%v, %+v, %x", s.Codec, list, s.Sets())
	}
}

// TestFingerprints depend on the first slice and on the size.
func TestFingerprints(t *testing.T) {
	t.Parallel()
	mark := func(nals ...string) uint64 {
		list, _ := units(es.H264, nil, nals...)
		return list[0].Fingerprint
	}
	one := mark(other, other2)
	if mark(other, other2) != one || mark(other, intra2[:len(intra2)-1]+"\x66") != one {
		t.Error("the same picture has two fingerprints")
	}
	if mark(other, other2+"\x55") == one || mark(intra, other2) == one || mark(other+"\x55", other2[:len(other2)-1]) == one {
		t.Error("different pictures have one fingerprint")
	}
}

// TestLateStampIsWhole uses all fields of a late packet's stamp.
func TestLateStampIsWhole(t *testing.T) {
	t.Parallel()
	var got []es.Stamp
	s := es.Splitter{Codec: es.H264, Emit: func(u *es.AccessUnit) { got = append(got, u.Stamp) }}
	for _, p := range []struct {
		stamp es.Stamp
		nal   string
	}{
		{es.Stamp{Number: 1, Numbered: true, Wall: 5}, baseline},
		{es.Stamp{PTS: 9, DTS: 8, HasPTS: true, HasDTS: true, Number: 1, Numbered: true}, idr},
		{es.Stamp{PTS: 12, DTS: 12, HasPTS: true, Number: 2, Numbered: true, Wall: 7}, other + start + other},
		{es.Stamp{}, "\x68\xCE\x38\x80"},
		{es.Stamp{PTS: 15, DTS: 15, HasPTS: true, Wall: 9}, other},
	} {
		s.Mark(p.stamp)
		s.Write([]byte(start + p.nal))
	}
	s.Flush()
	want := []es.Stamp{
		{PTS: 9, DTS: 8, HasPTS: true, HasDTS: true, Number: 1, Numbered: true, Wall: 5},
		{PTS: 12, DTS: 12, HasPTS: true, Number: 2, Numbered: true, Wall: 7},
		{PTS: 12, DTS: 12, Number: 2, Numbered: true},
		{PTS: 15, DTS: 15, HasPTS: true, Wall: 9},
	}
	if !slices.Equal(got, want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
}
