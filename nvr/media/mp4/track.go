package mp4

import "example.com/hikgrab/nvr/media/es"

// Track is one stream of samples. Its exported fields may be set at any time
// before Writer.Close.
type Track struct {
	Timescale     int // units of time per second
	Entry         Entry
	Width, Height int // in pixels; both 0 for audio
	Rotation      es.Rotation
	Last          int64 // length of the last sample, in units
	Start         int64 // where in the track the presentation begins, in units
	Delay         int64 // how long the movie waits for the track, in units

	w       *Writer
	video   bool
	hold    int // write after this many bytes, or chunkSamples samples; 0: write each sample at once
	held    []byte
	waiting int // samples in held

	sizes  []uint32
	keys   []uint32
	chunks []chunk
	times  runs // differences between decoding times
	shifts runs // presentation time minus decoding time
	shown  bool // a shift is not 0
	timed  int  // samples that have a time
	first  int64
	last   int64
	begin  int64 // earliest display time
	end    int64 // latest display time
}

// chunk is a sequence of samples that are contiguous in the file.
type chunk struct {
	offset  int64
	samples uint32
}

// run is a value and its number of repetitions.
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

// Write adds the next sample in decoding order. Decoding can begin at a key
// sample; all audio samples are key samples.
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

// Flush writes the gathered samples, if any. Later samples go elsewhere in the
// file.
func (t *Track) Flush() error {
	if t.waiting == 0 {
		return nil
	}
	err := t.store(t.held, t.waiting)
	t.held, t.waiting = t.held[:0], 0
	return err
}

// store writes samples to the file and records where they are.
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

// Time sets the decoding time of the next sample without one, and how much
// later it is shown, both in units. Times must increase, by at most 1<<32-1
// units from one sample to the next.
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

// First returns the decoding time of the first sample, and the earliest display
// time.
func (t *Track) First() (decoded, shown int64) { return t.first, t.begin }

// duration returns how long the track's samples last, and how long they are
// shown, in units.
func (t *Track) duration() (media, shown int64) {
	media = t.last - t.first + t.Last
	return media, max(t.end-t.first+t.Last-t.Start, 0)
}
