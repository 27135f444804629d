package ps

import (
	"encoding/binary"
	"time"
)

// Descriptors in Hikvision's program stream maps, known from public dumps of
// recordings.
const (
	wallDescriptor  = 0x40 // 'H' 'K', a two-byte version, the wall clock
	videoDescriptor = 0x42 // its last 23 bits, except the final one, are the frame interval
)

// parse parses a whole program stream map. It skips whatever is cut short or
// invalid.
func (m *Map) parse(b []byte) {
	*m = Map{Streams: m.Streams[:0]}
	if len(b) < 12 {
		return
	}
	info, rest := sized(b[8:])
	m.descriptors(info)
	entries, _ := sized(rest)
	for len(entries) >= 4 {
		m.Streams = append(m.Streams, Stream{Type: entries[0], ID: entries[1]})
		info, entries = sized(entries[2:])
		m.descriptors(info)
	}
}

// sized splits b after the piece whose length is in the first two bytes.
func sized(b []byte) (piece, rest []byte) {
	if len(b) < 2 {
		return nil, nil
	}
	n := min(2+int(binary.BigEndian.Uint16(b)), len(b))
	return b[2:n], b[n:]
}

func (m *Map) descriptors(b []byte) {
	for len(b) >= 2 {
		n := min(2+int(b[1]), len(b))
		body := b[2:n]
		switch {
		case b[0] == wallDescriptor && len(body) >= 10 && body[0] == 'H' && body[1] == 'K':
			m.Wall = wallClock(body[4:10])
		case b[0] == videoDescriptor && len(body) >= 14:
			m.FrameInterval = int64(body[11])<<16 | int64(body[12])<<8 | int64(body[13])
			m.FrameInterval >>= 1
		}
		b = b[n:]
	}
}

// wallClock reads year 8 bits, month 4, day 5, hour 5, minute 6, second 6, a
// marker bit and milliseconds 10. It returns the zero time if they are invalid.
func wallClock(b []byte) time.Time {
	v := uint64(binary.BigEndian.Uint16(b))<<32 | uint64(binary.BigEndian.Uint32(b[2:]))
	field := func(bits int) int {
		f := int(v >> (48 - bits) & (1<<bits - 1))
		v = v << bits & (1<<48 - 1)
		return f
	}
	year, month, day := 2000+field(8), field(4), field(5)
	hour, minute, second := field(5), field(6), field(6)
	marker, ms := field(1), field(10)
	if month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 60 || marker != 1 || ms > 999 {
		return time.Time{}
	}
	t := time.Date(year, time.Month(month), day, hour, minute, second, ms*1e6, time.UTC)
	if t.Day() != day && second < 60 {
		return time.Time{}
	}
	return t
}
