package es

import (
	"bytes"
	"errors"
)

// SPS holds the fields of a sequence parameter set that containers need.
type SPS struct {
	Codec           Codec
	Width, Height   int // of the displayed picture, in pixels
	ChromaFormat    int // 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4
	LumaDepth       int // bits per sample
	ChromaDepth     int
	TickNumerator   uint32 // seconds per frame is numerator/denominator; 0 if unknown
	TickDenominator uint32
	AspectWidth     int // of one sample, relative to AspectHeight; 0 if unknown
	AspectHeight    int
	Colour          Colour

	// H.264 only.
	Profile        byte
	FrameNumBits   int
	SeparatePlanes bool
	FramesOnly     bool // no interlaced pictures

	// H.265 only.
	General   [12]byte // profile, compatibility, constraints and level
	SubLayers int
	Nested    bool // temporal sub-layers can be dropped anywhere
}

var errSPS = errors.New("not a sequence parameter set that makes sense")

// maxSide is the largest width or height to accept.
const maxSide = 16384

// ParseSPS parses a sequence parameter set: a NAL unit without a start code.
func ParseSPS(c Codec, nal []byte) (SPS, error) {
	var s SPS
	var r *bits
	switch {
	case c == H264 && len(nal) > 2 && nal[0]&0x9F == 7:
		r = &bits{b: rbsp(nal[1:])}
		s.parseH264(r)
	case c == H265 && len(nal) > 2 && nal[0]>>1 == 33:
		r = &bits{b: rbsp(nal[2:])}
		s.parseH265(r)
	default:
		return SPS{}, errSPS
	}
	if r.over || s.Width == 0 {
		return SPS{}, errSPS
	}
	s.Codec = c
	return s, nil
}

// highProfile reports whether parameter sets of profile p contain the chroma
// format.
func highProfile(p byte) bool {
	return bytes.IndexByte([]byte{100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135}, p) >= 0
}

func (s *SPS) parseH264(r *bits) {
	s.Profile = byte(r.u(8))
	r.skip(16)
	r.ue() // seq_parameter_set_id
	s.ChromaFormat, s.LumaDepth, s.ChromaDepth = 1, 8, 8
	if highProfile(s.Profile) {
		s.ChromaFormat = int(r.ue() & 3)
		if s.ChromaFormat == 3 {
			s.SeparatePlanes = r.flag()
		}
		s.LumaDepth, s.ChromaDepth = 8+int(r.ue()&7), 8+int(r.ue()&7)
		r.skip(1)
		if r.flag() {
			lists := 8
			if s.ChromaFormat == 3 {
				lists = 12
			}
			scalingLists(r, lists)
		}
	}
	s.FrameNumBits = 4 + int(r.ue()&15)
	switch r.ue() { // pic_order_cnt_type
	case 0:
		r.ue()
	case 1:
		r.skip(1)
		r.se()
		r.se()
		for n := r.ue(); n > 0 && !r.over; n-- {
			r.se()
		}
	}
	r.ue() // max_num_ref_frames
	r.skip(1)
	w, h := int64(r.ue())+1, int64(r.ue())+1
	s.FramesOnly = r.flag()
	if !s.FramesOnly {
		h *= 2
		r.skip(1)
	}
	r.skip(1)
	s.size(w*16, h*16, r, s.FramesOnly)
	if r.flag() && !r.over {
		s.parseVUI(r)
	}
}

// size subtracts the cropping window from the coded size. It sets the size only
// if the result is within bounds.
func (s *SPS) size(w, h int64, r *bits, framesOnly bool) {
	if r.flag() {
		unitX, unitY := int64(1), int64(1)
		if s.ChromaFormat == 1 || s.ChromaFormat == 2 {
			unitX = 2
		}
		if s.ChromaFormat == 1 {
			unitY = 2
		}
		if !framesOnly {
			unitY *= 2
		}
		w -= unitX * (int64(r.ue()) + int64(r.ue()))
		h -= unitY * (int64(r.ue()) + int64(r.ue()))
	}
	if w > 0 && w <= maxSide && h > 0 && h <= maxSide {
		s.Width, s.Height = int(w), int(h)
	}
}

func scalingLists(r *bits, lists int) {
	for i := range lists {
		if !r.flag() {
			continue
		}
		size := 16
		if i >= 6 {
			size = 64
		}
		last, next := int32(8), int32(8)
		for range size {
			if next != 0 {
				next = (last + r.se() + 256) & 255
			}
			if next != 0 {
				last = next
			}
		}
	}
}

// parseVUI reads H.264 usability information up to the timing. A set that ends
// inside it is valid, because some recorders cut it short.
func (s *SPS) parseVUI(r *bits) {
	s.parseAspectAndColour(r)
	if r.flag() { // chroma_loc_info
		r.ue()
		r.ue()
	}
	if r.flag() {
		ticks, scale := r.u(32), r.u(32)
		if !r.over && ticks > 0 && scale > 0 && ticks < 1<<30 {
			s.TickNumerator, s.TickDenominator = 2*ticks, scale
		}
	}
	r.over = false
}

func (s *SPS) parseH265(r *bits) {
	r.skip(4) // sps_video_parameter_set_id
	s.SubLayers = 1 + int(r.u(3))
	s.Nested = r.flag()
	for i := range s.General {
		s.General[i] = byte(r.u(8))
	}
	var profile, level [8]bool
	for i := range s.SubLayers - 1 {
		profile[i], level[i] = r.flag(), r.flag()
	}
	if s.SubLayers > 1 {
		r.skip(2 * (9 - s.SubLayers))
	}
	for i := range s.SubLayers - 1 {
		if profile[i] {
			r.skip(88)
		}
		if level[i] {
			r.skip(8)
		}
	}
	r.ue() // sps_seq_parameter_set_id
	s.ChromaFormat = int(r.ue() & 3)
	if s.ChromaFormat == 3 {
		s.SeparatePlanes = r.flag()
	}
	w, h := int64(r.ue()), int64(r.ue())
	s.size(w, h, r, true)
	s.LumaDepth, s.ChromaDepth = 8+int(r.ue()&7), 8+int(r.ue()&7)
	known := !r.over
	if s.skipToVUI(r); r.flag() {
		s.parseAspectAndColour(r)
	}
	r.over = !known
}
