package simulator

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"math/bits"
	"time"
)

// Program streams as recorders write them: one pack per picture with the
// picture's number in its stuffing, a program stream map with the wall clock
// before each key frame, packets of at most about 5 kB, and a timestamp only on
// the first packet of a picture. The bytes of maps and headers follow public
// dumps (ZLMediaKit #2805 and others).

const (
	maxPayload    = 5000  // of one packet
	firstHeader   = 17    // of a packet with a timestamp
	nextHeader    = 12    // of a packet without one
	packSize      = 20    // a pack header with six bytes of stuffing
	systemSize    = 24    // a system header
	paddingHeader = 6     // of a padding packet
	minPadding    = 8     // the smallest padding packet used
	maxPadding    = 65536 // the largest
	videoStream   = 0xE0
	audioStream   = 0xC0
	paddingStream = 0xBE
	soundPerMilli = 8 // bytes of G.711 per millisecond
	ticksPerMilli = 90
	clockRate     = 90000
)

// headerSize is the length of the header before the program stream.
const headerSize = 40

// imkh returns the header before the program stream.
func imkh(codec Codec, audio bool) []byte {
	h := make([]byte, headerSize)
	copy(h, "IMKH\x01\x02\x00\x00\x02\x00")
	video := uint16(0x0100)
	if codec == H265 {
		video = 0x0005
	}
	binary.LittleEndian.PutUint16(h[10:], video)
	if audio {
		binary.LittleEndian.PutUint16(h[12:], 0x7111)
		h[14], h[15] = 1, 16
		binary.LittleEndian.PutUint32(h[16:], 8000)
		binary.LittleEndian.PutUint32(h[20:], 64000)
	}
	return h
}

// mark holds the offsets in a template of the parts of a picture that change
// from loop to loop.
type mark struct {
	pack  int // start of the pack header; its picture number is the last four bytes
	psm   int // start of the map; 0 if there is none
	psmTo int // end of the map
	video int // the timestamp of the picture
	sound int // the timestamp of the sound; 0 if there is none
}

// spec says what a template contains.
type spec struct {
	codec    Codec
	sound    int   // bytes of sound per picture
	fill     int   // bytes of filler per picture, 0 or at least minFill
	interval int64 // ticks between pictures
}

// minFill is the size of the smallest possible filler.
const minFill = 24

// packets returns the size of a unit of n bytes in packets.
func packets(n int, timestamp bool) int {
	size := n + (n+maxPayload-1)/maxPayload*nextHeader
	if timestamp && n > 0 {
		size += firstHeader - nextHeader
	}
	return size
}

// frameSize returns the number of bytes that writeFrame appends.
func frameSize(s spec, f frame) int {
	size := packSize + s.fill + packets(s.sound, true)
	if f.key {
		size += systemSize + len(programMap(s))
	}
	for i, unit := range f.units {
		size += packets(len(unit), i == 0)
	}
	return size
}

// writeFrame appends one picture with its sound.
func writeFrame(b []byte, s spec, f frame, soundAt int) ([]byte, mark) {
	m := mark{pack: len(b)}
	b = append(b, 0, 0, 1, 0xBA, 0x44, 0, 4, 0, 4, 1, 0x03, 0xAC, 0xD3, 0xFE, 0xFF, 0xFF, 0, 0, 0, 0)
	if f.key {
		b = append(b, 0, 0, 1, 0xBB, 0, 18, 0x81, 0xD6, 0x69, 0x04, 0xE1, 0x7F,
			videoStream, 0xE0, 0x80, audioStream, 0xC0, 0x08, 0xBD, 0xE0, 0x80, 0xBF, 0xE0, 0x80)
		m.psm = len(b)
		b = append(b, programMap(s)...)
		m.psmTo = len(b)
	}
	m.video = len(b) + 9
	for i, unit := range f.units {
		b = writePackets(b, videoStream, unit, i == 0)
	}
	if s.fill > 0 {
		b = writeFiller(b, s)
	}
	if s.sound > 0 {
		m.sound = len(b) + 9
		sound := make([]byte, 0, s.sound)
		for len(sound) < s.sound {
			from := (soundAt + len(sound)) % len(clipSound)
			sound = append(sound, clipSound[from:min(len(clipSound), from+s.sound-len(sound))]...)
		}
		b = writePackets(b, audioStream, sound, true)
	}
	return b, m
}

// writePackets appends a unit in packets.
func writePackets(b []byte, stream byte, unit []byte, timestamp bool) []byte {
	for len(unit) > 0 {
		n := min(len(unit), maxPayload)
		header := []byte{0x8C, 0x00, 3, 0xFF, 0xFF, 0xFC}
		if timestamp {
			header = []byte{0x8C, 0x80, 8, 0x21, 0, 1, 0, 1, 0xFF, 0xFF, 0xFC}
		}
		length := len(header) + n
		b = append(b, 0, 0, 1, stream, byte(length>>8), byte(length))
		b = append(b, header...)
		b = append(b, unit[:n]...)
		unit, timestamp = unit[n:], false
	}
	return b
}

