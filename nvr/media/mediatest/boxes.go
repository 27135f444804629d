// Package mediatest holds what the tests of several packages compare with: an
// MP4 reader and a reader of elementary streams that share no code with what
// they test. It is for tests alone: what is broken may make it panic.
package mediatest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// Movie is an MP4 as an independent reader sees it.
type Movie struct {
	Tracks    []Track
	Front     bool // the index comes before the samples
	Timescale int64
	Duration  int64 // of the whole, in timescale
	Wide      bool  // 64-bit chunk offsets
}

// Track is a track of a Movie.
type Track struct {
	Handler   string
	Format    string // sample entry
	Entry     []byte
	Timescale int64
	Duration  int64
	Samples   []Sample
	Start     int64 // media time where the presentation begins
	Delay     int64 // empty edit in front, in units of the movie
	Edit      int64 // length of the edit, in units of the movie; -1 without an edit list
}

// Sample is a sample of a Track.
type Sample struct {
	Offset   int64
	Size     int64
	DTS, PTS int64 // media time
	Duration int64
	Key      bool
	Data     []byte
}

// Shown returns when a sample is shown, in units of the track since the movie
// began.
func (t *Track) Shown(m *Movie, s Sample) int64 {
	return s.PTS - t.Start + t.Delay*t.Timescale/m.Timescale
}

// ReadMovie reads an MP4 without fragments. Lengths are checked against the
// file, tables against each other.
func ReadMovie(f io.ReaderAt, size int64) (m Movie, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("broken MP4: %v", r)
		}
	}()
	var mdat, moov int64 = -1, -1
	for at := int64(0); at < size; {
		head := readAt(f, at, 16)
		n := int64(binary.BigEndian.Uint32(head))
		if n == 1 {
			n = int64(binary.BigEndian.Uint64(head[8:]))
		}
		if n < 8 || at+n > size {
			return m, fmt.Errorf("box %q at %d has length %d in a file of %d", head[4:8], at, n, size)
		}
		switch string(head[4:8]) {
		case "moov":
			moov = at
			m.index(readAt(f, at+8, int(n-8)))
		case "mdat":
			mdat = at
		}
		at += n
	}
	if mdat < 0 || moov < 0 {
		return m, fmt.Errorf("no samples or no index")
	}
	m.Front = moov < mdat
	for i := range m.Tracks {
		for k := range m.Tracks[i].Samples {
			s := &m.Tracks[i].Samples[k]
			if s.Offset < mdat+16 || s.Offset+s.Size > size {
				return m, fmt.Errorf("sample %d outside the file", k)
			}
			s.Data = readAt(f, s.Offset, int(s.Size))
		}
	}
	return m, nil
}

func readAt(f io.ReaderAt, at int64, n int) []byte {
	b := make([]byte, n)
	if k, err := f.ReadAt(b, at); err != nil && n > 0 && (k == 0 || err != io.EOF) {
		panic(err)
	}
	return b
}

// each calls f for every box in b.
func each(b []byte, f func(kind string, body []byte)) {
	for len(b) > 0 {
		n := binary.BigEndian.Uint32(b)
		f(string(b[4:8]), b[8:n])
		b = b[n:]
	}
}

func be32(b []byte, at int) int64 { return int64(binary.BigEndian.Uint32(b[at:])) }
func be64(b []byte, at int) int64 { return int64(binary.BigEndian.Uint64(b[at:])) }

// header reads timescale and duration of mvhd and mdhd.
func header(b []byte) (timescale, duration int64) {
	if b[0] == 1 {
		return be32(b, 20), be64(b, 24)
	}
	return be32(b, 12), be32(b, 16)
}

func (m *Movie) index(b []byte) {
	each(b, func(kind string, body []byte) {
		switch kind {
		case "mvhd":
			m.Timescale, m.Duration = header(body)
		case "trak":
			t := Track{Edit: -1}
			t.read(m, body)
			m.Tracks = append(m.Tracks, t)
		}
	})
}

