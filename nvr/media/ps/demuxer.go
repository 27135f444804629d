package ps

import "bytes"

const (
	packCode = 0xBA
	mapCode  = 0xBC
	endCode  = 0xB9

	// lookahead is how many bytes decide whether a start code is real or a
	// coincidence. The same number after a packet decides whether its length was
	// right.
	lookahead = 10
	// padding is how many zero bytes between packets count as alignment, not
	// damage. Between packs and at the end, recorders fill up blocks and sectors,
	// and nothing is lost there.
	padding    = 16
	packFill   = 64 << 10
	endFill    = 4 << 10
	infoHeader = 64 // a vendor's header and the pack after it
)

// Demuxer finds packs, maps and packets in the stream written to it. Create one
// with New.
type Demuxer struct {
	h      Handler
	carry  []byte // the start of an incomplete element
	buffer []byte // the memory of carry, for reuse
	need   int    // bytes that carry needs before it can be judged
	offset int64  // of the next byte to look at
	open   *Packet
	packet Packet
	pmap   Map

	garbage int64 // bytes skipped since from
	zeros   int64 // zero bytes among them
	ones    int64 // 0xFF bytes among them
	breaks  int64 // line breaks among them
	from    int64 // where the garbage began
}

// New returns a demuxer that reports to h. offset is the position in the
// recording of the first byte it will get.
func New(h Handler, offset int64) *Demuxer { return &Demuxer{h: h, offset: offset} }

// Write takes the next bytes of the stream. It does not retain p.
func (d *Demuxer) Write(p []byte) {
	all := p
	for len(d.carry) > 0 && len(p) > 0 {
		// Take only what completes the carried element, then hand the bytes after it
		// back, so that the rest is used in place.
		take := min(max(d.need-len(d.carry), 1), len(p))
		d.carry = append(d.carry, p[:take]...)
		if p = p[take:]; len(d.carry) < d.need {
			return
		}
		d.carry = d.carry[d.consume(d.carry, false):]
		if left := len(d.carry); left <= take {
			p = all[len(all)-len(p)-left:]
			d.carry = nil
		}
	}
	if len(d.carry) == 0 {
		used := d.consume(p, false)
		d.carry = append(d.buffer[:0], p[used:]...)
		d.buffer = d.carry[:0]
	}
}

// Close ends the stream and reports an incomplete element.
func (d *Demuxer) Close() {
	used := d.consume(d.carry, true)
	if rest := d.carry[used:]; len(rest) > 0 {
		d.flushGarbage(padding)
		d.h.Damage(Damage{Kind: Cut, Offset: d.offset, Bytes: int64(len(rest))})
	}
	d.ones += d.breaks
	d.flushGarbage(endFill)
	d.carry = nil
}

// consume processes the complete elements in b and returns their total length.
func (d *Demuxer) consume(b []byte, final bool) int {
	used := 0
	for used < len(b) {
		n, need := d.step(b[used:], final)
		if n == 0 {
			d.need = need
			break
		}
		used += n
		d.offset += int64(n)
	}
	return used
}

// step processes one element at the start of b and returns its length, or 0 and
// the number of bytes it needs before it can decide. If final is set, no more
// bytes will come, and 0 means that the element is incomplete.
func (d *Demuxer) step(b []byte, final bool) (n, need int) {
	if d.open != nil {
		return d.stepOpen(b, final)
	}
	if len(b) < 4 {
		if !final {
			return 0, 4
		}
		if bytes.Equal(b, []byte{0, 0, 1}) {
			return 0, 0
		}
		return d.skip(b, len(b)), 0
	}
	if d.garbage == 0 && bytes.HasPrefix(b, []byte("IMKH")) {
		if len(b) < infoHeader && !final {
			return 0, infoHeader
		}
		// The header of a recording, repeated in the middle.
		if n := bytes.Index(b[:min(len(b), infoHeader)], []byte{0, 0, 1, packCode}); n > 0 {
			return n, 0
		}
	}
	if !isElement(b) {
		return d.skip(b, nextElement(b, 1)), 0
	}
	if d.garbage > 0 {
		if len(b) < lookahead && !final {
			return 0, lookahead
		}
		if !plausible(b) {
			return d.skip(b, nextElement(b, 1)), 0
		}
	}
	switch code := b[3]; {
	case code == packCode:
		return d.stepPack(b, final)
	case code == endCode:
		d.flushGarbage(packFill)
		return 4, 0
	default:
		return d.stepSized(b, final)
	}
}

// isElement reports whether b begins with a start code of the program stream
// layer. Start codes below 0xB9 belong to elementary streams.
func isElement(b []byte) bool {
	return len(b) >= 4 && b[0] == 0 && b[1] == 0 && b[2] == 1 && b[3] >= endCode
}

// plausible reports whether to resume after damage at b, which begins with a
// start code. It looks at no more than lookahead bytes.
func plausible(b []byte) bool {
	if len(b) < lookahead {
		return false
	}
	switch code := b[3]; {
	case code == packCode:
		mpeg2 := b[4]&0xC4 == 0x44 && b[6]&0x04 != 0 && b[8]&0x04 != 0 && b[9]&0x01 != 0
		mpeg1 := b[4]&0xF1 == 0x21 && b[6]&0x01 != 0 && b[8]&0x01 != 0
		bare := b[4] == 0 && b[5] == 0 && b[6] == 1
		return mpeg2 || mpeg1 || bare
	case code >= 0xC0 && code < 0xF0:
		return b[6]&0xC0 == 0x80 || b[6] == 0xFF || b[6]&0xC0 == 0x40 || b[6]&0xE0 == 0x20 || b[6] == 0x0F
	default:
		return true
	}
}

// nextElement returns the first index, from on, where an element may begin. If
// there is none, it returns the index to search from when more of the stream
// arrives. At the end of the stream the bytes left there are too few for an
// element.
func nextElement(b []byte, from int) int {
	for i := from; i+2 < len(b); i++ {
		k := bytes.IndexByte(b[i+2:], 1)
		if k < 0 {
			break
		}
		i += k
		if b[i] == 0 && b[i+1] == 0 && (i+3 == len(b) || b[i+3] >= endCode) {
			return i
		}
	}
	return max(from, len(b)-2)
}

// skip counts the first n bytes of b as garbage.
func (d *Demuxer) skip(b []byte, n int) int {
	if d.garbage == 0 {
		d.from = d.offset
	}
	count := func(c string) int64 { return int64(bytes.Count(b[:n], []byte(c))) }
	d.garbage += int64(n)
	d.zeros += count("\x00")
	d.ones += count("\xFF")
	d.breaks += count("\r") + count("\n")
	return n
}

// flushGarbage reports the skipped bytes, now that their end is known. Up to
// fill bytes of nothing but filler are not damage.
func (d *Demuxer) flushGarbage(fill int64) {
	pad := d.garbage <= padding && d.garbage == d.zeros
	if !pad && (d.garbage > fill || d.garbage > d.zeros+d.ones) {
		d.h.Damage(Damage{Kind: Garbage, Offset: d.from, Bytes: d.garbage})
	}
	d.garbage, d.zeros, d.ones, d.breaks = 0, 0, 0, 0
}
