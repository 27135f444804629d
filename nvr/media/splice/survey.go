package splice

import (
	"math"
	"time"

	"example.com/hikgrab/nvr/media"
	"example.com/hikgrab/nvr/media/mp4"
)

// gapTicks is media.GapLimit.
const gapTicks = clock * media.GapLimit / time.Second

// survey is what a piece can contribute.
type survey struct {
	place int // index in all pieces
	piece Piece
	check uint32

	format
	first, last int        // its pictures in the window, by number; last is exclusive
	key         mp4.Sample // the first of these pictures
	begin, end  int64      // display times of the first and the end, in ticks from piece.Start
}

// start and until return when the first picture is shown, and when the last one
// ends.
func (v *survey) start() time.Time { return v.piece.Start.Add(duration(v.begin)) }
func (v *survey) until() time.Time { return v.piece.Start.Add(duration(v.end)) }

// look reads the index of a piece. It returns nil if nothing of the piece is in
// the window.
func look(place int, p Piece, w Span) (*survey, error) {
	v := &survey{place: place, piece: p}
	inside := false
	err := p.read(func(_ Input, m *mp4.Movie) error {
		v.check = m.Check
		v.format = format{video: m.Video.Entry, width: m.Video.Width, height: m.Video.Height, rotation: m.Video.Rotation}
		if m.Sound != nil {
			v.sound, v.soundRate = m.Sound.Entry, m.Sound.Timescale
		}
		from, to := int64(math.MinInt64), int64(math.MaxInt64)
		if !w.From.IsZero() {
			from = ticks(w.From.Sub(p.Start), mp4.Down)
		}
		if !w.To.IsZero() {
			to = ticks(w.To.Sub(p.Start), mp4.Up)
		}
		if !v.choose(m.Video, from, to) {
			return &mp4.Refusal{Kind: mp4.NoPictures, Detail: "it has no key frame"}
		}
		inside = v.last > v.first && v.end > from && v.begin < to
		return nil
	})
	if err != nil || !inside {
		return nil, err
	}
	return v, nil
}

// choose selects the pictures from the last key frame at or before from, or
// else the first key frame, to the first key frame at or after to. It returns
// false if there is no key frame.
func (v *survey) choose(s *mp4.Stream, from, to int64) bool {
	begun := false
	c := s.Cursor()
	for n := 0; c.Next(); n++ {
		shown := shownAt(s, &c.Sample)
		if c.Key && begun && shown >= to {
			break
		}
		if c.Key && (!begun || shown <= from) {
			begun = true
			v.first, v.key = n, c.Sample
			v.begin, v.end = shown, shown
		}
		if !begun || leads(v.first, shown, v.begin) {
			continue
		}
		v.last = n + 1
		v.begin = min(v.begin, shown)
		v.end = max(v.end, shown+usual(c.Length, s))
	}
	return begun
}

// leads reports whether a picture is decoded after the key frame that begins a
// part, but shown before it. It depends on pictures that are missing, unless
// the part begins where the piece does.
func leads(first int, shown, key int64) bool { return first > 0 && shown < key }

// shownAt returns when a picture is shown, in ticks after the first one shown.
func shownAt(s *mp4.Stream, p *mp4.Sample) int64 {
	return mp4.Rescale(p.At+p.Shift-s.Begin, s.Timescale, clock, mp4.Nearest)
}
