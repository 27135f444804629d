package es

type marked struct {
	Stamp
	at   int64
	used bool
}

// fresh reports whether m has a stamp that no access unit has taken.
func (m *marked) fresh() bool { return m.HasPTS && !m.used }

// pass skips a stamp. If no access unit has that stamp, its picture is lost.
func (s *Splitter) pass(m *marked) {
	if m.fresh() && m.PTS != s.taken {
		m.used, s.passed = true, true
	}
}

// Mark sets the stamp of the next access unit.
func (s *Splitter) Mark(m Stamp) {
	s.pass(&s.marks[3])
	copy(s.marks[1:], s.marks[:3])
	s.marks[0] = marked{Stamp: m, at: s.offset}
}

// mark returns the stamp of the packet in which the current NAL unit begins,
// and whether the packet begins with it. A packet's times are those of the
// first access unit that begins in it. Some muxers leave the zero byte of a
// start code at the end of the previous packet. In that case the packet with
// the rest of the start code counts, unless the previous one has an unused
// stamp.
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
