package splice_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"testing"

	"example.com/hikgrab/nvr/media/mediatest"
	"example.com/hikgrab/nvr/media/mp4"
	"example.com/hikgrab/nvr/media/splice"
)

// TestHiddenPictures shows pictures that the piece's edit list trims at their
// own times: the piece starts with the first picture that the edit list shows.
func TestHiddenPictures(t *testing.T) {
	t.Parallel()
	c := see(t, lens{source: "plain.h264", frames: 96})
	_, dst := c.file(t, span{0, 96})
	trimmed := mediatest.Edit(dst.B, func(m *mediatest.Box) {
		trak := m.Find("trak")
		edits := mediatest.Full(0, 1, 0, 15*3600, 1<<16)
		trak.Boxes = append(trak.Boxes, &mediatest.Box{Kind: "edts", Boxes: []*mediatest.Box{{Kind: "elst", Body: edits}}})
	})
	piece := pieceOf(trimmed, at(c.pictures[15].shown))
	list, _ := splices(t, []splice.Piece{piece}, splice.Span{})
	c.shows(t, list[0], span{0, 96})
	list, _ = splices(t, []splice.Piece{piece}, splice.Span{From: piece.Start})
	c.shows(t, list[0], span{12, 96})
}

// TestDelays keeps pictures and sound together if they begin some time after
// the movie.
func TestDelays(t *testing.T) {
	t.Parallel()
	c := see(t, lens{source: "plain.h264", frames: 96, sound: "alaw"})
	_, dst := c.file(t, span{0, 96})
	delayed := mediatest.Edit(dst.B, func(m *mediatest.Box) {
		for _, trak := range m.Boxes[1:] {
			edits := mediatest.Full(0, 2, 33333, 1<<32-1, 1<<16, 0, 0, 1<<16)
			trak.Boxes = append(trak.Boxes, &mediatest.Box{Kind: "edts", Boxes: []*mediatest.Box{{Kind: "elst", Body: edits}}})
		}
	})
	for _, from := range []int{0, 24} {
		list, _ := splices(t, []splice.Piece{pieceOf(delayed, noon)}, splice.Span{From: at(c.pictures[from].shown)})
		c.shows(t, list[0], span{from, 96})
	}
	trimmed := mediatest.Edit(dst.B, func(m *mediatest.Box) {
		const start = 15*3600 - 900 // a little before a picture
		for i, start := range []uint32{start, start * 8000 / clock} {
			edits := mediatest.Full(0, 1, 0, start, 1<<16)
			m.Boxes[1+i].Boxes = append(m.Boxes[1+i].Boxes, &mediatest.Box{Kind: "edts", Boxes: []*mediatest.Box{{Kind: "elst", Body: edits}}})
		}
	})
	list, _ := splices(t, []splice.Piece{pieceOf(trimmed, at(c.pictures[15].shown))}, splice.Span{})
	c.shows(t, list[0], span{0, 96})
}

// TestOpenGroups drops pictures that are shown before the key frame of a cut
// but decoded after it, because they need what was cut off.
func TestOpenGroups(t *testing.T) {
	t.Parallel()
	c := see(t, lens{source: "plain.h264", frames: 96})
	// From each key frame on, the first three pictures are now decoded in the
	// order 2 0 1: the second and third ones lead.
	for i := 0; i < 96; i += 12 {
		for k, order := range []int64{2, 0, 1} {
			c.pictures[i+k].shown = int64(i)*3600 + order*3600
		}
	}
	for i := range c.pictures {
		c.pictures[i].decoded -= 2 * 3600
	}
	whole := c.files(t, span{0, 96})
	list, _ := splices(t, whole, splice.Span{})
	c.shows(t, list[0], span{0, 96})

	key := at(c.pictures[24].shown)
	list, _ = splices(t, whole, splice.Span{From: key, To: at(c.pictures[48].shown)})
	c.shows(t, list[0], span{24, 25}, span{27, 48})
	if !list[0].plan.Start.Equal(key) {
		t.Errorf("begins at %v, want %v", list[0].plan.Start, key)
	}
	list, _ = splices(t, whole, splice.Span{From: key.Add(-1)})
	c.shows(t, list[0], span{12, 13}, span{15, 96})
}

