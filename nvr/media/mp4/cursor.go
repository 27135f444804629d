package mp4

import "encoding/binary"

// Sample is the position and timing of a sample. Times are in units of the
// stream.
type Sample struct {
	Offset int64 // in the file
	Size   int
	At     int64 // decoding time; 0 for the first sample
	Shift  int64 // display time minus decoding time
	Length int64 // time until the next sample is decoded
	Key    bool  // decoding can begin here
}

// Cursor iterates over the samples of a stream in decoding order.
type Cursor struct {
	Sample // the current one; valid after Next returned true

	s      *Stream
	left   uint32 // samples left
	number uint32 // of the current sample, from 1
	sizes  []byte
	keys   []byte
	times  runReader
	shifts runReader
	chunks chunkReader
}

// Cursor returns a cursor before the first sample.
func (s *Stream) Cursor() *Cursor {
	return &Cursor{
		s: s, left: s.count, sizes: s.sizes, keys: s.keys,
		times: runReader{table: s.times}, shifts: runReader{table: s.shifts},
		chunks: chunkReader{runs: s.runs, offsets: s.chunks, wide: s.wide},
	}
}

// Next moves to the next sample. It returns false if there is none.
func (c *Cursor) Next() bool {
	if c.left == 0 || !c.times.more() || !c.chunks.more() {
		return false
	}
	c.At += c.Length
	n := uint32(1)
	if c.s.pack > 1 {
		n = min(c.s.pack, c.left, c.times.left, c.chunks.left)
	}
	c.left -= n
	c.number++
	c.times.left -= n
	c.Length = int64(c.times.value) * int64(n)
	c.Shift = 0
	if c.shifts.more() {
		c.shifts.left--
		// Both versions of the table are read as signed, as other readers do: the
		// upper half of the unsigned range makes no sense.
		c.Shift = int64(int32(c.shifts.value))
	}
	if c.Size = int(c.s.same) * int(n); c.s.same == 0 {
		c.Size = int(binary.BigEndian.Uint32(c.sizes))
		c.sizes = c.sizes[4:]
	}
	c.Offset = c.chunks.at
	c.chunks.at += int64(c.Size)
	c.chunks.left -= n
	c.Key = c.s.all || c.key()
	return true
}

// key reports whether the current sample is in the table of key samples.
func (c *Cursor) key() bool {
	for len(c.keys) > 0 {
		k := binary.BigEndian.Uint32(c.keys)
		if k > c.number {
			return false
		}
		c.keys = c.keys[4:]
		if k == c.number {
			return true
		}
	}
	return false
}

// runReader reads a table of counts and values.
type runReader struct {
	table []byte
	count uint32 // of the current run
	left  uint32 // left in the current run
	value uint32
}

// more moves to the next run if the current one has ended. It returns false if
// there is none.
func (r *runReader) more() bool {
	for r.left == 0 {
		if len(r.table) == 0 {
			return false
		}
		r.count, r.value = binary.BigEndian.Uint32(r.table), binary.BigEndian.Uint32(r.table[4:])
		r.left = r.count
		r.table = r.table[8:]
	}
	return true
}

// chunkReader finds the positions of samples.
type chunkReader struct {
	runs    []byte
	offsets []byte
	wide    bool
	number  uint32 // of the current chunk, from 1
	samples uint32 // in each chunk of the current run
	left    uint32 // left in the current chunk
	at      int64  // offset of the next sample
}

// more moves to the next chunk if the current one has ended. It returns false
// if there is none.
func (r *chunkReader) more() bool {
	for r.left == 0 {
		if len(r.offsets) == 0 {
			return false
		}
		if r.wide {
			r.at = int64(binary.BigEndian.Uint64(r.offsets))
			r.offsets = r.offsets[8:]
		} else {
			r.at = int64(binary.BigEndian.Uint32(r.offsets))
			r.offsets = r.offsets[4:]
		}
		r.number++
		if len(r.runs) > 0 && binary.BigEndian.Uint32(r.runs) == r.number {
			r.samples = binary.BigEndian.Uint32(r.runs[4:])
			r.runs = r.runs[12:]
		}
		r.left = r.samples
	}
	return true
}
