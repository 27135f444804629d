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
	if err := w.Close(); err != nil {
		return written(err)
	}
	return nil
}

func written(err error) error { return fmt.Errorf("write the MP4: %w", err) }

// output copies samples into a file.
type output struct {
	video, sound *mp4.Track
	piece        Piece // that samples come from
	fromVideo    window
	fromSound    window
	copied       *atomic.Int64
	last         int64 // how long the latest packet of sound lasts
}

func newOutput(w *mp4.Writer, f *File, copied *atomic.Int64) *output {
	o := &output{video: w.Video(), copied: copied}
	o.video.Entry, o.video.Width, o.video.Height, o.video.Turn = f.format.video, f.Width, f.Height, f.format.turn
	if f.Sound {
		o.sound = w.Audio(int(f.format.soundRate))
		o.sound.Entry = f.format.sound
	}
	return o
}

// turn turns to another piece.
func (o *output) turn(p Piece, in Input) {
	o.piece = p
	o.fromVideo.turn(in)
	o.fromSound.turn(in)
}

// turn turns to another file. What was read of the last one is forgotten, the
// room for it stays.
func (w *window) turn(src io.ReaderAt) {
	*w = window{src: src, buf: w.buf[:0]}
}

func (o *output) picture(s *mp4.Sample, decoded, shift int64) error {
	if err := o.copy(o.video, &o.fromVideo, s); err != nil {
		return err
	}
	o.video.Time(decoded, shift)
	return nil
}

func (o *output) packet(s *mp4.Sample, at, length int64) error {
	if err := o.copy(o.sound, &o.fromSound, s); err != nil {
		return err
	}
	o.sound.Time(at, 0)
	o.last = length
	return nil
}

func (o *output) copy(t *mp4.Track, w *window, s *mp4.Sample) error {
	b, err := w.read(s.Offset, s.Size)
	if err != nil {
		return o.piece.failed(err)
	}
	if err := t.Write(b, s.Key); err != nil {
		return written(err)
	}
	if o.copied != nil {
		o.copied.Add(int64(len(b)))
	}
	return nil
}

// flush writes the sound that is still gathered.
func (o *output) flush() error {
	if err := o.sound.Flush(); err != nil {
		return written(err)
	}
	return nil
}

// describe tells the tracks what is only known at the end.
func (o *output) describe(last int64) {
	decoded, shown := o.video.First()
	o.video.Start, o.video.Last = shown-decoded, last
	if o.sound != nil {
		begin, _ := o.sound.First()
		begin -= mp4.Rescale(shown, clock, int64(o.sound.Timescale), mp4.Nearest)
		o.sound.Delay, o.sound.Start = max(begin, 0), max(-begin, 0)
		o.sound.Last = o.last
	}
}