// TestOverlapInsideGroup ends the earlier piece before the later one's first
// picture, anywhere in a group of B-frames.
func TestOverlapInsideGroup(t *testing.T) {
	t.Parallel()
	early := see(t, lens{source: "bframes.h264", frames: 50, reorder: true})
	for shift := range int64(25) {
		late := early.later(36000 + shift*3600 + 1000)
		pieces := append(early.files(t, span{0, 50}), late.files(t, span{0, 50})...)
		list, left := splices(t, pieces, splice.Span{})
		if len(list) != 1 || len(left) != 0 {
			t.Fatalf("%d files, left out %v", len(list), left)
		}
		f := list[0]
		n := f.plan.Parts[0].Frames
		v := f.movie.Track("vide")
		begin := late.pictures[0].shown
		for i, s := range v.Samples {
			want := early.pictures[min(i, 49)]
			if i >= n {
				want = late.pictures[i-n]
			}
			shown := v.Shown(&f.movie, s)
			if !bytes.Equal(s.Data, want.data) || shown != want.shown || i < n != (shown < begin) {
				t.Fatalf("shift %d: picture %d of %d shown at %d, want %d", shift, i, n, shown, want.shown)
			}
		}
		// The only pictures lost are those decoded after one that is shown too late:
		// two B-frames.
		if next := early.pictures[n:]; len(next) > 3 && slices.ContainsFunc(next[3:], func(p picture) bool { return p.shown < begin }) {
			t.Errorf("shift %d: %d pictures of the first piece are too few", shift, n)
		}
	}
}

// TestNegativeShifts joins pieces with display times before decoding times,
// which an edit list corrects.
func TestNegativeShifts(t *testing.T) {
	t.Parallel()
	c := see(t, lens{source: "bframes.h264", frames: 50, reorder: true})
	_, dst := c.file(t, span{0, 50})
	negative := mediatest.Edit(dst.B, func(m *mediatest.Box) {
		shifts := m.Table("ctts")
		shifts.Body[0] = 1
		for i := 12; i < len(shifts.Body); i += 8 {
			shifts.Put32(i, binary.BigEndian.Uint32(shifts.Body[i:])-3600)
		}
		m.Find("trak").Remove("edts")
	})
	list, _ := splices(t, []splice.Piece{pieceOf(negative, noon), c.later(50*3600).files(t, span{0, 50})[0]}, splice.Span{})
	if len(list) != 1 {
		t.Fatalf("%d files", len(list))
	}
	twice := see(t, lens{source: "bframes.h264", frames: 50, reorder: true})
	twice.pictures = append(twice.pictures, c.later(50*3600).pictures...)
	twice.shows(t, list[0], span{0, 100})
}

// TestLongSilence keeps packets of sound at their times if a silence is longer
// than an MP4 can express, by beginning another file.
func TestLongSilence(t *testing.T) {
	t.Parallel()
	const length = 48 * 3600
	loud := see(t, lens{source: "plain.h264", sound: "alaw"})
	quiet := see(t, lens{source: "plain.h264"})
	hours := func(h int64) int64 { return h * 3600 * clock }
	pieces := loud.files(t, span{0, 48})
	for h := int64(10); h <= 100; h += 10 {
		pieces = append(pieces, quiet.later(hours(h)).files(t, span{0, 48})...)
	}
	last := loud.later(hours(100) + length)
	list, left := splices(t, append(pieces, last.files(t, span{0, 48})...), splice.Span{})
	if len(list) != 2 || len(left) != 0 || !list[0].plan.Sound || !list[1].plan.Sound {
		t.Fatalf("%d files, left out %v", len(list), left)
	}
	last.shows(t, list[1], span{0, 48})
}

// TestDifferentTimescales joins pieces with other timescales.
func TestDifferentTimescales(t *testing.T) {
	t.Parallel()
	c := see(t, lens{source: "plain.h264", frames: 96})
	_, dst := c.file(t, span{48, 96})
	other := mediatest.Edit(dst.B, func(m *mediatest.Box) {
		m.Find("trak", "mdia", "mdhd").Put32(12, 12800)
		m.Table("stts").Body = mediatest.Full(0, 1, 48, 512)
	})
	pieces := append(c.files(t, span{0, 48}), pieceOf(other, at(c.pictures[48].shown)))
	list, _ := splices(t, pieces, splice.Span{})
	if len(list) != 1 {
		t.Fatalf("%d files", len(list))
	}
	c.shows(t, list[0], span{0, 96})
}

