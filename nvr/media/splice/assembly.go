package splice

import (
	"context"
	"math"

	"example.com/hikgrab/nvr/media/mp4"
)

// assembly goes through the parts of a file, in the order of their samples, and
// gives each sample its time. With an output it writes the samples; without one
// it only measures, so that Write does exactly what Plan says.
type assembly struct {
	out *output // nil: only measure

	begin   int64 // when the first picture is shown, in ticks
	decoded int64 // when the latest picture is decoded, in ticks
	shown   int64 // when the last picture begins to be shown
	end     int64 // when the last picture ends

	sounded int64 // when the latest packet of sound begins, in units of the sound
	silent  int64 // when that packet ends

	video, sound mp4.Extent
	step, shift  int64 // from the latest row of the tables
	soundStep    int64
	gapCount     int
	gapTicks     int64
}

// bytes returns how many bytes of samples were added so far.
func (a *assembly) bytes() int64 { return a.video.Bytes + a.sound.Bytes }

// add opens the piece of a part and adds the part. It returns the number of
// pictures in the piece.
func (a *assembly) add(ctx context.Context, p *Part) (pictures int, err error) {
	err = p.piece.read(func(in Input, m *mp4.Movie) error {
		if pictures = m.Video.Samples; m.Check != p.check {
			return p.piece.failed(ErrChanged)
		}
		return a.part(ctx, p, in, m)
	})
	return pictures, err
}

// part adds a part.
func (a *assembly) part(ctx context.Context, p *Part, in Input, m *mp4.Movie) error {
	pictures := &pictures{part: p, stream: m.Video, cursor: m.Video.Cursor()}
	sounds := newSounds(p, m)
	if a.out != nil {
		a.out.piece = p.piece
		a.out.video.from.switchTo(in)
		a.out.sound.from.switchTo(in)
	}
	picture, sound := pictures.next(), sounds.next()
	for picture || sound {
		if err := ctx.Err(); err != nil {
			return err
		}
		if sound && (!picture || sounds.ticks < pictures.decoded) {
			if err := a.hear(sounds); err != nil {
				return err
			}
			sound = sounds.next()
			continue
		}
		if err := a.show(pictures); err != nil {
			return err
		}
		picture = pictures.next()
	}
	a.end = min(a.end, p.until)
	if a.sound.Samples == 0 {
		return nil
	}
	a.sound.Flushes++ // the sound of a part comes before the pictures of the next one
	if a.out == nil {
		return nil
	}
	return written(a.out.sound.Flush())
}

// show adds a picture.
func (a *assembly) show(r *pictures) error {
	decoded, shown := r.decoded, r.shown
	begun := a.video.Samples > 0
	if begun {
		// Pieces with B-frames start decoding before the previous piece ends.
		decoded = max(decoded, a.decoded+1)
	}
	shown = max(shown, decoded)
	a.video.Samples++
	a.video.Bytes += int64(r.cursor.Size)
	if r.cursor.Key {
		a.video.Keys++
	}
	if step := decoded - a.decoded; begun && step != a.step {
		a.step = step
		a.video.Times++
	}
	if shift := shown - decoded; !begun || shift != a.shift {
		a.shift = shift
		a.video.Shifts++
	}
	if gap := shown - a.shown; begun && gap > int64(gapTicks) {
		a.gapCount++
		a.gapTicks += gap
	}
	if !begun || shown < a.begin {
		a.begin = shown
	}
	if !begun || shown >= a.shown {
		a.shown, a.end = shown, shown+usual(r.cursor.Length, r.stream)
	}
	a.decoded = decoded
	if a.out == nil {
		return nil
	}
	return a.out.copy(&a.out.video, &r.cursor.Sample, decoded, shown-decoded)
}

// hear adds a packet of sound, unless most of it overlaps the previous packet:
// where parts meet, both may have the same sound.
func (a *assembly) hear(r *sounds) error {
	length := r.length()
	if a.sound.Samples > 0 {
		step := r.at - a.sounded
		if a.silent-r.at > length/2 || step <= 0 || step > math.MaxUint32 {
			return nil
		}
		if step != a.soundStep {
			a.soundStep = step
			a.sound.Times++
		}
	}
	a.sound.Samples++
	a.sound.Bytes += int64(r.cursor.Size)
	a.sounded, a.silent = r.at, r.at+length
	if a.out == nil {
		return nil
	}
	a.out.sound.Last = length
	return a.out.copy(&a.out.sound, &r.cursor.Sample, r.at, 0)
}

// reserve returns the room for the index.
func (a *assembly) reserve(f format) int64 {
	a.video.Entry, a.sound.Entry = len(f.video), len(f.sound)
	a.video.Times++ // of the last sample
	a.sound.Times++
	a.sound.Shifts = 1
	return mp4.Reserve(a.video, a.sound)
}
