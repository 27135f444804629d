package es

import "bytes"

// bits reads a bit stream. Past the end it reads zeros and sets over.
type bits struct {
	b    []byte
	pos  int // in bits
	over bool
}

func (r *bits) bit() uint32 {
	if r.pos>>3 >= len(r.b) {
		r.over = true
		return 0
	}
	v := r.b[r.pos>>3] >> (7 - r.pos&7) & 1
	r.pos++
	return uint32(v)
}

func (r *bits) flag() bool { return r.bit() == 1 }

func (r *bits) u(n int) uint32 {
	var v uint32
	for range n {
		v = v<<1 | r.bit()
	}
	return v
}

func (r *bits) skip(n int) {
	r.pos += n
	if r.pos > len(r.b)*8 {
		r.over = true
	}
}

// ue reads an unsigned Exp-Golomb code.
func (r *bits) ue() uint32 {
	zeros := 0
	for r.bit() == 0 {
		if zeros++; zeros > 31 || r.over {
			r.over = true
			return 0
		}
	}
	return 1<<zeros - 1 + r.u(zeros)
}

// se reads a signed Exp-Golomb code.
func (r *bits) se() int32 {
	v := r.ue()
	if v&1 == 1 {
		return int32(v/2 + 1)
	}
	return -int32(v / 2)
}

// rbsp returns a NAL unit's payload without the emulation prevention bytes.
func rbsp(nal []byte) []byte { return bytes.ReplaceAll(nal, []byte{0, 0, 3}, []byte{0, 0}) }
