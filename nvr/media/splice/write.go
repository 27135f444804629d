package splice

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"example.com/hikgrab/nvr/media/mp4"
)

// ErrCovered says that all that a piece shows is shown by other pieces.
var ErrCovered = errors.New("other recordings show the same time")

// ErrChanged says that a piece is not what it was when Plan read it.
var ErrChanged = errors.New("the file has changed meanwhile")

// Write makes a file that Plan has planned. It writes from the beginning of
// dst, which must be empty; after an error what dst holds is worthless. Write
// neither truncates, syncs nor closes it.
//
// While it works it adds the bytes of pictures and sound copied so far to
// copied, in the end f.Bytes; nil: nobody wants to know.
//
// An error is the context's or dst's, or says that a piece could not be opened
// or read, or that it has changed since: ErrChanged.
func Write(ctx context.Context, dst io.WriteSeeker, f File, copied *atomic.Int64) error {
	if len(f.Parts) == 0 {
		return errors.New("no part of any file is to be written")
	}
	w, err := mp4.New(dst, f.reserve)
	if err != nil {
		return written(err)
	}
	a := &assembly{out: newOutput(w, &f, copied)}
	for i := range f.Parts {
		p := &f.Parts[i]
		frames, bytes := a.video.Samples, a.bytes()
		if _, err := a.add(ctx, p); err != nil {
			return err
		}
		if a.video.Samples-frames != p.Frames || a.bytes()-bytes != p.Bytes {
			return p.piece.failed(ErrChanged)
		}
	}
	a.out.describe(max(a.end-a.shown, 1))
	return written(w.Close())
}

func written(err error) error {
	if err != nil {
		err = fmt.Errorf("write the MP4: %w", err)
	}
	return err
}

// output copies samples into a file.
type output struct {
	video, sound copying
	piece        Piece // that samples come from
	copied       *atomic.Int64
}

// copying is a track and where its samples are read.
type copying struct {
	*mp4.Track
	from window
}

func newOutput(w *mp4.Writer, f *File, copied *atomic.Int64) *output {
	o := &output{video: copying{Track: w.Video()}, copied: copied}
	o.video.Entry, o.video.Width, o.video.Height, o.video.Turn = f.format.video, f.Width, f.Height, f.format.turn
	if f.Sound {
		o.sound.Track = w.Audio(int(f.format.soundRate))
		o.sound.Entry = f.format.sound
	}
	return o
}

// turn turns to another file. What was read of the last one is forgotten, the
// room for it stays.
func (w *window) turn(src io.ReaderAt) {
	*w = window{src: src, buf: w.buf[:0]}
}

// copy copies a sample and tells when it is decoded, and how much later it is
// shown.
func (o *output) copy(to *copying, s *mp4.Sample, at, shift int64) error {
	b, err := to.from.read(s.Offset, s.Size)
	if err != nil {
		return o.piece.failed(err)
	}
	if err := to.Write(b, s.Key); err != nil {
		return written(err)
	}
	if o.copied != nil {
		o.copied.Add(int64(len(b)))
	}
	to.Time(at, shift)
	return nil
}

// describe tells the tracks what is only known at the end.
func (o *output) describe(last int64) {
	decoded, shown := o.video.First()
	o.video.Start, o.video.Last = shown-decoded, last
	if o.sound.Track != nil {
		begin, _ := o.sound.First()
		begin -= mp4.Rescale(shown, clock, int64(o.sound.Timescale), mp4.Nearest)
		o.sound.Delay, o.sound.Start = max(begin, 0), max(-begin, 0)
	}
}