// TestFarOffsets reads samples past the fourth gigabyte.
func TestFarOffsets(t *testing.T) {
	t.Parallel()
	const far = 5 << 30
	c := see(t, lens{source: "plain.h264", frames: 96, sound: "alaw"})
	p, dst := c.file(t, span{0, 96})
	moved := mediatest.Edit(dst.B, func(m *mediatest.Box) {
		for _, trak := range m.Boxes[1:] {
			b := trak.Find("mdia", "minf", "stbl", "stco")
			wide := mediatest.Full(0, binary.BigEndian.Uint32(b.Body[4:]))
			for i := 8; i < len(b.Body); i += 4 {
				wide = binary.BigEndian.AppendUint64(wide, far+uint64(binary.BigEndian.Uint32(b.Body[i:])))
			}
			b.Kind, b.Body = "co64", wide
		}
	})
	p.Open = func() (splice.Input, error) { return farFile{memoryFile{bytes.NewReader(moved)}, far}, nil }
	list, _ := splices(t, []splice.Piece{p}, splice.Span{})
	if len(list) != 1 {
		t.Fatalf("%d files", len(list))
	}
	c.shows(t, list[0], span{0, 96})
}

// farFile pretends that its samples are further back.
type farFile struct {
	memoryFile
	far int64
}

func (f farFile) Size() int64 { return f.memoryFile.Size() + f.far }

func (f farFile) ReadAt(b []byte, at int64) (int, error) {
	if at >= f.far {
		at -= f.far
	}
	return f.memoryFile.ReadAt(b, at)
}

// TestOneSizeOfSound joins a file that has one size for all G.711 packets with
// a current file. The result has a size for each.
func TestOneSizeOfSound(t *testing.T) {
	t.Parallel()
	c := see(t, lens{source: "plain.h264", frames: 96, sound: "alaw"})
	_, dst := c.file(t, span{0, 48})
	old := mediatest.Edit(dst.B, func(m *mediatest.Box) {
		sizes := m.Boxes[2].Find("mdia", "minf", "stbl", "stsz")
		sizes.Body = mediatest.Full(0, 320, binary.BigEndian.Uint32(sizes.Body[8:]))
	})
	if m, err := mp4.Read(bytes.NewReader(old), int64(len(old))); err != nil || !m.Sound.OneSize {
		t.Fatalf("%+v, %v", m, err)
	}
	pieces := append([]splice.Piece{pieceOf(old, at(c.pictures[0].shown))}, c.files(t, span{48, 96})...)
	list, _ := splices(t, pieces, splice.Span{})
	m, err := mp4.Read(bytes.NewReader(list[0].bytes), int64(len(list[0].bytes)))
	if err != nil || len(list) != 1 || m.Sound.OneSize || m.Sound.Samples != len(c.sounds) {
		t.Errorf("%d files, %+v, %v", len(list), m, err)
	}
}

// TestBytesOfSound joins G.711 with one sample per byte with packets.
func TestBytesOfSound(t *testing.T) {
	t.Parallel()
	c := see(t, lens{source: "plain.h264", frames: 96, sound: "alaw"})
	_, dst := c.file(t, span{48, 96})
	single := mediatest.Edit(dst.B, func(m *mediatest.Box) {
		stbl := m.Boxes[2].Find("mdia", "minf", "stbl")
		n := binary.BigEndian.Uint32(stbl.Find("stsz").Body[8:]) * 320
		stbl.Find("stsz").Body = mediatest.Full(0, 1, n)
		stbl.Find("stts").Body = mediatest.Full(0, 1, n, 1)
		for i := 12; i < len(stbl.Find("stsc").Body); i += 12 {
			stbl.Find("stsc").Put32(i, binary.BigEndian.Uint32(stbl.Find("stsc").Body[i:])*320)
		}
	})
	pieces := append(c.files(t, span{0, 48}), pieceOf(single, at(c.pictures[48].shown)))
	list, _ := splices(t, pieces, splice.Span{})
	if len(list) != 1 {
		t.Fatalf("%d files", len(list))
	}
	c.shows(t, list[0], span{0, 96})
}
