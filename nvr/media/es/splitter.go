package es

import (
	"bytes"
	"encoding/binary"
)

const (
	headSize = 64      // of a NAL unit is looked at
	setSize  = 1 << 10 // of a parameter set is believed
	setCount = 16      // distinct sets of one kind are kept
)

// Splitter groups the NAL units of a stream in Annex B form into access units.
// Codec may be set to what the container says; what the stream itself shows
// outranks it until the first key frame. Set the exported fields before the
// first Write.
type Splitter struct {
	Codec Codec
	Emit  func(*AccessUnit)
	Keep  bool // Data of the access units is wanted
	Limit int  // bytes of an access unit that is not too large; 0: no limit

	sets   ParameterSets
	sps    SPS
	sized  bool // sps holds a set that makes sense
	turn   Turn
	resize int  // how often the picture's size changed
	locked bool // the codec is settled: a key frame was seen

	offset int64     // of the next byte in the elementary stream
	marks  [4]marked // the latest packets' stamps, by the offset they begin at
	taken  int64     // PTS that an access unit took last
	passed bool      // a stamp was passed over since, and no access unit has it
	head   []byte    // the beginning of the current NAL unit
	role   role      // valid when judged
	judged bool
	inNAL  bool
	zeros  int   // bytes withheld, because they may belong to a start code
	begin  int64 // offset of the current NAL unit's start code, and of
	prefix int64 // its last three bytes
	length int   // where in unit.Data the current NAL unit's length goes
	size   int   // of the current NAL unit

	holed bool // zeros stand in it that no encoder writes

	unit   draft
	lead   draft // begun by what follows the slices of unit; the next slice tells whether it is of the same picture
	slices bool  // unit has a slice
	first  byte  // type of the first one
	intra  bool
	buf    []byte // of unit, then of lead
}

// draft is an access unit that is being gathered.
type draft struct {
	AccessUnit
	begun  bool  // it has a NAL unit
	alone  bool  // its first NAL unit begins a packet
	packet int64 // offset of the packet whose stamp it has
	from   int   // where in buf it begins
	full   bool  // buf holds no more of it
	hasSPS bool
}

// current is the draft that the current NAL unit belongs to.
func (s *Splitter) current() *draft {
	if s.lead.begun {
		return &s.lead
	}
	return &s.unit
}

type marked struct {
	Stamp
	at   int64
	used bool
}

// fresh reports whether there is a stamp that no access unit has taken.
func (m *marked) fresh() bool { return m.HasPTS && !m.used }

// pass passes over a stamp. If no access unit has it, what it belongs to is lost.
func (s *Splitter) pass(m *marked) {
	if m.fresh() && m.PTS != s.taken {
		m.used, s.passed = true, true
	}
}

// Sets returns the distinct parameter sets seen so far.
func (s *Splitter) Sets() ParameterSets { return s.sets }

// SPS returns the latest sequence parameter set; false when none made sense.
func (s *Splitter) SPS() (SPS, bool) { return s.sps, s.sized }

// Turn returns how the pictures are to be turned.
func (s *Splitter) Turn() Turn { return s.turn }

// Resizes returns how often the picture's size changed.
func (s *Splitter) Resizes() int { return s.resize }

// Mark stamps the access unit that begins next.
func (s *Splitter) Mark(m Stamp) {
	s.pass(&s.marks[3])
	copy(s.marks[1:], s.marks[:3])
	s.marks[0] = marked{Stamp: m, at: s.offset}
}

// Damage says that bytes are missing here, or that foreign ones are.
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
			// Zeros in front of the start code pad, they are not data.
			end = start + len(bytes.TrimRight(p[start:end], "\x00"))
			s.body(p[start:end])
		}
		s.endNAL()
		s.startNAL(base+int64(j-min(zeros, 3)), base+int64(j-2))
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

