package es

// draft is an unfinished access unit.
type draft struct {
	AccessUnit
	begun  bool  // it has a NAL unit
	alone  bool  // its first NAL unit is the first in its packet
	packet int64 // offset of the packet that gave its stamp
	from   int   // its start in buf
	full   bool  // buf takes no more of it
	hasSPS bool
}

// current is the draft that the current NAL unit belongs to.
func (s *Splitter) current() *draft {
	if s.lead.begun {
		return &s.lead
	}
	return &s.unit
}

// classify decides where a NAL unit belongs, once enough of it has arrived.
func (s *Splitter) classify() {
	s.classified = true
	if c := detect(s.head); !s.locked && c != Unknown && c != s.Codec {
		s.Codec = c
		s.sets, s.sized = ParameterSets{}, false
		s.unit, s.lead, s.buf = draft{}, draft{}, s.buf[:0]
		s.slices, s.intra = false, false
	}
	s.role = role{}
	if s.Codec == Unknown {
		return
	}
	s.role = roleOf(s.Codec, s.head)
	switch r := s.role; {
	case !s.slices:
	case r.begins, r.slice && s.pictureKind(r.kind) != s.pictureKind(s.first):
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
		// The stamp came late, after parameter sets in packets of their own. If
		// packets can begin anywhere, the stamp is for the next access unit, even if
		// the packet begins with another slice of this one.
		m.used = true
		d.PTS, d.DTS, d.HasPTS, d.HasDTS, d.Wall = m.PTS, m.DTS, m.HasPTS, m.HasDTS, max(d.Wall, m.Wall)
		d.packet, s.taken = m.at, m.PTS
	}
	s.length = len(s.buf)
	s.keep([]byte{0, 0, 0, 0})
	s.keep(s.head)
}

// open starts a draft with the current NAL unit.
func (s *Splitter) open(d *draft) {
	d.begun = true
	d.Stamp, d.packet, d.alone = s.mark()
	d.Passed, s.passed = s.passed, false
	d.Offset = s.begin
}

// pictureKind separates the slices of two pictures even if the first slice of
// one is lost, because all slices of a picture have the same type. Only H.264
// has data partitions.
func (s *Splitter) pictureKind(kind byte) byte {
	if s.Codec == H264 && kind != avcIDR {
		return avcSlice
	}
	return kind
}

// rejoin merges the lead into its unit, because a slice of the same picture
// follows.
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

// finish emits the current access unit if it has a picture, and continues with
// the lead.
func (s *Splitter) finish() {
	end := len(s.buf)
	if s.lead.begun {
		end = s.lead.from
	}
	if s.slices {
		u := &s.unit
		// Some encoders never send an IDR picture. An intra picture after a sequence
		// parameter set serves as well.
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
