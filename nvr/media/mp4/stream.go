package mp4

import (
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"example.com/hikgrab/nvr/media/es"
)

const (
	// SampleLimit is the largest sample that Read accepts, in bytes. A key frame
	// of an 8K camera takes a sixth of it.
	SampleLimit = 16 << 20
	// SampleCount is the most samples of a track that Read accepts: more than a
	// week at 25 per second.
	SampleCount = 1 << 24
	// Longest is the longest track that Read accepts, and longestStep the longest
	// picture: an index written by this package cannot express more. Silence may
	// be longer.
	Longest     = 366 * 24 * time.Hour
	longestStep = 13 * time.Hour
	// shiftLimit is the largest difference between decoding and display time.
	shiftLimit = time.Minute
)

// Stream is a track as its index describes it. Times are in units of its
// timescale.
type Stream struct {
	Timescale     int64 // units per second
	Entry         Entry
	Width, Height int // in pixels, from the entry; video only
	Rotation      es.Rotation
	Samples       int   // the number of samples that Cursor returns
	Bytes         int64 // of all samples

	// Start is where in the track the presentation begins. Begin is the display
	// time of the first sample shown from there on. A sample is shown At + Shift -
	// Start after the presentation of the track begins.
	Start, Begin int64
	// Delay is how long the movie waits before it presents the track, in units of
	// the movie.
	Delay int64
	// Lead is the delay needed so that no sample is shown before it is decoded. It
	// is usually 0.
	Lead int64
	// Usual is the sample length in the longest run of equally long samples.
	Usual int64
	// OneSize means that the track is G.711 and its packets are stored as samples
	// of a single size. Readers that know QuickTime take one byte of each, so the
	// Writer writes every size.
	OneSize bool

	sound  bool
	pack   uint32 // samples that a Cursor combines into one
	count  uint32 // of samples in the tables
	same   uint32 // size of every sample; 0: see sizes
	sizes  []byte
	times  []byte
	shifts []byte
	keys   []byte
	all    bool // all samples are key samples
	runs   []byte
	chunks []byte
	wide   bool // 64-bit offsets
}

// parse reads the tables of a track.
func (s *Stream) parse(t boxesOf, scale, size int64) error {
	var err error
	if s.Timescale, err = timescale(t["mdhd"]); err != nil {
		return err
	}
	if err := s.tables(t); err != nil || s.count == 0 {
		return err
	}
	if err := s.entry(t); err != nil {
		return err
	}
	if err := s.edits(t["elst"], scale); err != nil {
		return err
	}
	s.Rotation = rotation(t["tkhd"])
	s.packing()
	return s.check(size)
}

// rotation reads the rotation in a track header. It ignores anything but
// multiples of 90 degrees.
func rotation(b []byte) (t es.Rotation) {
	at := 40
	if len(b) > 0 && b[0] == 1 {
		at = 52
	}
	if len(b) < at+36 {
		return es.Rotation{}
	}
	for i, to := range map[int]*int8{0: &t.A, 1: &t.B, 3: &t.C, 4: &t.D} {
		v := int32(binary.BigEndian.Uint32(b[at+4*i:]))
		if *to = int8(v >> 16); v != int32(*to)<<16 || *to < -1 || *to > 1 {
			return es.Rotation{}
		}
	}
	if t == (es.Rotation{A: 1, D: 1}) {
		return es.Rotation{}
	}
	return t
}

// tables finds the tables and checks their lengths.
func (s *Stream) tables(t boxesOf) error {
	sizes := t["stsz"]
	if len(sizes) < 12 {
		if sizes == nil && t["stz2"] == nil && t["stco"] == nil && t["co64"] == nil {
			return nil // no samples
		}
		return damaged("it does not tell the sizes of its samples")
	}
	s.same, s.count = binary.BigEndian.Uint32(sizes[4:]), binary.BigEndian.Uint32(sizes[8:])
	if s.sizes = sizes[12:]; s.same == 0 && int64(s.count)*4 > int64(len(s.sizes)) {
		return damaged("a table is shorter than it says")
	}
	var err error
	read := func(kind string, entry int) []byte {
		b, e := entries(t[kind], entry)
		if e != nil {
			err = e
		}
		return b
	}
	s.times, s.shifts, s.keys = read("stts", 8), read("ctts", 8), read("stss", 4)
	s.runs, s.chunks = read("stsc", 12), read("stco", 4)
	s.all = t["stss"] == nil
	if s.wide = s.chunks == nil; s.wide {
		s.chunks = read("co64", 8)
	}
	return err
}