func (s *Splitter) startNAL(at, prefix int64) {
	s.inNAL, s.judged, s.begin, s.prefix, s.zeros = true, false, at, prefix, 0
	s.head, s.size, s.holed = s.head[:0], 0, false
}

// body takes bytes of the current NAL unit, after the zeros withheld before.
func (s *Splitter) body(p []byte) {
	if !s.inNAL || len(p) == 0 {
		s.zeros = 0
		return
	}
	// Emulation prevention leaves no three zeros inside of a NAL unit: a block of
	// zeros is a hole in the recorder's disk, or in a cache on the way.
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
	if !s.judged {
		n := min(3-len(s.head), len(p))
		s.head = append(s.head, p[:n]...)
		if p = p[n:]; len(s.head) < 3 {
			return
		}
		s.judge()
	}
	if room := s.room() - len(s.head); room > 0 {
		s.head = append(s.head, p[:min(room, len(p))]...)
	}
	s.keep(p)
}

// room is how much of the current NAL unit is looked at.
func (s *Splitter) room() int {
	if s.isSet() || s.isMessage() {
		return setSize
	}
	return headSize
}

func (s *Splitter) isSet() bool {
	k := s.role.kind
	return s.Codec == H264 && (k == avcSPS || k == avcPPS) || s.Codec == H265 && k >= hevcVPS && k <= hevcPPS
}

