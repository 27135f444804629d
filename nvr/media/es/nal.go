package es

// The NAL unit types used here.
const (
	avcSlice, avcPartA, avcIDR           = 1, 2, 5
	avcSEI, avcSPS, avcPPS, avcDelimiter = 6, 7, 8, 9

	hevcFirstIRAP, hevcLastIRAP, hevcLastVCL = 16, 23, 31
	hevcVPS, hevcSPS, hevcPPS, hevcDelimiter = 32, 33, 34, 35
	hevcSEI                                  = 39
)

// role is the part a NAL unit plays in its access unit.
type role struct {
	codec   Codec
	kind    byte // nal_unit_type
	slice   bool // carries part of a picture
	begins  bool // starts a new access unit if it follows a slice
	leads   bool // belongs to the slice after it
	set     bool // a parameter set
	message bool // supplemental information before a picture
}

// roleOf classifies a NAL unit by its first three bytes, or fewer if it is
// shorter.
func roleOf(c Codec, b []byte) role {
	if c == H264 {
		kind := b[0] & 0x1F
		slice := kind >= avcSlice && kind <= avcIDR
		// first_mb_in_slice 0 is the single bit 1. Data partitions B and C never
		// begin a picture.
		first := slice && (kind == avcSlice || kind == avcPartA || kind == avcIDR) && len(b) > 1 && b[1]&0x80 != 0
		leads := kind >= avcSEI && kind <= avcPPS || kind >= 14 && kind <= 18
		return role{c, kind, slice, first || kind == avcDelimiter, leads, kind == avcSPS || kind == avcPPS, kind == avcSEI}
	}
	kind := b[0] >> 1 & 0x3F
	slice := kind <= hevcLastVCL
	first := slice && len(b) > 2 && b[2]&0x80 != 0
	set := kind >= hevcVPS && kind <= hevcPPS
	leads := set || kind == hevcSEI || kind >= 41 && kind <= 44 || kind >= 48 && kind <= 55
	return role{c, kind, slice, first || kind == hevcDelimiter, leads, set, kind == hevcSEI}
}

// detect returns the codec if the NAL unit exists in only one of them.
func detect(b []byte) Codec {
	if len(b) < 3 {
		return Unknown
	}
	switch {
	case (b[0] == 0x40 || b[0] == 0x42) && b[1] == 1:
		return H265
	case b[0]&0x9F == avcSPS && b[0]&0x60 != 0 && (highProfile(b[1]) || b[1] == 66 || b[1] == 77 || b[1] == 88):
		return H264
	}
	return Unknown
}

// sliceHeader is the beginning of an H.264 slice header.
type sliceHeader struct {
	intra bool // the slice refers to no other picture
	field bool // it belongs to a field, not a frame
}

func parseSlice(nal []byte, s *SPS) sliceHeader {
	r := &bits{b: rbsp(nal[1:min(len(nal), 32)])}
	r.ue() // first_mb_in_slice
	kind := r.ue() % 5
	h := sliceHeader{intra: kind == 2 || kind == 4}
	r.ue() // pic_parameter_set_id
	if s.SeparatePlanes {
		r.skip(2)
	}
	r.skip(s.FrameNumBits)
	if s.FrameNumBits > 0 && !s.FramesOnly {
		h.field = r.flag()
	}
	return h
}
