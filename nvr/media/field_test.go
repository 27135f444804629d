package media_test

import (
	"errors"
	"testing"

	"example.com/hikgrab/nvr/media"
	"example.com/hikgrab/nvr/media/mediatest"
)

// interlaced records an H.264 stream that may code its pictures as fields.
// pattern says whether each picture is a frame, a pair of fields, or a single
// field.
func interlaced(pattern string) []byte {
	const (
		// Profile, constraints and level; set 0, frame_num of 4 bits, order count
		// of type 2, one reference, no gaps; 20 by 6 units; not only frames.
		sps = "01000010 00000000 00011110 1 1 011 010 0 000010100 00110 0 1 0 0 0"
		pps = "1 1 0 0 1 1 1 0 00 1 1 1 0 0 0"
		// First unit 0, set 0, a frame_num; then field_pic_flag and, for a field,
		// bottom_field_flag.
		intra, other      = "1 0001000 1 0000 ", "1 00110 1 0001 "
		frame, top, lower = "0", "1 0", "1 1"
	)
	w := tapeWriter{tape: plain("plain.h264")}
	w.packet = 5000
	w.header()
	for i, c := range pattern {
		p := mediatest.Picture{Key: i == 0, DTS: int64(i) * 3600}
		p.PTS = p.DTS
		head, slice := "\x41", other
		if p.Key {
			head, slice = "\x65", intra
			p.NALs = append(p.NALs, mediatest.Unit("\x67", sps), mediatest.Unit("\x68", pps))
		}
		switch c {
		case 'f':
			p.NALs = append(p.NALs, mediatest.Unit(head, slice+frame))
		case 'p':
			p.NALs = append(p.NALs, mediatest.Unit(head, slice+top), mediatest.Unit("\x41", other+lower))
		case '1':
			p.NALs = append(p.NALs, mediatest.Unit(head, slice+lower))
		}
		w.picture(i, p)
	}
	return w.b
}

// TestFields refuses a recording with pictures coded as fields, even if only
// some are. Interlaced pictures coded as frames are fine, and a single field is
// just a flipped bit.
func TestFields(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		pattern string
		refused bool
	}{
		{"ffffffff", false},
		{"pppppppp", true},
		{"fffffffp", true},
		{"pfffffff", true},
		{"ffff1fff", false},
		{"ffff1f1f", true},
	} {
		data := interlaced(c.pattern)
		var dst mediatest.Memory
		_, err := media.Remux(&dst, newReader(data), media.Options{})
		refusal, _ := errors.AsType[*media.Refusal](err)
		if c.refused != (refusal != nil && refusal.Kind == media.FieldPictures) || !c.refused && err != nil {
			t.Errorf("%s: %v", c.pattern, err)
		}
		r := scan(t, data)
		if c.refused != (r.Unfit != nil && r.Unfit.Kind == media.FieldPictures) {
			t.Errorf("%s: the scan says %v", c.pattern, r.Unfit)
		}
		if !c.refused && (r.Frames != len(c.pattern) || r.Width != 320 || r.Height != 192) {
			t.Errorf("%s: %d pictures of %dx%d: %s", c.pattern, r.Frames, r.Width, r.Height, r.Reason())
		}
	}
}
