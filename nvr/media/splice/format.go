package splice

import (
	"slices"
	"strings"

	"example.com/hikgrab/nvr/media/es"
	"example.com/hikgrab/nvr/media/mp4"
)

// format is the format of a piece, or the common format of a file's pieces.
type format struct {
	video         mp4.Entry
	width, height int
	rotation      es.Rotation
	sound         mp4.Entry // nil: no sound
	soundRate     int64
	// mixed means that the entry does not hold all parameter sets. Every piece
	// must then bring its own.
	mixed bool
}

// takes reports whether the piece can follow in the same tracks.
func (f *format) takes(v *survey) (bool, error) {
	if f.video == nil {
		return true, nil
	}
	if f.width != v.width || f.height != v.height || f.rotation != v.rotation || f.video.Kind() != v.video.Kind() {
		return false, nil
	}
	if f.sound != nil && v.sound != nil && (f.soundRate != v.soundRate || !f.sound.Same(v.sound)) {
		return false, nil
	}
	if f.video.Same(v.video) && !f.mixed {
		return true, nil
	}
	if !sameDecoder(f.video, v.video) {
		return false, nil
	}
	return v.bringsSets()
}

// take records the format of a piece that fits.
func (f *format) take(v *survey) {
	if f.video == nil {
		*f = v.format
		return
	}
	f.mixed = f.mixed || !f.video.Same(v.video)
	if f.sound == nil && v.sound != nil {
		f.sound, f.soundRate = v.sound, v.soundRate
	}
}

// codec names the video. It is safe for a terminal even if the file is hostile.
func (f *format) codec() string {
	if c, ok := f.video.Configuration(); ok {
		return c.Codec.String()
	}
	kind := f.video.Kind()
	if strings.ContainsFunc(kind, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return "unknown"
	}
	return kind
}

// sameDecoder reports whether a decoder set up for one entry can decode the
// pictures of the other, given their parameter sets.
func sameDecoder(a, b mp4.Entry) bool {
	p, ok := a.Configuration()
	q, fine := b.Configuration()
	if !ok || !fine || p.Prefix != q.Prefix || len(p.Sets.SPS) == 0 || len(q.Sets.SPS) == 0 {
		return false
	}
	s, err := es.ParseSPS(p.Codec, p.Sets.SPS[0])
	t, failed := es.ParseSPS(q.Codec, q.Sets.SPS[0])
	return err == nil && failed == nil && s.Codec == t.Codec && s.Width == t.Width && s.Height == t.Height &&
		s.ChromaFormat == t.ChromaFormat && s.LumaDepth == t.LumaDepth && s.ChromaDepth == t.ChromaDepth &&
		s.Profile == t.Profile && s.General[0] == t.General[0]
}

// bringsSets reports whether the piece has parameter sets before its first
// picture, as recorders write them.
func (v *survey) bringsSets() (bool, error) {
	c, ok := v.video.Configuration()
	if !ok {
		return false, nil
	}
	found := false
	err := v.piece.read(func(in Input, _ *mp4.Movie) error {
		w := window{src: in}
		b, err := w.read(v.key.Offset, min(v.key.Size, setsWithin))
		if err != nil {
			return v.piece.failed(err)
		}
		found = holdsSets(b, c)
		return nil
	})
	return found, err
}

// setsWithin is how many bytes of a key frame to search for parameter sets.
const setsWithin = 64 << 10

// holdsSets reports whether all kinds of parameter sets come before the first
// slice of a picture.
func holdsSets(b []byte, c mp4.Configuration) bool {
	wanted := []byte{7, 8}
	if c.Codec == es.H265 {
		wanted = []byte{32, 33, 34}
	}
	for len(b) > c.Prefix {
		n := 0
		for _, v := range b[:c.Prefix] {
			n = n<<8 | int(v)
		}
		kind := b[c.Prefix] & 0x1F
		slice := kind >= 1 && kind <= 5
		if c.Codec == es.H265 {
			kind = b[c.Prefix] >> 1 & 0x3F
			slice = kind < 32
		}
		if slice {
			break
		}
		wanted = slices.DeleteFunc(wanted, func(k byte) bool { return k == kind })
		if n > len(b)-c.Prefix {
			break
		}
		b = b[c.Prefix+n:]
	}
	return len(wanted) == 0
}