// edits reads the edit list: how long the track waits, and where its
// presentation begins.
func (s *Stream) edits(b []byte, scale int64) error {
	size := 12
	if len(b) > 0 && b[0] == 1 {
		size = 20
	}
	b, err := entries(b, size)
	if err != nil || len(b) == 0 {
		return err
	}
	if scale == 0 {
		return damaged("it has no header")
	}
	shown := false
	for ; len(b) > 0; b = b[size:] {
		length, start := int64(binary.BigEndian.Uint32(b)), int64(int32(binary.BigEndian.Uint32(b[4:])))
		if size == 20 {
			length, start = int64(binary.BigEndian.Uint64(b)), int64(binary.BigEndian.Uint64(b[8:]))
		}
		switch {
		case shown || start < -1 || binary.BigEndian.Uint32(b[size-4:]) != 1<<16:
			return &Refusal{Kind: ForeignEdits}
		case start >= 0:
			s.Start, shown = start, true
		case length < 0 || length > seconds(Longest)*scale-s.Delay:
			return damaged("it waits for more than a year")
		default:
			s.Delay += length
		}
	}
	if !shown {
		return &Refusal{Kind: ForeignEdits}
	}
	if s.Start > seconds(Longest)*s.Timescale {
		return damaged("it begins behind its end")
	}
	return nil
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }

// packing decides how many samples to combine. G.711 may come with one sample
// per byte. This package writes packets as samples, and moving smaller pieces
// is not worthwhile.
func (s *Stream) packing() {
	s.pack = 1
	if kind := s.Entry.Kind(); kind != "alaw" && kind != "ulaw" {
		return
	}
	if s.OneSize = s.same > 8; s.OneSize || s.same == 0 || s.shifts != nil || !s.all {
		return
	}
	for b := s.times; len(b) > 0; b = b[8:] {
		if binary.BigEndian.Uint32(b[4:]) != 1 {
			return
		}
	}
	s.pack = uint32(max(s.Timescale/25, 1))
}

// check walks all samples, so that nothing can go wrong later, and collects
// what depends on all of them.
func (s *Stream) check(size int64) error {
	if s.same > 0 && int64(s.count)*int64(s.same) > size {
		return damaged("its samples are larger than the file")
	}
	if int64(s.count) > SampleCount*int64(s.pack) {
		return &Refusal{TooLarge, fmt.Sprintf("%d samples in a track", s.count)}
	}
	var (
		step  = seconds(longestStep) * s.Timescale
		limit = seconds(Longest) * s.Timescale
		shift = seconds(shiftLimit) * s.Timescale
		usual uint32
		begin = int64(math.MaxInt64)
		least = int64(math.MaxInt64)
	)
	if err := s.checkRuns(); err != nil {
		return err
	}
	c := s.Cursor()
	for c.Next() {
		switch {
		case c.Size > SampleLimit || c.Size < 0:
			return &Refusal{TooLarge, fmt.Sprintf("a sample of %d MiB", c.Size>>20)}
		case c.Offset < 0 || c.Offset > size-int64(c.Size):
			return damaged("it ends before its last sample")
		case !s.sound && c.Length > step || c.At+c.Length > limit:
			return damaged("its times make no sense")
		case c.Shift > shift || c.Shift < -shift:
			return damaged("its decoding order and display order do not match")
		}
		s.Samples++
		if s.Bytes += int64(c.Size); s.Bytes > size {
			return damaged("its samples overlap")
		}
		s.Lead = max(s.Lead, -c.Shift)
		if c.times.count > usual {
			usual, s.Usual = c.times.count, c.Length
		}
		shown := c.At + c.Shift
		if least = min(least, shown); shown >= s.Start {
			begin = min(begin, shown)
		}
	}
	if c.left > 0 {
		return damaged("its tables disagree on the number of samples")
	}
	if s.Begin = begin; begin == math.MaxInt64 {
		s.Begin = least
	}
	return nil
}

// checkRuns checks that chunks are in order and that all samples have one
// format.
func (s *Stream) checkRuns() error {
	before := uint32(0)
	for b := s.runs; len(b) > 0; b = b[12:] {
		first := binary.BigEndian.Uint32(b)
		if first <= before || before == 0 && first != 1 {
			return damaged("its chunks are not in order")
		}
		if binary.BigEndian.Uint32(b[8:]) != 1 {
			return &Refusal{Kind: SeveralEntries}
		}
		before = first
	}
	return nil
}
