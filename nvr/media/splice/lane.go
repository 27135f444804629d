package splice

import (
	"context"
	"math"
	"slices"
	"time"

	"example.com/hikgrab/nvr/media/mp4"
)

// sorter sorts pieces into lanes, each of which becomes a file. The lanes have
// one format. There is more than one only if a clock was set back.
type sorter struct {
	window Span
	format format
	lanes  []*lane // still open
	done   []*lane
	left   []LeftOut
}

// lane is a sequence of pieces that follow each other in time.
type lane struct {
	format     format
	parts      []*survey
	end        time.Time // of its last picture
	soundUntil time.Time // end of the last piece with sound; zero if there was none
}

func (s *sorter) leave(place int, reason error) {
	s.left = append(s.left, LeftOut{Piece: place, Reason: reason})
}

// sort adds a piece, which begins no earlier than those before it, to its lane.
func (s *sorter) sort(v *survey) error {
	takes, err := s.format.takes(v)
	if err != nil {
		return err
	}
	if !takes {
		s.close()
	}
	l := s.choose(v)
	if l != nil && (v.start().Sub(l.end) > GapLimit || l.silentTooLong(v)) {
		s.close()
		l = nil
	}
	switch {
	case l == nil && s.covered(v):
		s.leave(v.place, ErrCovered)
		return nil
	case l == nil:
		l = &lane{}
		s.lanes = append(s.lanes, l)
	case !v.until().After(l.end):
		s.leave(v.place, ErrCovered)
		return nil
	}
	s.format.take(v)
	s.append(l, v)
	return nil
}

// close closes all lanes, because the next piece has another format.
func (s *sorter) close() {
	for _, l := range s.lanes {
		l.format = s.format
	}
	s.done = append(s.done, s.lanes...)
	s.lanes, s.format = nil, format{}
}

// choose returns the lane that ends nearest to the start of the piece, or nil
// if the piece begins too long before all of them end.
func (s *sorter) choose(v *survey) *lane {
	var best *lane
	var nearest time.Duration
	for _, l := range s.lanes {
		distance := v.start().Sub(l.end)
		if distance < -OverlapLimit {
			continue
		}
		if best == nil || distance.Abs() < nearest {
			best, nearest = l, distance.Abs()
		}
	}
	return best
}

// covered reports whether a piece that overlaps all lanes shows nothing new,
// because it is short or the same recording again.
func (s *sorter) covered(v *survey) bool {
	for _, l := range s.lanes {
		if v.until().After(l.end) {
			continue
		}
		if v.end-v.begin <= ticks(OverlapLimit, mp4.Nearest) {
			return true
		}
		for _, p := range slices.Backward(l.parts) {
			if !p.until().After(v.start()) {
				break
			}
			if p.check == v.check && p.start().Equal(v.start()) {
				return true
			}
		}
	}
	return false
}

// append adds a piece to a lane. It drops the pieces at the end of the lane
// that the new one outlasts.
func (s *sorter) append(l *lane, v *survey) {
	for n := len(l.parts); n > 0 && !l.parts[n-1].start().Before(v.start()); n-- {
		s.leave(l.parts[n-1].place, ErrCovered)
		l.parts = l.parts[:n-1]
	}
	l.parts = append(l.parts, v)
	if l.end = v.until(); v.sound != nil {
		l.soundUntil = l.end
	}
}

// silentTooLong reports whether the silence before a piece with sound is longer than an
// MP4 can express.
func (l *lane) silentTooLong(v *survey) bool {
	if v.sound == nil || l.soundUntil.IsZero() {
		return false
	}
	const half = math.MaxUint32 / 2 // the other half is for silence within the pieces
	return v.start().Sub(l.soundUntil) > time.Duration(half/v.soundRate)*time.Second
}

// files measures the lanes.
func (s *sorter) files(ctx context.Context) ([]File, error) {
	s.close()
	var files []File
	for _, l := range s.done {
		f := l.file(s.window)
		covered, err := f.measure(ctx)
		if err != nil {
			return nil, err
		}
		for _, place := range covered {
			s.leave(place, ErrCovered)
		}
		if len(f.Parts) > 0 {
			files = append(files, f)
		}
	}
	return files, nil
}
