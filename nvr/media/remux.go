package media

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"

	"example.com/hikgrab/nvr/media/es"
	"example.com/hikgrab/nvr/media/mp4"
)

// Options control Remux. The zero value keeps everything.
type Options struct {
	DropAudio bool
	// Span is how long the whole file should be, according to the recorder's
	// search and not clipped to the searched period. A gap that goes more than ten
	// seconds beyond it counts as a clock jump. 0 means no limit.
	Span time.Duration
	// StampRate is the rate that a scan reported. 0 means 90000 units per second.
	StampRate int64
	// Frames is the number of pictures that a scan counted, and Bytes the size of
	// the recording. With Span, they tell how much room to reserve for the index
	// before the samples. Estimates are enough. If Bytes is 0, Remux asks src for
	// its size if it can.
	Frames int
	Bytes  int64
}

// frameLimit is the largest picture that Remux accepts. A key frame of an 8K
// camera is less than half that size.
const frameLimit = 6 << 20

// readSize is how many bytes are read at once.
const readSize = 256 << 10

// Remux reads a recording to its end and writes it as MP4 to dst, which must be
// empty. It returns a *Refusal if it cannot convert the recording well, or an
// error from src or dst. After any error the contents of dst are worthless;
// Remux neither truncates nor closes it.
//
// The report covers the whole recording, unless there is an error. With a nil
// error, a report that is not clean means that the MP4 plays but the recording
// is damaged: keep the recording.
func Remux(dst io.WriteSeeker, src io.Reader, o Options) (Report, error) {
	m := &muxer{dst: dst, reserve: o.reserve(src)}
	r := newReader(m, o)
	size := int64(readSize)
	if o.Bytes > 0 {
		size = min(size, o.Bytes+1)
	}
	buf := make([]byte, size)
	for {
		n, err := src.Read(buf)
		r.write(buf[:n])
		switch {
		case m.err != nil:
			return r.report, fmt.Errorf("write the MP4: %w", m.err)
		case r.report.Unfit != nil:
			return r.refused()
		case errors.Is(err, io.EOF):
			r.finish()
			return m.finish(r)
		case err != nil:
			return r.report, fmt.Errorf("read the recording: %w", err)
		}
	}
}

// stopWriting stops writing; the rest of the recording is only judged.
func (r *reader) stopWriting() { r.sink, r.audio.sink, r.held = nil, nil, nil }

// refused ends a recording without reading the rest.
func (r *reader) refused() (Report, error) {
	r.stopWriting()
	r.finish()
	return r.report, r.report.Unfit
}

const (
	// reserveBase is the room for an index without samples.
	reserveBase = 16 << 10
	// leastRoom is the room for an unknown number of pictures.
	leastRoom = 48 << 10
	// perFrame is the room per picture: its size, time and chunk, and the audio in
	// between.
	perFrame = 28
	// usualFPS is the frame rate that most cameras do not exceed.
	usualFPS = 30
)

// reserve returns how much room to keep for the index. It allows for the known
// number of pictures, or for the most that recorders make in the span, up to a
// hundredth of the recording or 1 MiB, whichever is more. A larger index goes
// after the samples.
func (o Options) reserve(src io.Reader) int64 {
	size := max(o.Bytes, 0)
	if f, ok := src.(interface{ Stat() (fs.FileInfo, error) }); ok && size == 0 {
		if info, err := f.Stat(); err == nil && info.Mode().IsRegular() {
			size = info.Size()
		}
	}
	share := min(size, 1<<32) / 100
	room := int64(max(o.Frames, 0)) * perFrame
	switch {
	case o.Span > 0:
		bySpan := min(int64(o.Span.Seconds())*usualFPS, 1<<32) * perFrame
		room = max(room, min(bySpan, max(leastRoom, share)))
	case o.Frames <= 0:
		room = max(leastRoom, size/200)
	}
	return min(reserveBase+room, max(1<<20, share))
}

// muxer writes the MP4. It creates the file at the first picture, so that a
// recording refused before then leaves nothing behind.
type muxer struct {
	dst     io.WriteSeeker
	reserve int64
	w       *mp4.Writer
	video   *mp4.Track
	audio   *mp4.Track
	err     error
}

var _ sink = (*muxer)(nil)

func (m *muxer) open() bool {
	if m.err != nil {
		return false
	}
	if m.w == nil {
		if m.w, m.err = mp4.New(m.dst, m.reserve); m.err != nil {
			return false
		}
		m.video = m.w.Video()
	}
	return true
}

func (m *muxer) picture(u *es.AccessUnit) {
	if m.open() {
		m.err = m.video.Write(u.Data, u.Key)
	}
}

func (m *muxer) pictureTime(at, shift int64) {
	if m.err == nil {
		m.video.Time(at, shift)
	}
}

func (m *muxer) soundFormat(e mp4.Entry, rate int) {
	if m.open() {
		m.audio = m.w.Audio(rate)
		m.audio.Entry = e
	}
}

func (m *muxer) sound(frame []byte) {
	if m.err == nil {
		m.err = m.audio.Write(frame, true)
	}
}

func (m *muxer) soundTime(at int64, samples int) {
	if m.err == nil {
		m.audio.Time(at, 0)
		m.audio.Last = int64(samples)
	}
}

// finish completes the MP4 after the recording was read to its end.
func (m *muxer) finish(r *reader) (Report, error) {
	if r.report.Unfit != nil {
		return r.report, r.report.Unfit
	}
	if m.err == nil {
		m.describe(r.sps, r.sets, r.video.Rotation(), r.times.step)
		m.err = m.w.Close()
	}
	if m.err != nil {
		return r.report, fmt.Errorf("write the MP4: %w", m.err)
	}
	return r.report, nil
}

// describe sets what is known about the tracks only at the end.
func (m *muxer) describe(sps es.SPS, sets es.ParameterSets, rotation es.Rotation, step int64) {
	v := m.video
	v.Width, v.Height, v.Last, v.Rotation = sps.Width, sps.Height, step, rotation
	if v.Entry = mp4.HEVC(sps, sets); sps.Codec == es.H264 {
		v.Entry = mp4.AVC(sps, sets)
	}
	_, shown := v.First() // decoding begins at 0
	v.Start = shown
	if m.audio == nil {
		return
	}
	// The movie begins with the first picture shown. Earlier audio is kept but not
	// played.
	a := m.audio
	begin, _ := a.First()
	begin -= shown * int64(a.Timescale) / clock
	a.Delay, a.Start = max(begin, 0), max(-begin, 0)
}