// writeFiller appends a filler unit whose packets take exactly s.fill bytes.
// Decoders skip it; it gives the stream the bit rate of a real camera.
func writeFiller(b []byte, s spec) []byte {
	count := (s.fill + maxPayload + nextHeader - 1) / (maxPayload + nextHeader)
	unit := bytes.Repeat([]byte{0xFF}, s.fill-count*nextHeader)
	copy(unit, []byte{0, 0, 0, 1, 12})
	if s.codec == H265 {
		copy(unit, []byte{0, 0, 0, 1, 38 << 1, 1})
	}
	unit[len(unit)-1] = 0x80
	return writePackets(b, videoStream, unit, false)
}

// programMap returns the program stream map. putClock sets its clock and
// checksum.
func programMap(s spec) []byte {
	kind := byte(0x1B)
	if s.codec == H265 {
		kind = 0x24
	}
	interval := uint32(min(s.interval, 1<<23-1))
	half := min(interval/2, 0xFFFF)
	streams := []byte{
		kind, videoStream, 0, 28,
		0x42, 14, 0x07, 0x10, 0x10, 0xEA, clipWidth >> 8, clipWidth & 0xFF, clipHeight >> 8, clipHeight & 0xFF, 0x11, 0x30, 0x00,
		byte(interval >> 15), byte(interval >> 7), byte(interval<<1) | 1,
		0x2A, 10, 0x7F, 0xFF, 0x00, 0x00, byte(half >> 8), byte(half), 0x1F, 0xFE, 0x50, 0x48,
	}
	if s.sound > 0 {
		streams = append(streams, 0x90, audioStream, 0, 12,
			0x43, 10, 0x01, 0x40, 0xFE, 0x00, 0x7D, 0x03, 0x03, 0xE8, 0x03, 0xFF)
	}
	b := []byte{
		0, 0, 1, 0xBC, 0, 0, 0xFA, 0xFF, 0, 36,
		0x40, 14, 'H', 'K', 1, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 0xFF,
		0x41, 18, 'H', 'K', 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
		0, byte(len(streams)),
	}
	b = append(b, streams...)
	b = append(b, 0, 0, 0, 0)
	binary.BigEndian.PutUint16(b[4:], uint16(len(b)-6))
	return b
}

// clockAt is the offset of the wall clock in a map.
const clockAt = 16

// putClock sets the wall clock and the checksum of a map.
func putClock(psm []byte, t time.Time) {
	v := uint64(t.Year()-2000)&0xFF<<40 | uint64(t.Month())<<36 | uint64(t.Day())<<31 |
		uint64(t.Hour())<<26 | uint64(t.Minute())<<20 | uint64(t.Second())<<14 |
		1<<13 | uint64(t.Nanosecond()/1e6)<<3 | 7
	for i := range 6 {
		psm[clockAt+i] = byte(v >> (40 - 8*i))
	}
	end := len(psm) - 4
	binary.BigEndian.PutUint32(psm[end:], mpegCRC(psm[:end]))
}

// crcTable is the table of the MPEG CRC, which has Ethernet's polynomial in the
// other bit order.
var crcTable = func() (t [256]uint32) {
	ieee := crc32.MakeTable(crc32.IEEE)
	for i := range t {
		t[i] = bits.Reverse32(ieee[bits.Reverse8(uint8(i))])
	}
	return t
}()

// mpegCRC is the CRC_32 of ISO 13818-1.
func mpegCRC(p []byte) uint32 {
	crc := ^uint32(0)
	for _, c := range p {
		crc = crc<<8 ^ crcTable[byte(crc>>24)^c]
	}
	return crc
}

// putSCR sets the clock of a pack header.
func putSCR(pack []byte, t int64) {
	pack[4] = 0x44 | byte(t>>27)&0x38 | byte(t>>28)&0x03
	pack[5] = byte(t >> 20)
	pack[6] = 0x04 | byte(t>>12)&0xF8 | byte(t>>13)&0x03
	pack[7] = byte(t >> 5)
	pack[8] = 0x04 | byte(t<<3)
	pack[9] = 1
}

// putPTS sets a timestamp.
func putPTS(p []byte, t int64) {
	p[0] = 0x21 | byte(t>>29)&0x0E
	p[1] = byte(t >> 22)
	p[2] = 1 | byte(t>>14)&0xFE
	p[3] = byte(t >> 7)
	p[4] = 1 | byte(t<<1)
}

// padding returns n bytes of padding packets. n must be 0 or at least
// minPadding.
func padding(n int64) []byte {
	b := bytes.Repeat([]byte{0xFF}, int(n))
	for at := int64(0); at < n; {
		size := min(n-at, maxPadding)
		if rest := n - at - size; rest > 0 && rest < minPadding {
			size -= minPadding
		}
		copy(b[at:], []byte{0, 0, 1, paddingStream, byte((size - paddingHeader) >> 8), byte(size - paddingHeader)})
		at += size
	}
	return b
}