func (t *Track) read(m *Movie, b []byte) {
	tables := map[string][]byte{}
	var walk func(b []byte)
	walk = func(b []byte) {
		each(b, func(kind string, body []byte) {
			switch kind {
			case "edts", "mdia", "minf", "stbl":
				walk(body)
			case "mdhd":
				t.Timescale, t.Duration = header(body)
			case "hdlr":
				t.Handler = string(body[8:12])
			default:
				tables[kind] = body
			}
		})
	}
	walk(b)
	t.Entry = tables["stsd"][8:]
	t.Format = string(t.Entry[4:8])
	t.edits(tables["elst"])
	t.times(tables)
	t.places(m, tables)
}

func (t *Track) edits(b []byte) {
	if b == nil {
		return
	}
	for i := range int(be32(b, 4)) {
		e := b[8+20*i:]
		if start := be64(e, 8); start == -1 {
			t.Delay = be64(e, 0)
		} else {
			t.Start, t.Edit = start, be64(e, 0)
		}
	}
}

func (t *Track) times(tables map[string][]byte) {
	sizes := tables["stsz"]
	same, n := be32(sizes, 4), int(be32(sizes, 8))
	t.Samples = make([]Sample, n)
	keys := tables["stss"]
	for i := range t.Samples {
		s := &t.Samples[i]
		if s.Size = same; same == 0 {
			s.Size = be32(sizes, 12+4*i)
		}
		s.Key = keys == nil
	}
	for i := range len(keys)/4 - 2 {
		t.Samples[be32(keys, 8+4*i)-1].Key = true
	}
	var at int64
	k := 0
	expand(tables["stts"], func(v int64) {
		t.Samples[k].DTS, t.Samples[k].PTS, t.Samples[k].Duration = at, at, v
		at += v
		k++
	})
	if k != n || at != t.Duration {
		panic(fmt.Sprintf("%d times for %d samples, to %d of %d", k, n, at, t.Duration))
	}
	k = 0
	expand(tables["ctts"], func(v int64) {
		t.Samples[k].PTS += v
		k++
	})
}

func expand(b []byte, f func(v int64)) {
	if b == nil {
		return
	}
	for i := range int(be32(b, 4)) {
		for range be32(b, 8+8*i) {
			f(be32(b, 12+8*i))
		}
	}
}

func (t *Track) places(m *Movie, tables map[string][]byte) {
	var chunks []int64
	if b := tables["stco"]; b != nil {
		for i := range int(be32(b, 4)) {
			chunks = append(chunks, be32(b, 8+4*i))
		}
	} else {
		m.Wide = true
		for i := range int(be32(tables["co64"], 4)) {
			chunks = append(chunks, be64(tables["co64"], 8+8*i))
		}
	}
	runs := tables["stsc"]
	k := 0
	for i := range int(be32(runs, 4)) {
		until := int64(math.MaxInt32)
		if i+1 < int(be32(runs, 4)) {
			until = be32(runs, 20+12*i)
		}
		for c := be32(runs, 8+12*i); c < until && int(c) <= len(chunks); c++ {
			at := chunks[c-1]
			for range be32(runs, 12+12*i) {
				t.Samples[k].Offset = at
				at += t.Samples[k].Size
				k++
			}
		}
	}
	if k != len(t.Samples) {
		panic("chunks do not hold all samples")
	}
}

// Track returns the track of a handler.
func (m *Movie) Track(handler string) *Track {
	for i := range m.Tracks {
		if m.Tracks[i].Handler == handler {
			return &m.Tracks[i]
		}
	}
	return &Track{}
}

// Memory is a file in memory.
type Memory struct {
	B  []byte
	at int64
}

// Write writes at the current place.
func (f *Memory) Write(p []byte) (int, error) {
	if need := f.at + int64(len(p)); need > int64(len(f.B)) {
		f.B = append(f.B, make([]byte, need-int64(len(f.B)))...)
	}
	copy(f.B[f.at:], p)
	f.at += int64(len(p))
	return len(p), nil
}

// Seek moves the current place.
func (f *Memory) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += f.at
	case io.SeekEnd:
		offset += int64(len(f.B))
	}
	f.at = offset
	return offset, nil
}

// Movie reads what was written.
func (f *Memory) Movie() (Movie, error) { return ReadMovie(bytes.NewReader(f.B), int64(len(f.B))) }
