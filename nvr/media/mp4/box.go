package mp4

import (
	"encoding/binary"

	"example.com/hikgrab/nvr/media/es"
)

// boxes is a sequence of boxes under construction.
type boxes []byte

func (b *boxes) u8(v ...byte)   { *b = append(*b, v...) }
func (b *boxes) u16(v uint16)   { *b = binary.BigEndian.AppendUint16(*b, v) }
func (b *boxes) u32(v uint32)   { *b = binary.BigEndian.AppendUint32(*b, v) }
func (b *boxes) u64(v uint64)   { *b = binary.BigEndian.AppendUint64(*b, v) }
func (b *boxes) text(s string)  { *b = append(*b, s...) }
func (b *boxes) zeros(n int)    { *b = append(*b, make([]byte, n)...) }
func (b *boxes) count(n int)    { b.u32(uint32(n)) }
func (b *boxes) signed(v int64) { b.u64(uint64(v)) }

// box appends a box. content appends its content.
func (b *boxes) box(kind string, content func()) {
	at := len(*b)
	b.u32(0)
	b.text(kind)
	content()
	binary.BigEndian.PutUint32((*b)[at:], uint32(len(*b)-at))
}

// full appends a box with a version and flags.
func (b *boxes) full(kind string, version byte, flags uint32, content func()) {
	b.box(kind, func() {
		b.u32(uint32(version)<<24 | flags)
		content()
	})
}

// duration appends a duration, in 64 bits if the version is 1.
func (b *boxes) duration(version byte, d int64) {
	if version == 1 {
		b.signed(d)
		return
	}
	b.u32(uint32(d))
}

// versionFor returns the box version whose fields can hold d.
func versionFor(d int64) byte {
	if d > 1<<32-1 {
		return 1
	}
	return 0
}

// matrix appends the transformation matrix of a picture of the given size. It
// keeps the picture in place.
func (b *boxes) matrix(t es.Rotation, width, height int) {
	if t == (es.Rotation{}) {
		t = es.Rotation{A: 1, D: 1}
	}
	x := -min(0, int(t.A)*width) - min(0, int(t.C)*height)
	y := -min(0, int(t.B)*width) - min(0, int(t.D)*height)
	for _, v := range [9]int{int(t.A) << 16, int(t.B) << 16, 0, int(t.C) << 16, int(t.D) << 16, 0, x << 16, y << 16, 1 << 30} {
		b.u32(uint32(v))
	}
}
