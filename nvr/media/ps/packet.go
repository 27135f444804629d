package ps

import (
	"bytes"
	"encoding/binary"
)

// stepPack processes a pack header: MPEG-2, MPEG-1, or the bare start code that
// some H.265 models write.
func (d *Demuxer) stepPack(b []byte, final bool) (n, need int) {
	if len(b) < 8 {
		if final && bytes.HasPrefix([]byte{0, 0, 1}, b[4:]) {
			d.flushGarbage(packFill)
			return 4, 0
		}
		return 0, 8
	}
	switch {
	case b[4] == 0 && b[5] == 0 && b[6] == 1:
		n = 4
	case b[4]&0xC0 == 0x40:
		if len(b) < 14 {
			return 0, 14
		}
		n = 14 + int(b[13]&7)
	case b[4]&0xF0 == 0x20:
		n = 12
	default:
		return d.skip(b, 4), 0
	}
	if len(b) < n {
		return 0, n
	}
	d.flushGarbage(packFill)
	pack := Pack{Offset: d.offset}
	if n == 20 && b[14] == 0xFF && b[15] == 0xFF {
		// Hikvision hides the frame number in the stuffing. The number can look like
		// a start code, so the length of the stuffing decides, not a search.
		pack.Number, pack.Numbered = binary.BigEndian.Uint32(b[16:]), true
	}
	d.h.Pack(pack)
	return n, 0
}

// stepSized processes an element with a length.
func (d *Demuxer) stepSized(b []byte, final bool) (n, need int) {
	if len(b) < 6 {
		return 0, 6
	}
	n = 6 + int(binary.BigEndian.Uint16(b[4:]))
	if n == 6 && b[3]&0xF0 == 0xE0 {
		return d.openPacket(b)
	}
	if len(b) < n+lookahead && !final {
		return 0, n + lookahead
	}
	elementary := b[3] >= 0xC0 && b[3] < 0xF0
	if len(b) >= n && followed(b[n:]) {
		d.flushGarbage(0)
		d.emit(b[:n], false)
		return n, 0
	}
	// The length is wrong, or bytes are missing or foreign. Resume at whatever
	// inside the packet looks like an element.
	inside := b[:min(n, len(b))]
	near := b[:min(n+lookahead, len(b))]
	for at := nextElement(near, 4); at < len(inside); at = nextElement(near, at+1) {
		if plausible(near[at:]) && (elementary || len(b) >= n) {
			n, inside = at, inside[:at]
			break
		}
	}
	d.flushGarbage(0)
	d.emit(inside, true)
	if len(b) < n {
		return 0, 0
	}
	d.h.Damage(Damage{Kind: Broken, Offset: d.offset, Bytes: int64(n)})
	return n, 0
}

// followed reports whether b, the bytes after an element, can begin another
// element or padding. At the end of the stream there may be none.
func followed(b []byte) bool {
	for _, fill := range []string{"\x00\x00\x00", "\xFF\xFF\xFF\xFF\xFF\xFF", "IMKH"} {
		if bytes.HasPrefix([]byte(fill), b[:min(len(b), len(fill))]) {
			return true
		}
	}
	return isElement(b) || len(b) < 4 && bytes.HasPrefix([]byte{0, 0, 1}, b) || len(b) < lookahead && len(bytes.TrimLeft(b, "\r\n")) == 0
}

// emit passes a complete element to the handler.
func (d *Demuxer) emit(b []byte, damaged bool) {
	switch code := b[3]; {
	case code == mapCode:
		if !damaged {
			d.pmap.parse(b)
			d.pmap.Offset = d.offset
			d.h.Map(&d.pmap)
		}
	case code >= 0xC0 && code < 0xF0:
		p := &d.packet
		*p = Packet{Offset: d.offset, ID: code, Damaged: damaged}
		p.parse(b)
		d.h.Packet(p)
	}
	// Skip everything else by its length, because the private packets of recorders
	// contain start codes.
}

// openPacket processes the header of a packet without a length. Only transport
// streams may have such packets, but some recorders write them anyway.
func (d *Demuxer) openPacket(b []byte) (n, need int) {
	if len(b) < 9 {
		return 0, 9
	}
	n = 9 + int(b[8])
	if b[6]&0xC0 != 0x80 {
		n = 6
	}
	if len(b) < n {
		return 0, n
	}
	d.flushGarbage(0)
	p := &d.packet
	*p = Packet{Offset: d.offset, ID: b[3]}
	p.parse(b[:n])
	p.Damaged = n == 6
	d.h.Packet(p)
	*p = Packet{Offset: p.Offset, ID: p.ID, Scrambled: p.Scrambled, Continued: true}
	d.open = p
	return n, 0
}

// stepOpen passes on the payload of a packet without a length, up to the next
// start code of the program stream layer. Elementary streams contain none.
func (d *Demuxer) stepOpen(b []byte, final bool) (n, need int) {
	if n = nextElement(b, 0); n+3 < len(b) {
		d.open, d.packet.Payload = nil, b[:n]
		if n > 0 {
			d.h.Packet(&d.packet)
			return n, 0
		}
		return d.step(b, final)
	}
	if final {
		n = len(b)
	} else if n = max(len(b)-3, 0); n == 0 {
		return 0, 4
	}
	d.packet.Payload = b[:n]
	d.h.Packet(&d.packet)
	return n, 0
}

// parse parses an MPEG-2 or MPEG-1 packet header and finds the payload.
func (p *Packet) parse(b []byte) {
	if len(b) < 7 {
		return
	}
	if b[6]&0xC0 != 0x80 {
		p.parseMPEG1(b[6:])
		return
	}
	if len(b) < 9 {
		return
	}
	p.Scrambled = b[6]>>4&3 != 0
	body := min(9+int(b[8]), len(b))
	p.stamps(b[9:body], b[7]&0x80 != 0, b[7]&0xC0 == 0xC0)
	p.Payload = b[body:]
}

func (p *Packet) parseMPEG1(b []byte) {
	for len(b) > 0 && b[0] == 0xFF {
		b = b[1:]
	}
	if len(b) >= 2 && b[0]&0xC0 == 0x40 {
		b = b[2:]
	}
	if len(b) == 0 {
		return
	}
	switch {
	case b[0]&0xF0 == 0x20:
		p.stamps(b, true, false)
		p.Payload = b[min(5, len(b)):]
	case b[0]&0xF0 == 0x30:
		p.stamps(b, true, true)
		p.Payload = b[min(10, len(b)):]
	case b[0] == 0x0F:
		p.Payload = b[1:]
	default:
		p.Damaged, p.Payload = true, b
	}
}

// stamps reads the time stamps at the start of b.
func (p *Packet) stamps(b []byte, pts, dts bool) {
	if pts && len(b) >= 5 {
		p.PTS, p.HasPTS = stamp(b), true
		p.DTS = p.PTS
	}
	if dts && len(b) >= 10 {
		p.DTS, p.HasDTS = stamp(b[5:]), true
	}
}

func stamp(b []byte) int64 {
	return int64(b[0]>>1&7)<<30 | int64(b[1])<<22 | int64(b[2]>>1)<<15 | int64(b[3])<<7 | int64(b[4]>>1)
}