// isMessage reports whether the current NAL unit is supplemental information in
// front of a picture.
func (s *Splitter) isMessage() bool {
	k := s.role.kind
	return s.Codec == H264 && k == avcSEI || s.Codec == H265 && k == hevcSEI
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

// judge decides where a NAL unit belongs, as soon as enough of it is there.
func (s *Splitter) judge() {
	s.judged = true
	if c := detect(s.head); !s.locked && c != Unknown && c != s.Codec {
		s.Codec = c
		s.sets, s.sized = ParameterSets{}, false
		s.drop()
	}
	s.role = role{}
	if s.Codec == Unknown {
		return
	}
	s.role = roleOf(s.Codec, s.head)
	switch r := s.role; {
	case !s.slices:
	case r.begins, r.slice && s.of(r.kind) != s.of(s.first):
		s.finish()
	case r.slice:
		s.rejoin()
	case r.leads && !s.lead.begun:
		s.lead = draft{from: len(s.buf)}
		s.open(&s.lead)
	}
	if d := s.current(); !d.begun {
		s.open(d)
	} else if m := &s.marks[0]; d.alone && (s.lead.begun || !s.slices) && !d.HasPTS && m.fresh() && (m.at == s.begin || m.at == s.prefix) {
		// The stamp came late: behind parameter sets in packets of their own.
		// Where packets begin anywhere it is that of the next access unit, even
		// if one happens to begin with a later slice of this one.
		m.used = true
		d.PTS, d.DTS, d.HasPTS, d.HasDTS, d.Wall = m.PTS, m.DTS, m.HasPTS, m.HasDTS, max(d.Wall, m.Wall)
		d.packet, s.taken = m.at, m.PTS
	}
	s.length = len(s.buf)
	s.keep([]byte{0, 0, 0, 0})
	s.keep(s.head)
}

// open begins a draft with the current NAL unit.
func (s *Splitter) open(d *draft) {
	d.begun = true
	d.Stamp, d.packet, d.alone = s.mark()
	d.Passed, s.passed = s.passed, false
	d.Offset = s.begin
}

// of tells slices of different pictures apart where the first slice of one is
// lost: all slices of a picture are of one type. Only H.264 can split them.
func (s *Splitter) of(kind byte) byte {
	if s.Codec == H264 && kind != avcIDR {
		return avcSlice
	}
	return kind
}

// rejoin puts the lead back to its unit: a slice of the same picture follows.
func (s *Splitter) rejoin() {
	l := &s.lead
	if !l.begun {
		return
	}
	for i := range s.marks {
		if m := &s.marks[i]; l.HasPTS && m.at == l.packet {
			m.used = false
		}
	}
	u := &s.unit
	u.Size += l.Size
	u.Damaged, u.Holed = u.Damaged || l.Damaged, u.Holed || l.Holed
	s.passed = s.passed || l.Passed
	u.full, u.hasSPS = u.full || l.full, u.hasSPS || l.hasSPS
	s.lead = draft{}
}

// mark returns the stamp of the packet in which the current NAL unit begins, and
// whether the packet begins with it. A packet's times are those of the first
// access unit that begins in it. Some muxers leave the zero byte of a start code
// at the end of the packet before; what follows it tells, unless that packet
// has a stamp that is nobody's yet.
func (s *Splitter) mark() (stamp Stamp, packet int64, begins bool) {
	for i := range s.marks {
		m := &s.marks[i]
		if m.at > s.prefix || m.at > s.begin && i+1 < len(s.marks) && s.marks[i+1].fresh() {
			continue
		}
		stamp = m.Stamp
		if m.used {
			stamp.HasPTS, stamp.HasDTS, stamp.Wall = false, false, 0
		} else if stamp.HasPTS {
			s.taken = stamp.PTS
		}
		m.used = true
		for k := i + 1; k < len(s.marks); k++ {
			s.pass(&s.marks[k])
		}
		return stamp, m.at, m.at >= s.begin
	}
	return Stamp{}, 0, false
}

// endNAL takes the current NAL unit for complete.
func (s *Splitter) endNAL() {
	if !s.inNAL || s.size == 0 {
		return
	}
	if !s.judged {
		s.judge()
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
	switch {
	case s.isSet():
		s.addSet()
	case s.isMessage():
		if t, ok := parseTurn(s.head[min(int(s.Codec), len(s.head)):]); ok { // headers have one byte, and two
			s.turn = t
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
		u.Fingerprint = fnv(s.head)
		s.slices, s.first = true, k
	}
}

// fnv is the hash FNV-1a.
func fnv(b []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range b {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h
}

func (s *Splitter) addSet() {
	if len(s.head) >= setSize {
		return
	}
	list := &s.sets.PPS
	switch k := s.role.kind; {
	case k == hevcVPS && s.Codec == H265:
		list = &s.sets.VPS
	case k == avcSPS && s.Codec == H264, k == hevcSPS && s.Codec == H265:
		list = &s.sets.SPS
		sps, err := ParseSPS(s.Codec, s.head)
		if err != nil {
			return
		}
		if s.sized && (sps.Width != s.sps.Width || sps.Height != s.sps.Height) {
			s.resize++
		}
		s.sps, s.sized, s.current().hasSPS = sps, true, true
	}
	for _, old := range *list {
		if bytes.Equal(old, s.head) {
			return
		}
	}
	if len(*list) < setCount {
		*list = append(*list, bytes.Clone(s.head))
	}
}

// finish hands the current access unit on, if it holds a picture, and goes on
// with what was begun behind it.
func (s *Splitter) finish() {
	end := len(s.buf)
	if s.lead.begun {
		end = s.lead.from
	}
	if s.slices {
		u := &s.unit
		// Some encoders never send an IDR picture: a picture that refers to no
		// other, behind a sequence parameter set, serves as well.
		u.Key = u.Key || s.Codec == H264 && u.hasSPS && s.intra
		u.Fingerprint ^= uint64(u.Size) << 32
		u.Data = s.buf[:end]
		u.TooLarge = s.Limit > 0 && u.Size > s.Limit
		s.locked = s.locked || u.Key
		s.Emit(&u.AccessUnit)
	}
	s.buf = s.buf[:copy(s.buf, s.buf[end:])]
	s.unit, s.lead = s.lead, draft{}
	s.unit.from = 0
	s.slices, s.intra = false, false
}

func (s *Splitter) drop() {
	s.unit, s.lead = draft{}, draft{}
	s.buf = s.buf[:0]
	s.slices, s.intra = false, false
}
