package es

import (
	"bytes"
	"encoding/binary"
	"hash/maphash"
)

const (
	headSize = 64      // most bytes of a NAL unit to look at
	setSize  = 1 << 10 // most bytes of a parameter set
	setCount = 16      // most distinct sets of one kind to keep
)

// Splitter groups the NAL units of an Annex B stream into access units. Codec
// may be set to what the container says; until the first key frame, the stream
// itself outranks it. Set the exported fields before the first Write.
type Splitter struct {
	Codec Codec
	Emit  func(*AccessUnit)
	Keep  bool // fill in Data of the access units
	Limit int  // largest access unit, in bytes; 0: no limit

	sets     ParameterSets
	sps      SPS
	sized    bool // sps is valid
	rotation Rotation
	resize   int  // how often the picture size changed
	locked   bool // a key frame has settled the codec

	offset     int64     // of the next byte in the elementary stream
	marks      [4]marked // stamps of the latest packets, newest first, with their offsets
	taken      int64     // the latest PTS that an access unit took
	passed     bool      // a stamp was skipped since then and belongs to no access unit
	head       []byte    // the start of the current NAL unit
	role       role      // valid if classified
	classified bool
	inNAL      bool
	zeros      int   // bytes withheld because they may belong to a start code
	begin      int64 // offset of the current NAL unit's start code
	prefix     int64 // offset of the last three bytes of that start code
	length     int   // position in buf for the length of the current NAL unit
	size       int   // of the current NAL unit

	holed bool // the current NAL unit has a block of zeros, which no encoder writes

	unit   draft
	lead   draft // begins after the slices of unit; the next slice shows whether it is the same picture
	slices bool  // unit has a slice
	first  byte  // type of its first slice
	intra  bool
	buf    []byte // of unit, then of lead
}

// Damage reports that bytes are missing here, or that foreign bytes are.
func (s *Splitter) Damage() { s.current().Damaged = true }

// Offset returns how many bytes of the stream were written.
func (s *Splitter) Offset() int64 { return s.offset }

// Write takes the next bytes of the stream.
func (s *Splitter) Write(p []byte) {
	base := s.offset
	s.offset += int64(len(p))
	start := 0
	for i := 0; i < len(p); {
		j := bytes.IndexByte(p[i:], 1)
		if j < 0 {
			break
		}
		j += i
		i = j + 1
		end := j
		for end > start && end > j-3 && p[end-1] == 0 {
			end--
		}
		zeros := j - end
		if end == start {
			zeros += s.zeros
		}
		if zeros < 2 {
			continue
		}
		if end > start {
			// Zeros before a start code are padding, not data.
			end = start + len(bytes.TrimRight(p[start:end], "\x00"))
			s.body(p[start:end])
		}
		s.endNAL()
		s.inNAL, s.classified, s.zeros = true, false, 0
		s.begin, s.prefix = base+int64(j-min(zeros, 3)), base+int64(j-2)
		s.head, s.size, s.holed = s.head[:0], 0, false
		start = i
	}
	rest := p[start:]
	data := len(bytes.TrimRight(rest, "\x00"))
	if data > 0 {
		s.body(rest[:data])
	}
	s.zeros += len(rest) - data
}

// Flush ends the stream.
func (s *Splitter) Flush() {
	s.endNAL()
	s.inNAL = false
	s.finish()
}

// body takes bytes of the current NAL unit, after the zeros withheld before.
func (s *Splitter) body(p []byte) {
	if !s.inNAL || len(p) == 0 {
		s.zeros = 0
		return
	}
	// With emulation prevention, a NAL unit never has three zeros in a row inside.
	// A block of zeros is a hole on the recorder's disk, or in a cache on the way.
	before := s.zeros
	if before > 0 {
		before += len(p) - len(bytes.TrimLeft(p, "\x00"))
	}
	s.holed = s.holed || before >= len(hole) || bytes.Contains(p, hole)
	for s.zeros > 0 {
		n := min(s.zeros, len(someZeros))
		s.zeros -= n
		s.take(someZeros[:n])
	}
	s.take(p)
}

var (
	someZeros [4096]byte
	hole      = someZeros[:3]
)

func (s *Splitter) take(p []byte) {
	s.size += len(p)
	if !s.classified {
		n := min(3-len(s.head), len(p))
		s.head = append(s.head, p[:n]...)
		if p = p[n:]; len(s.head) < 3 {
			return
		}
		s.classify()
	}
	if room := s.room() - len(s.head); room > 0 {
		s.head = append(s.head, p[:min(room, len(p))]...)
	}
	s.keep(p)
}

// room is how much of the current NAL unit to look at.
func (s *Splitter) room() int {
	if s.role.set || s.role.message {
		return setSize
	}
	return headSize
}

func (s *Splitter) keep(p []byte) {
	d := s.current()
	if !s.Keep || s.Codec == Unknown || d.full {
		return
	}
	if d.full = s.Limit > 0 && len(s.buf)-d.from+len(p) > s.Limit; !d.full {
		s.buf = append(s.buf, p...)
	}
}

// endNAL completes the current NAL unit.
func (s *Splitter) endNAL() {
	if !s.inNAL || s.size == 0 {
		return
	}
	if !s.classified {
		s.classify()
	}
	s.zeros = 0
	if s.Codec == Unknown {
		return
	}
	d := s.current()
	d.Size += 4 + s.size
	d.Holed = d.Holed || s.holed && s.role.slice
	if s.Keep && s.length+4 <= len(s.buf) {
		binary.BigEndian.PutUint32(s.buf[s.length:], uint32(len(s.buf)-s.length-4))
	}
	switch same := s.role.codec == s.Codec; { // the caller may have set Codec since
	case s.role.set && same:
		s.addSet()
	case s.role.message && same:
		if t, ok := parseRotation(s.head[min(int(s.Codec), len(s.head)):]); ok { // NAL headers have one byte in H.264 and two in H.265
			s.rotation = t
		}
	case s.role.slice:
		s.addSlice()
	}
	s.size = 0
}

func (s *Splitter) addSlice() {
	u := &s.unit
	k := s.role.kind
	if s.Codec == H265 {
		u.Key = u.Key || k >= hevcFirstIRAP && k <= hevcLastIRAP
	} else if k == avcIDR || k == avcSlice || k == avcPartA {
		h := parseSlice(s.head, &s.sps)
		s.intra = h.intra && (s.intra || !s.slices)
		u.Field = u.Field || h.field
		u.Key = u.Key || k == avcIDR
	}
	if !s.slices {
		u.Fingerprint = maphash.Bytes(seed, s.head)
		s.slices, s.first = true, k
	}
}

var seed = maphash.MakeSeed()
