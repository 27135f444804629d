package splice

import "example.com/hikgrab/nvr/media/mp4"

// pictures iterates over the pictures of a part.
type pictures struct {
	part   *Part
	stream *mp4.Stream
	cursor *mp4.Cursor
	number int   // of the next picture of the piece
	key    int64 // when the first one is shown

	decoded, shown int64 // of the current picture, in ticks of the file
}

// next moves to the next picture of the part. It returns false if there is
// none.
func (r *pictures) next() bool {
	p := r.part
	for r.number < p.last && r.cursor.Next() {
		n := r.number
		r.number++
		if n < p.first {
			continue
		}
		r.shown = p.base + shownAt(r.stream, &r.cursor.Sample)
		if n == p.first {
			r.key = r.shown
		}
		if r.shown >= p.until {
			return false
		}
		if leads(p.first, r.shown, r.key) {
			continue
		}
		r.decoded = p.base + mp4.Rescale(r.cursor.At-r.stream.Lead-r.stream.Begin, r.stream.Timescale, clock, mp4.Nearest)
		return true
	}
	return false
}

// sounds iterates over the packets of sound that play during a part.
type sounds struct {
	stream *mp4.Stream
	cursor *mp4.Cursor // nil: no sound
	base   int64       // added to decoding times, in units of the sound from the start of the file
	from   int64
	until  int64

	at    int64 // of the current packet, in units of the sound
	ticks int64 // the same time in ticks
}

func newSounds(p *Part, m *mp4.Movie) *sounds {
	s, v := m.Sound, m.Video
	if s == nil {
		return &sounds{}
	}
	in := func(t, scale int64, r mp4.Rounding) int64 { return mp4.Rescale(t, scale, s.Timescale, r) }
	// How long after the first picture the sound begins. The Writer rounds delays
	// up.
	begin := -s.Start - in(v.Begin-v.Start, v.Timescale, mp4.Nearest)
	if delay := s.Delay - v.Delay; delay != 0 {
		begin += in(delay, m.Timescale, mp4.Down)
	}
	return &sounds{
		stream: s, cursor: s.Cursor(), base: begin + in(p.base, clock, mp4.Nearest),
		from: in(p.begin, clock, mp4.Nearest), until: in(p.hear, clock, mp4.Nearest),
	}
}

// next moves to the next packet. It returns false if there is none.
func (r *sounds) next() bool {
	for r.cursor != nil && r.cursor.Next() {
		if r.at = r.base + r.cursor.At; r.at >= r.until {
			return false
		}
		if r.at < r.from {
			continue
		}
		r.ticks = mp4.Rescale(r.at, r.stream.Timescale, clock, mp4.Nearest)
		return true
	}
	return false
}

// length returns the length of the current packet. A packet before a silence
// gets the most common length.
func (r *sounds) length() int64 {
	if r.stream.Usual <= 0 {
		return max(r.cursor.Length, 1)
	}
	return max(min(r.cursor.Length, r.stream.Usual), 1)
}
