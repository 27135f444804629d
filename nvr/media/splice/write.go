package splice

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"example.com/hikgrab/nvr/media/mp4"
)

// ErrCovered means that other pieces show everything that a piece shows.
var ErrCovered = errors.New("other recordings show the same time")

// ErrChanged means that a piece has changed since Plan read it.
var ErrChanged = errors.New("the file has changed meanwhile")

// Write makes a file planned by Plan. It writes from the beginning of dst,
// which must be empty. After an error the contents of dst are worthless. Write
// neither truncates, syncs nor closes it.
//
// While it works, it adds the bytes of pictures and sound copied so far to
// copied, f.Bytes in all. copied may be nil.
//
// It returns the error of the context or of dst, an error if a piece could not
// be opened or read, or ErrChanged.
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
	piece        Piece // the source of the samples
	copied       *atomic.Int64
}

// copying is a track and the reader of its samples.
type copying struct {
	*mp4.Track
	from window
}

func newOutput(w *mp4.Writer, f *File, copied *atomic.Int64) *output {
	o := &output{video: copying{Track: w.Video()}, copied: copied}
	o.video.Entry, o.video.Width, o.video.Height, o.video.Rotation = f.format.video, f.Width, f.Height, f.format.rotation
	if f.Sound {
		o.sound.Track = w.Audio(int(f.format.soundRate))
		o.sound.Entry = f.format.sound
	}
	return o
}

// switchTo switches to another file. It discards the data but keeps the buffer.
func (w *window) switchTo(src io.ReaderAt) {
	*w = window{src: src, buf: w.buf[:0]}
}

// copy copies a sample and sets when it is decoded, and how much later it is
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

// describe sets what is known about the tracks only at the end.
func (o *output) describe(last int64) {
	decoded, shown := o.video.First()
	o.video.Start, o.video.Last = shown-decoded, last
	if o.sound.Track != nil {
		begin, _ := o.sound.First()
		begin -= mp4.Rescale(shown, clock, int64(o.sound.Timescale), mp4.Nearest)
		o.sound.Delay, o.sound.Start = max(begin, 0), max(-begin, 0)
	}
}
