package ps

import "bytes"

const (
	packCode = 0xBA
	mapCode  = 0xBC
	endCode  = 0xB9

	// lookahead is how many bytes at a start code tell whether it is one, or
	// chance. So many behind a packet tell whether its length was right.
	lookahead = 10
	// padding is how many zero bytes between packets are taken for alignment
	// and not for damage. Between packs, and at the end, recorders fill up blocks
	// and sectors: nothing is lost there.
	padding    = 16
	packFill   = 64 << 10
	endFill    = 4 << 10
	infoHeader = 64 // a vendor's header and the pack behind it
)

// Demuxer finds packs, maps and packets in a stream that is written to it.
// Create one with New.
type Demuxer struct {
	h      Handler
	carry  []byte // the beginning of an element whose rest has not come yet
	buffer []byte // where carry begins, to be used again
	need   int    // bytes of it that must be there before it can be judged
	offset int64  // of the next byte to be looked at
	open   *Packet
	packet Packet
	pmap   Map

	garbage int64 // bytes skipped since from
	zeros   int64 // of them, zero bytes,
	ones    int64 // bytes of all ones,
	breaks  int64 // and line breaks
	from    int64 // where the garbage began
}

// New returns a demuxer that reports to h. The first byte it will be given
// stands at offset in the recording.
func New(h Handler, offset int64) *Demuxer { return &Demuxer{h: h, offset: offset} }

// Write takes the next bytes of the stream. It keeps nothing of p.
func (d *Demuxer) Write(p []byte) {
	all := p
	for len(d.carry) > 0 && len(p) > 0 {
		// Take only as much as completes the carried element, then hand the
		// bytes behind it back, so that everything else is used in place.
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

// Close says that the stream has ended, and reports what was not complete.
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

// consume takes as many elements as b holds and returns their length.
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

// step takes one element from the front of b and returns its length; or 0 and
// how many bytes it needs to see before it can decide. With final set there
// will never be more, and 0 means that the element is not complete.
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
		// The header of a recording, again in the middle.
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

// plausible reports whether b, which begins with a start code, can be the place
// to go on from after damage. It looks at no more than lookahead bytes.
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

// nextElement returns the first place at or behind from where an element may
// begin; when there is none, the place from which to look again when more of
// the stream is known. At the end of the stream what is left there is too short
// to be anything.
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

// flushGarbage reports the bytes skipped so far, now that their end is known. No
// more than so many of them, and of nothing but fill, are no damage.
func (d *Demuxer) flushGarbage(fill int64) {
	pad := d.garbage <= padding && d.garbage == d.zeros
	if !pad && (d.garbage > fill || d.garbage > d.zeros+d.ones) {
		d.h.Damage(Damage{Kind: Garbage, Offset: d.from, Bytes: d.garbage})
	}
	d.garbage, d.zeros, d.ones, d.breaks = 0, 0, 0, 0
}
