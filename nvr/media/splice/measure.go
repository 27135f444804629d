package splice

import (
	"context"
	"math"
	"time"

	"example.com/hikgrab/nvr/media/mp4"
)

// file returns the file for the lane, without what only the samples show.
func (l *lane) file(w Span) File {
	// A piece that is outlasted before the window begins contributes nothing.
	for len(l.parts) > 1 && !w.From.IsZero() && !l.parts[1].start().After(w.From) {
		l.parts = l.parts[1:]
	}
	f := File{zero: l.parts[0].start(), Width: l.format.width, Height: l.format.height, Codec: l.format.codec(), format: l.format}
	for _, v := range l.parts {
		base := ticks(v.piece.Start.Sub(f.zero), mp4.Nearest)
		p := Part{
			Piece: v.place, piece: v.piece, check: v.check, first: v.first, last: v.last,
			base: base, begin: base + v.begin, until: math.MaxInt64, hear: base + v.end,
		}
		if n := len(f.Parts); n > 0 {
			f.Parts[n-1].meet(&p)
		}
		f.Parts = append(f.Parts, p)
	}
	return f
}

// meet ends a part where the next one begins. Unless there is a gap, its sound
// ends there too.
func (p *Part) meet(next *Part) {
	p.until = next.begin
	if next.begin-p.hear <= int64(gapTicks) {
		p.hear = next.begin
	}
}

// measure completes a file with what its samples show. It returns the pieces
// that turn out to contribute nothing.
func (f *File) measure(ctx context.Context) (covered []int, err error) {
	a := &assembly{}
	kept := f.Parts[:0]
	for i := range f.Parts {
		p := &f.Parts[i]
		frames, bytes := a.video.Samples, a.bytes()
		total, err := a.add(ctx, p)
		if err != nil {
			return nil, err
		}
		p.Frames, p.Bytes = a.video.Samples-frames, a.bytes()-bytes
		if p.Frames == 0 {
			covered = append(covered, p.Piece)
			continue
		}
		p.Whole = p.Frames == total
		kept = append(kept, *p)
	}
	f.Parts = kept
	f.Start, f.End = f.at(a.begin), f.at(a.end)
	f.Frames, f.Bytes, f.Sound = a.video.Samples, a.bytes(), a.sound.Samples > 0
	f.GapCount, f.GapTime = a.gapCount, duration(a.gapTicks)
	f.reserve = a.reserve(f.format)
	return covered, nil
}

// at returns the wall clock for a time in ticks of the file.
func (f *File) at(t int64) time.Time { return f.zero.Add(duration(t)) }
