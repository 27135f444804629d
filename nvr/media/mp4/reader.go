package mp4

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
)

const (
	// indexLimit is the largest index that Read accepts. The index of a day of
	// pictures and sound takes some 30 MB.
	indexLimit = 256 << 20
	// topLimit is the most boxes before the index.
	topLimit = 1 << 12
)

// Movie is the index of an MP4: what is in the file, and where. Its tables keep
// the form they have in the file, so it takes as much memory as the index takes
// there.
type Movie struct {
	Video *Stream // the first video track with samples
	Sound *Stream // the first sound track with samples; nil if there is none
	Check uint32  // a checksum of the index

	Timescale int64 // of the movie itself, in units per second
}

// Read reads the index of a file of size bytes. It returns a *Refusal if the
// file is not an MP4 that can be taken apart sample by sample, or an error from
// r.
//
// It checks every table against the others and against the size of the file, so
// that nothing in a Movie points outside the file. Work and memory are
// proportional to the file, whatever it contains. It ignores all but the first
// video track and the first sound track.
func Read(r io.ReaderAt, size int64) (*Movie, error) {
	b, err := readIndex(r, size)
	if err != nil {
		return nil, err
	}
	m := &Movie{Check: crc32.Checksum(b, castagnoli)}
	if err := m.parse(b, size); err != nil {
		return nil, err
	}
	return m, nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// openings are the boxes that can begin a file.
var openings = []string{"ftyp", "moov", "mdat", "free", "skip", "wide", "pdin", "styp", "uuid", "moof", "sidx"}

// readIndex finds the index and returns its content.
func readIndex(r io.ReaderAt, size int64) ([]byte, error) {
	at := int64(0)
	for range topLimit {
		if at == size && at > 0 {
			return nil, damaged("it has no index: it was cut short or never finished")
		}
		kind, head, n, err := readHeader(r, at, size)
		switch {
		case err != nil:
			return nil, err
		case at == 0 && !slices.Contains(openings, kind):
			return nil, &Refusal{Kind: NotMP4}
		case n < head || n > size-at:
			return nil, damaged("it is shorter than its boxes say")
		case kind == "moof":
			return nil, &Refusal{Kind: Fragmented}
		case kind == "moov" && n > indexLimit:
			return nil, &Refusal{TooLarge, fmt.Sprintf("an index of %d MiB", n>>20)}
		case kind == "moov":
			b := make([]byte, n-head)
			return b, readFull(r, b, at+head)
		}
		at += n
	}
	return nil, damaged("too many boxes in front of the index")
}

// readHeader reads the box header at an offset of the file. It returns the
// lengths of the header and of the whole box.
func readHeader(r io.ReaderAt, at, size int64) (kind string, head, n int64, err error) {
	var b [16]byte
	have := min(size-at, int64(len(b)))
	if have < 8 {
		if at == 0 {
			return "", 0, 0, &Refusal{Kind: NotMP4}
		}
		return "", 0, 0, damaged("it ends inside a box")
	}
	if err := readFull(r, b[:have], at); err != nil {
		return "", 0, 0, err
	}
	kind, head, n = parseHeader(b[:have], size-at)
	return kind, head, n, nil
}

// parseHeader parses the box header at the start of b. left is the number of
// bytes to the end of the enclosing box or file.
func parseHeader(b []byte, left int64) (kind string, head, n int64) {
	head, n = 8, int64(binary.BigEndian.Uint32(b))
	switch {
	case n == 0:
		n = left
	case n == 1 && len(b) >= 16:
		head, n = 16, int64(min(binary.BigEndian.Uint64(b[8:]), 1<<63-1))
	}
	return string(b[4:8]), head, n
}

// readFull fills b from an offset of the file.
func readFull(r io.ReaderAt, b []byte, at int64) error {
	n, err := r.ReadAt(b, at)
	if n == len(b) {
		return nil
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("read %d bytes at %d: %w", len(b), at, err)
}

// children calls f for every box in b.
func children(b []byte, f func(kind string, body []byte) error) error {
	for len(b) > 0 {
		if len(b) < 8 {
			return nil // some writers end a sequence with a zero
		}
		kind, head, n := parseHeader(b, int64(len(b)))
		if n < head || n > int64(len(b)) {
			return damaged("a box is longer than the one around it")
		}
		if err := f(kind, b[head:n]); err != nil {
			return err
		}
		b = b[n:]
	}
	return nil
}

// parse reads the index.
func (m *Movie) parse(b []byte, size int64) error {
	var tracks [][]byte
	err := children(b, func(kind string, body []byte) (err error) {
		switch kind {
		case "mvhd":
			m.Timescale, err = timescale(body)
		case "mvex":
			return &Refusal{Kind: Fragmented}
		case "trak":
			tracks = append(tracks, body)
		}
		return err
	})
	if err != nil {
		return err
	}
	for _, body := range tracks {
		if err := m.track(body, size); err != nil {
			return err
		}
	}
	if m.Video == nil {
		return &Refusal{Kind: NoPictures}
	}
	if m.Sound != nil && m.Video.Bytes+m.Sound.Bytes > size {
		return damaged("its samples overlap")
	}
	return nil
}

// track parses a track if it is wanted.
func (m *Movie) track(body []byte, size int64) error {
	t := boxesOf{}
	if err := t.collect(body); err != nil {
		return err
	}
	handler := t["hdlr"]
	if len(handler) < 12 {
		return nil
	}
	place := &m.Video
	switch string(handler[8:12]) {
	case "vide":
	case "soun":
		place = &m.Sound
	default:
		return nil
	}
	if *place != nil {
		return nil
	}
	s := &Stream{sound: place == &m.Sound}
	if err := s.parse(t, m.Timescale, size); err != nil || s.Samples == 0 {
		return err
	}
	*place = s
	return nil
}

// boxesOf holds the boxes of a track by kind, nested ones included. The first
// box of each kind counts.
type boxesOf map[string][]byte

func (t boxesOf) collect(b []byte) error {
	return children(b, func(kind string, body []byte) error {
		if _, again := t[kind]; again {
			return nil
		}
		t[kind] = body
		switch kind {
		case "edts", "mdia", "minf", "dinf", "stbl":
			return t.collect(body)
		}
		return nil
	})
}

// timescale reads the units per second from mvhd or mdhd.
func timescale(b []byte) (int64, error) {
	at := 12
	if len(b) > 0 && b[0] == 1 {
		at = 20
	}
	if len(b) < at+4 {
		return 0, damaged("a header is too short")
	}
	n := int64(binary.BigEndian.Uint32(b[at:]))
	if n == 0 || n > 1e9 {
		return 0, damaged("a timescale that makes no sense")
	}
	return n, nil
}

// entries returns the entries of a table, each size bytes long.
func entries(b []byte, size int) ([]byte, error) {
	if b == nil {
		return nil, nil
	}
	if len(b) < 8 {
		return nil, damaged("a table is too short")
	}
	n := int64(binary.BigEndian.Uint32(b[4:])) * int64(size)
	if n > int64(len(b)-8) {
		return nil, damaged("a table is shorter than it says")
	}
	return b[8 : 8+n], nil
}
