package mp4

import "example.com/hikgrab/nvr/media/es"

// Track is one stream of samples. Its exported fields may be set any time
// before Writer.Close.
type Track struct {
	Timescale     int // units of time per second
	Entry         Entry
	Width, Height int // in pixels; both 0 for audio
	Turn          es.Turn
	Last          int64 // how long the last sample lasts, in units
	Start         int64 // where in the track the presentation begins, in units
	Delay         int64 // how long the movie waits for the track, in units

	w       *Writer
	video   bool
	hold    int // up to chunkSamples samples, or so many bytes of them, are gathered before they are written
	held    []byte
	waiting int // samples in held

	sizes  []uint32
	keys   []uint32
	chunks []chunk
	times  runs // differences between decoding times
	shifts runs // presentation time less decoding time
	shown  bool // a shift is not 0
	timed  int  // samples that have their time
	first  int64
	last   int64
	begin  int64 // of the sample that is shown first
	end    int64 // of the sample that is shown last
}

// chunk is a row of samples without a gap in the file.
type chunk struct {
	offset  int64
	samples uint32
}

// run is a value and how often it comes.
type run struct {
	count uint32
	value uint32
}

type runs []run

func (r *runs) add(v uint32) {
	if n := len(*r); n > 0 && (*r)[n-1].value == v {
		(*r)[n-1].count++
		return
	}
	*r = append(*r, run{1, v})
}

// Write adds a sample, the next in decoding order. A key sample is one that
// decoding can begin at; audio has only such.
func (t *Track) Write(sample []byte, key bool) error {
	t.sizes = append(t.sizes, uint32(len(sample)))
	if key && t.video {
		t.keys = append(t.keys, uint32(len(t.sizes)))
	}
	if t.hold == 0 {
		return t.store(sample, 1)
	}
	t.held = append(t.held, sample...)
	t.waiting++
	if len(t.held) < t.hold && t.waiting < chunkSamples {
		return nil
	}
	return t.Flush()
}

// Flush writes the samples gathered so far, if any: those that come next belong
// to another place in the file.
func (t *Track) Flush() error {
	if t.waiting == 0 {
		return nil
	}
	err := t.store(t.held, t.waiting)
	t.held, t.waiting = t.held[:0], 0
	return err
}

// store writes samples into the file and notes where they are.
func (t *Track) store(data []byte, samples int) error {
	n := len(t.chunks)
	if t.w.latest != t || n == 0 || t.chunks[n-1].samples >= chunkSamples {
		t.chunks = append(t.chunks, chunk{offset: t.w.pos})
		n++
	}
	t.w.latest = t
	t.chunks[n-1].samples += uint32(samples)
	return t.w.write(data)
}

// Time tells when the next sample without a time is decoded, and how much later
// it is shown, both in units. Times must grow; at most 1<<32-1 units lie between
// two samples.
func (t *Track) Time(at, shift int64) {
	if t.timed == 0 {
		t.first, t.begin, t.end = at, at+shift, at+shift
	} else {
		t.times.add(uint32(at - t.last))
	}
	t.timed++
	t.last = at
	t.shifts.add(uint32(shift))
	t.shown = t.shown || shift != 0
	t.begin, t.end = min(t.begin, at+shift), max(t.end, at+shift)
}

// First returns when the first sample is decoded, and when the sample that is
// shown first is shown.
func (t *Track) First() (decoded, shown int64) { return t.first, t.begin }

// duration returns how long the track's samples last, and how long they are
// shown, in units.
func (t *Track) duration() (media, shown int64) {
	media = t.last - t.first + t.Last
	return media, max(t.end-t.first+t.Last-t.Start, 0)
}
