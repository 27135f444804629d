package mediatest

import (
	"bytes"
	"encoding/binary"
	"os"
)

// Picture is one access unit of a source, which must come out unchanged.
type Picture struct {
	NALs [][]byte
	Key  bool
	PTS  int64
	DTS  int64
}

// Data returns the picture in the form of an MP4 sample.
func (p Picture) Data() []byte {
	var b []byte
	for _, n := range p.NALs {
		b = binary.BigEndian.AppendUint32(b, uint32(len(n)))
		b = append(b, n...)
	}
	return b
}

// Pictures splits an elementary stream of nvr/media/testdata into pictures, in
// another way than package es: in these clips, the only zero byte before a
// start code is its own, and all slices of a picture are contiguous.
func Pictures(path string) ([]Picture, error) {
	stream, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	h265 := bytes.HasSuffix([]byte(path), []byte("265"))
	var list []Picture
	var cur Picture
	full := false
	for _, part := range bytes.Split(stream, []byte{0, 0, 1})[1:] {
		nal := bytes.TrimRight(part, "\x00")
		kind, first := nal[0]&31, nal[1]&0x80 != 0
		slice, key := kind == 1 || kind == 5, kind == 5
		if h265 {
			kind, first = nal[0]>>1, nal[2]&0x80 != 0
			slice, key = kind < 32, kind >= 16 && kind < 24
		}
		if full && (!slice || first) {
			list = append(list, cur)
			cur, full = Picture{}, false
		}
		cur.NALs = append(cur.NALs, nal)
		full = full || slice
		cur.Key = cur.Key || slice && key
	}
	return append(list, cur), nil
}

// DisplayOrder returns each picture's position in display order. The encoder
// used two B-frames wherever it could and displays them in coding order, so a
// picture is coded before the B-frames that are shown before it.
func DisplayOrder(list []Picture, reorder bool) []int {
	order := make([]int, len(list))
	next := 0
	for i := 0; i < len(list); i++ {
		run := 0
		for reorder && i+run+1 < len(list) && bidirectional(list[i+run+1]) {
			run++
		}
		order[i] = next + run
		for k := 1; k <= run; k++ {
			order[i+k] = next + k - 1
		}
		next += run + 1
		i += run
	}
	return order
}

// bidirectional reports whether an H.264 picture consists of B slices: after
// the bit 1 of first_mb_in_slice comes 010 or 00111.
func bidirectional(p Picture) bool {
	for _, nal := range p.NALs {
		if kind := nal[0] & 31; kind == 1 || kind == 5 {
			return nal[1]&0xF0 == 0b1010_0000 || nal[1]&0xFC == 0b1001_1100
		}
	}
	return false
}
