package mp4

import "example.com/hikgrab/nvr/media/es"

// Entry is a sample entry box: what a decoder needs before the first sample.
type Entry []byte

// AVC returns an avc1 sample entry for H.264 video.
func AVC(s es.SPS, sets es.ParameterSets) Entry {
	var b boxes
	b.visual("avc1", s, func() {
		b.box("avcC", func() {
			b.u8(1)
			b.u8(sets.SPS[0][1:4]...)
			b.u8(0xFF) // four-byte lengths
			b.u8(0xE0 | byte(len(sets.SPS)))
			b.sets(sets.SPS)
			b.u8(byte(len(sets.PPS)))
			b.sets(sets.PPS)
			switch s.Profile {
			case 100, 110, 122, 144:
				b.u8(0xFC|byte(s.ChromaFormat), 0xF8|byte(s.LumaDepth-8), 0xF8|byte(s.ChromaDepth-8), 0)
			}
		})
	})
	return Entry(b)
}

// HEVC returns an hvc1 sample entry for H.265 video.
func HEVC(s es.SPS, sets es.ParameterSets) Entry {
	nested := byte(0)
	if s.Nested {
		nested = 4
	}
	arrays := [...]struct {
		kind byte
		list [][]byte
	}{{32, sets.VPS}, {33, sets.SPS}, {34, sets.PPS}}
	var b boxes
	b.visual("hvc1", s, func() {
		b.box("hvcC", func() {
			b.u8(1)
			b.u8(s.General[:]...)
			b.u16(0xF000) // min_spatial_segmentation_idc unknown
			b.u8(0xFC)    // parallelismType unknown
			b.u8(0xFC|byte(s.ChromaFormat), 0xF8|byte(s.LumaDepth-8), 0xF8|byte(s.ChromaDepth-8))
			b.u16(0) // avgFrameRate unknown
			b.u8(byte(s.SubLayers)<<3 | nested | 3)
			b.u8(byte(len(arrays)))
			for _, a := range arrays {
				// The array is not marked complete, because recorders repeat their sets
				// between pictures and may change them.
				b.u8(a.kind)
				b.u16(uint16(len(a.list)))
				b.sets(a.list)
			}
		})
	})
	return Entry(b)
}

func (b *boxes) sets(list [][]byte) {
	for _, set := range list {
		b.u16(uint16(len(set)))
		b.u8(set...)
	}
}

// visual appends a video sample entry.
func (b *boxes) visual(kind string, s es.SPS, content func()) {
	b.box(kind, func() {
		b.zeros(6)
		b.u16(1) // data reference
		b.zeros(16)
		b.u16(uint16(s.Width))
		b.u16(uint16(s.Height))
		b.u32(72 << 16)
		b.u32(72 << 16)
		b.u32(0)
		b.u16(1) // frame per sample
		b.zeros(32)
		b.u16(24)
		b.u16(0xFFFF)
		content()
		b.aspectAndColour(s)
	})
}

// aspectAndColour appends what players use without asking the decoder: the
// pixel aspect ratio, if not square, and the colours.
func (b *boxes) aspectAndColour(s es.SPS) {
	if s.AspectWidth != s.AspectHeight {
		b.box("pasp", func() {
			b.count(s.AspectWidth)
			b.count(s.AspectHeight)
		})
	}
	if c := s.Colour; c.Known {
		b.box("colr", func() {
			b.text("nclx")
			b.u16(uint16(c.Primaries))
			b.u16(uint16(c.Transfer))
			b.u16(uint16(c.Matrix))
			full := byte(0)
			if c.FullRange {
				full = 0x80
			}
			b.u8(full)
		})
	}
}

// G711 returns a sample entry for A-law ("alaw") or µ-law ("ulaw") audio.
func G711(kind string, rate, channels int) Entry {
	var b boxes
	b.sound(kind, rate, channels, func() {})
	return Entry(b)
}

// Object types of MPEG-4 systems.
const (
	objectAAC   = 0x40
	objectMPEG2 = 0x69
	objectMPEG1 = 0x6B
)

// Sound returns an mp4a sample entry for AAC or MPEG audio.
func Sound(f es.AudioFrame) Entry {
	object, config := byte(objectMPEG1), []byte(nil)
	switch {
	case f.AAC:
		object, config = objectAAC, f.Config[:]
	case f.Version2:
		object = objectMPEG2
	}
	var specific boxes
	if config != nil {
		specific.u8(5, byte(len(config)))
		specific.u8(config...)
	}
	var b boxes
	b.sound("mp4a", f.Rate, f.Channels, func() {
		b.full("esds", 0, 0, func() {
			// Other writers use four-byte lengths, and some readers require them.
			b.u8(tagES, 0x80, 0x80, 0x80, byte(3+5+13+len(specific)+3))
			b.u16(0)
			b.u8(0)
			b.u8(tagDecoder, 0x80, 0x80, 0x80, byte(13+len(specific)), object, 0x15)
			b.zeros(3 + 4 + 4) // buffer size and bit rates unknown
			b.u8(specific...)
			b.u8(6, 1, 2)
		})
	})
	return Entry(b)
}

// sound appends an audio sample entry.
func (b *boxes) sound(kind string, rate, channels int, content func()) {
	b.box(kind, func() {
		b.zeros(6)
		b.u16(1) // data reference
		b.zeros(8)
		b.u16(uint16(channels))
		b.u16(16)
		b.u32(0)
		b.u32(uint32(min(rate, 0xFFFF)) << 16)
		content()
	})
}
