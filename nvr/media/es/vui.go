package es

// Colour is the colour description of a picture, in the code points of ITU-T
// H.273. The zero value means that there is none.
type Colour struct {
	Known                       bool
	Primaries, Transfer, Matrix byte // 2: unspecified
	FullRange                   bool // black is 0, not 16
}

// aspectWidths and aspectHeights are the sample aspect ratios of
// aspect_ratio_idc.
var (
	aspectWidths  = [...]int{0, 1, 12, 10, 16, 40, 24, 20, 32, 80, 18, 15, 64, 160, 4, 3, 2}
	aspectHeights = [...]int{0, 1, 11, 11, 11, 33, 11, 11, 11, 33, 11, 11, 33, 99, 3, 2, 1}
)

// parseAspectAndColour reads the start of the usability information, which is
// the same in H.264 and H.265: the sample aspect ratio and the colours.
func (s *SPS) parseAspectAndColour(r *bits) {
	if r.flag() { // aspect_ratio_info
		const extended = 255
		w, h := 0, 0
		if idc := int(r.u(8)); idc == extended {
			w, h = int(r.u(16)), int(r.u(16))
		} else if idc < len(aspectWidths) {
			w, h = aspectWidths[idc], aspectHeights[idc]
		}
		if w > 0 && h > 0 && !r.over {
			s.AspectWidth, s.AspectHeight = w, h
		}
	}
	if r.flag() { // overscan_info
		r.skip(1)
	}
	if !r.flag() { // video_signal_type
		return
	}
	r.skip(3) // video_format
	c := Colour{Primaries: 2, Transfer: 2, Matrix: 2, FullRange: r.flag()}
	c.Known = c.FullRange
	if r.flag() {
		c.Known = true
		c.Primaries, c.Transfer, c.Matrix = byte(r.u(8)), byte(r.u(8)), byte(r.u(8))
	}
	if c.Known && !r.over {
		s.Colour = c
	}
}

// skipToVUI skips from after the bit depths of an H.265 set to the flag before
// the usability information.
func (s *SPS) skipToVUI(r *bits) {
	order := 4 + int(r.ue()&15) // bits of a picture order count
	layers := 1
	if r.flag() {
		layers = s.SubLayers
	}
	for range 3*layers + 6 { // buffering of each sub-layer, and block sizes
		r.ue()
	}
	if r.flag() { // scaling_list_enabled
		skipScaling(r)
	}
	r.skip(2)
	if r.flag() { // pcm_enabled
		r.skip(8)
		r.ue()
		r.ue()
		r.skip(1)
	}
	skipReferences(r)
	if r.flag() { // long_term_ref_pics_present
		r.skip(min(int(r.ue()), 32) * (order + 1))
	}
	r.skip(2)
}

// skipScaling skips the scaling lists of H.265.
func skipScaling(r *bits) {
	if !r.flag() {
		return // the default lists
	}
	for size, matrices := range [...]int{6, 6, 6, 2} {
		for range matrices {
			if !r.flag() {
				r.ue()
				continue
			}
			if size > 1 {
				r.se()
			}
			for range min(64, 1<<(4+2*size)) {
				r.se()
			}
		}
	}
}

// skipReferences skips the reference picture sets of H.265. A set may be coded
// as a difference from the previous one.
func skipReferences(r *bits) {
	pictures := 0 // in the latest set
	for i := range min(int(r.ue()), 64) {
		if i > 0 && r.flag() {
			r.skip(1)
			r.ue()
			kept := 0
			for range pictures + 1 {
				used := r.flag() // by the picture itself
				if used || r.flag() {
					kept++
				}
			}
			pictures = kept
			continue
		}
		pictures = min(int(r.ue()), 16) + min(int(r.ue()), 16)
		for range pictures {
			r.ue()
			r.skip(1)
		}
	}
}
