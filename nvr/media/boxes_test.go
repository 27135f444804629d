package media_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
)

// movie is an MP4 as an independent reader sees it.
type movie struct {
	tracks    []movieTrack
	front     bool // the index comes before the samples
	timescale int64
	duration  int64 // of the whole, in timescale
	wide      bool  // 64-bit chunk offsets
}

type movieTrack struct {
	handler   string
	format    string // sample entry
	entry     []byte
	timescale int64
	duration  int64
	samples   []movieSample
	start     int64 // media time where the presentation begins
	delay     int64 // empty edit in front, in units of the movie
	edit      int64 // length of the edit, in units of the movie; -1 without an edit list
}

type movieSample struct {
	offset   int64
	size     int64
	dts, pts int64 // media time
	duration int64
	key      bool
	data     []byte
}

// shown returns when a sample is shown, in units of the track since the movie
// began.
func (t *movieTrack) shown(m *movie, s movieSample) int64 {
	return s.pts - t.start + t.delay*t.timescale/m.timescale
}

// readMovie reads an MP4 without fragments. Lengths are checked against the
// file, tables against each other.
func readMovie(f io.ReaderAt, size int64) (m movie, err error) {
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
	m.front = moov < mdat
	for i := range m.tracks {
		for k := range m.tracks[i].samples {
			s := &m.tracks[i].samples[k]
			if s.offset < mdat+16 || s.offset+s.size > size {
				return m, fmt.Errorf("sample %d outside the file", k)
			}
			s.data = readAt(f, s.offset, int(s.size))
		}
	}
	return m, nil
}

func readAt(f io.ReaderAt, at int64, n int) []byte {
	b := make([]byte, n)
	if k, err := f.ReadAt(b, at); err != nil && (k == 0 || err != io.EOF) {
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

func (m *movie) index(b []byte) {
	each(b, func(kind string, body []byte) {
		switch kind {
		case "mvhd":
			m.timescale, m.duration = header(body)
		case "trak":
			t := movieTrack{edit: -1}
			t.read(m, body)
			m.tracks = append(m.tracks, t)
		}
	})
}

func (t *movieTrack) read(m *movie, b []byte) {
	tables := map[string][]byte{}
	var walk func(b []byte)
	walk = func(b []byte) {
		each(b, func(kind string, body []byte) {
			switch kind {
			case "edts", "mdia", "minf", "stbl":
				walk(body)
			case "mdhd":
				t.timescale, t.duration = header(body)
			case "hdlr":
				t.handler = string(body[8:12])
			default:
				tables[kind] = body
			}
		})
	}
	walk(b)
	t.entry = tables["stsd"][8:]
	t.format = string(t.entry[4:8])
	t.edits(tables["elst"])
	t.times(tables)
	t.places(m, tables)
}

func (t *movieTrack) edits(b []byte) {
	if b == nil {
		return
	}
	for i := range int(be32(b, 4)) {
		e := b[8+20*i:]
		if start := be64(e, 8); start == -1 {
			t.delay = be64(e, 0)
		} else {
			t.start, t.edit = start, be64(e, 0)
		}
	}
}

func (t *movieTrack) times(tables map[string][]byte) {
	sizes := tables["stsz"]
	same, n := be32(sizes, 4), int(be32(sizes, 8))
	t.samples = make([]movieSample, n)
	keys := tables["stss"]
	for i := range t.samples {
		s := &t.samples[i]
		if s.size = same; same == 0 {
			s.size = be32(sizes, 12+4*i)
		}
		s.key = keys == nil
	}
	for i := range len(keys)/4 - 2 {
		t.samples[be32(keys, 8+4*i)-1].key = true
	}
	var at int64
	k := 0
	expand(tables["stts"], func(v int64) {
		t.samples[k].dts, t.samples[k].pts, t.samples[k].duration = at, at, v
		at += v
		k++
	})
	if k != n || at != t.duration {
		panic(fmt.Sprintf("%d times for %d samples, to %d of %d", k, n, at, t.duration))
	}
	k = 0
	expand(tables["ctts"], func(v int64) {
		t.samples[k].pts += v
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

func (t *movieTrack) places(m *movie, tables map[string][]byte) {
	var chunks []int64
	if b := tables["stco"]; b != nil {
		for i := range int(be32(b, 4)) {
			chunks = append(chunks, be32(b, 8+4*i))
		}
	} else {
		m.wide = true
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
				t.samples[k].offset = at
				at += t.samples[k].size
				k++
			}
		}
	}
	if k != len(t.samples) {
		panic("chunks do not hold all samples")
	}
}

// track returns the track of a handler.
func (m *movie) track(handler string) *movieTrack {
	for i := range m.tracks {
		if m.tracks[i].handler == handler {
			return &m.tracks[i]
		}
	}
	return &movieTrack{}
}

// memory is a file in memory.
type memory struct {
	b  []byte
	at int64
}

func (f *memory) Write(p []byte) (int, error) {
	if need := f.at + int64(len(p)); need > int64(len(f.b)) {
		f.b = append(f.b, make([]byte, need-int64(len(f.b)))...)
	}
	copy(f.b[f.at:], p)
	f.at += int64(len(p))
	return len(p), nil
}

func (f *memory) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += f.at
	case io.SeekEnd:
		offset += int64(len(f.b))
	}
	f.at = offset
	return offset, nil
}

func (f *memory) movie() (movie, error) { return readMovie(bytes.NewReader(f.b), int64(len(f.b))) }
