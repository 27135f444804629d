package mp4

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

const (
	bufferSize   = 64 << 10
	chunkSamples = 32
	audioHold    = 8 << 10
	// movieScale is the units per second of the movie itself. It equals the rate
	// of MPEG time stamps, so that edits fall exactly on samples.
	movieScale = 90000
)

// Writer writes one file.
type Writer struct {
	dst     io.WriteSeeker
	out     *bufio.Writer
	pos     int64
	err     error
	reserve int64 // bytes of the free box, with its header
	mdat    int64 // offset of the media data box
	tracks  []*Track
	latest  *Track // the track that wrote the last sample
}

// New starts a file at the beginning of dst, and keeps reserve bytes free for
// the index.
func New(dst io.WriteSeeker, reserve int64) (*Writer, error) {
	w := &Writer{dst: dst, reserve: max(reserve, 8)}
	w.out = bufio.NewWriterSize(dst, int(min(bufferSize, 4*w.reserve))) // a small reserve means a small file
	if _, err := dst.Seek(0, io.SeekStart); err != nil {
		return nil, fmt.Errorf("rewind the file: %w", err)
	}
	var b boxes
	b.box("ftyp", func() {
		b.text("isom")
		b.u32(0x200)
		b.text("isomiso2mp41")
	})
	free := len(b)
	b.u32(uint32(w.reserve))
	b.text("free")
	if err := w.write(b); err != nil {
		return nil, err
	}
	w.mdat = int64(free) + w.reserve
	// The reserve may be large and the file small, so nothing is written for the
	// index yet.
	if err := w.out.Flush(); err != nil {
		return nil, err
	}
	var err error
	if w.pos, err = dst.Seek(w.mdat, io.SeekStart); err != nil {
		return nil, err
	}
	b = b[:0]
	b.u32(1) // the size follows the name
	b.text("mdat")
	b.u64(0) // until Close
	return w, w.write(b)
}

func (w *Writer) write(b []byte) error {
	if w.err == nil {
		_, w.err = w.out.Write(b)
		w.pos += int64(len(b))
	}
	return w.err
}

// Video adds a track whose samples are written at once.
func (w *Writer) Video() *Track {
	t := &Track{w: w, video: true, Timescale: movieScale}
	w.tracks = append(w.tracks, t)
	return t
}

// Audio adds a track whose samples are gathered, so that readers need not seek
// for each one.
func (w *Writer) Audio(timescale int) *Track {
	t := &Track{w: w, Timescale: timescale, hold: audioHold}
	w.tracks = append(w.tracks, t)
	return t
}

// Close writes the index before the samples if it fits there, otherwise after
// them. It does not close dst.
func (w *Writer) Close() error {
	for _, t := range w.tracks {
		if t.timed != len(t.sizes) {
			return fmt.Errorf("%d samples have %d times", len(t.sizes), t.timed)
		}
		if err := t.Flush(); err != nil {
			return err
		}
	}
	end := w.pos
	index := w.movie()
	if len(index) > 1<<32-1 {
		return errors.New("the index exceeds 4 GiB")
	}
	rest := w.reserve - int64(len(index))
	front := rest == 0 || rest >= 8
	if !front {
		if err := w.write(index); err != nil {
			return err
		}
	}
	if err := w.out.Flush(); err != nil {
		return err
	}
	if err := w.patch(w.mdat+8, binary.BigEndian.AppendUint64(nil, uint64(end-w.mdat))); err != nil {
		return err
	}
	if front {
		if rest > 0 {
			index.u32(uint32(rest))
			index.text("free")
		}
		if err := w.patch(w.mdat-w.reserve, index); err != nil {
			return err
		}
	}
	_, err := w.dst.Seek(0, io.SeekEnd)
	return err
}

func (w *Writer) patch(at int64, b []byte) error {
	if _, err := w.dst.Seek(at, io.SeekStart); err != nil {
		return err
	}
	_, err := w.dst.Write(b)
	return err
}
