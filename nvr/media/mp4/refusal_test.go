package mp4_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"slices"
	"strings"
	"testing"

	"example.com/hikgrab/nvr/media/mediatest"
	"example.com/hikgrab/nvr/media/mp4"
)

type box = mediatest.Box

// edit returns a change of the first track's table.
func edit(kind string, body []byte) func(*box) {
	return func(moov *box) { moov.Table(kind).Body = body }
}

// elst replaces the edit list of the first track.
func elst(body []byte) func(*box) {
	return func(moov *box) {
		trak := moov.Find("trak")
		trak.Boxes = append(trak.Boxes, &box{Kind: "edts", Boxes: []*box{{Kind: "elst", Body: body}}})
	}
}

const one = 1 << 16 // a rate of 1

// TestRefusals refuses what cannot be taken apart, with the reason.
func TestRefusals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(moov *box)
		want   mp4.RefusalKind
	}{
		{"fragments", func(m *box) { m.Boxes = append(m.Boxes, &box{Kind: "mvex"}) }, mp4.Fragmented},
		{"no tracks", func(m *box) { m.Boxes = m.Boxes[:1] }, mp4.NoPictures},
		{"only sound", func(m *box) { m.Remove("trak") }, mp4.NoPictures},
		{"no samples", edit("stsz", make([]byte, 12)), mp4.NoPictures},
		{"two entries", func(m *box) { m.Table("stsd").Put32(4, 2) }, mp4.SeveralEntries},
		{"the second of two entries", func(m *box) { m.Table("stsc").Put32(16, 2) }, mp4.SeveralEntries},
		{"encrypted", func(m *box) { copy(m.Table("stsd").Body[12:], "encv") }, mp4.Encrypted},
		{"in another file", func(m *box) { m.Find("trak", "mdia", "minf", "dinf", "dref").Put32(16, 0) }, mp4.Elsewhere},
		{"in no file", func(m *box) { binary.BigEndian.PutUint16(m.Table("stsd").Body[22:], 7) }, mp4.Elsewhere},
		{"an edit at double speed", elst(mediatest.Full(0, 1, 90000, 0, 2*one)), mp4.ForeignEdits},
		{"a still picture", elst(mediatest.Full(0, 1, 90000, 0, 0)), mp4.ForeignEdits},
		{"two edits", elst(mediatest.Full(0, 2, 90000, 0, one, 90000, 0, one)), mp4.ForeignEdits},
		{"a hole between edits", elst(mediatest.Full(0, 3, 90000, 0, one, 9, 1<<32-1, one, 9, 0, one)), mp4.ForeignEdits},
		{"nothing but delay", elst(mediatest.Full(0, 1, 90000, 1<<32-1, one)), mp4.ForeignEdits},
		{"an odd start", elst(mediatest.Full(0, 1, 90000, 1<<32-2, one)), mp4.ForeignEdits},
		{"a delay of centuries", elst(mediatest.Full(1, 2, 1<<20, 0, 1<<32-1, 1<<32-1, one, 0, 9, 0, 0, one)), mp4.Damaged},
		{"a negative delay", elst(mediatest.Full(1, 2, 1<<31, 0, 1<<32-1, 1<<32-1, one, 0, 9, 0, 0, one)), mp4.Damaged},
		{"a trim of centuries", elst(mediatest.Full(1, 1, 0, 9, 1<<30, 0, one)), mp4.Damaged},
		{"edits without a header", func(m *box) {
			m.Remove("mvhd")
			elst(mediatest.Full(0, 1, 90000, 0, one))(m)
		}, mp4.Damaged},
		{"more edits than there are", elst(mediatest.Full(0, 7, 90000, 0, one)), mp4.Damaged},
		{"no sizes", func(m *box) { m.Find("trak", "mdia", "minf", "stbl").Remove("stsz") }, mp4.Damaged},
		{"no times", func(m *box) { m.Find("trak", "mdia", "minf", "stbl").Remove("stts") }, mp4.Damaged},
		{"no chunks", func(m *box) { m.Find("trak", "mdia", "minf", "stbl").Remove("stco") }, mp4.Damaged},
		{"no rows of chunks", func(m *box) { m.Find("trak", "mdia", "minf", "stbl").Remove("stsc") }, mp4.Damaged},
		{"no entry", func(m *box) { m.Find("trak", "mdia", "minf", "stbl").Remove("stsd") }, mp4.Damaged},
		{"no media header", func(m *box) { m.Find("trak", "mdia").Remove("mdhd") }, mp4.Damaged},
		{"an entry longer than its table", func(m *box) { m.Table("stsd").Put32(8, 1000) }, mp4.Damaged},
		{"an entry of no length", func(m *box) { m.Table("stsd").Put32(8, 0) }, mp4.Damaged},
		{"a short entry", func(m *box) { m.Table("stsd").Put32(8, 40) }, mp4.Damaged},
		{"no timescale", func(m *box) { m.Find("trak", "mdia", "mdhd").Put32(12, 0) }, mp4.Damaged},
		{"a timescale beyond nanoseconds", func(m *box) { m.Find("trak", "mdia", "mdhd").Put32(12, 1<<31) }, mp4.Damaged},
		{"fewer times than samples", edit("stts", mediatest.Full(0, 1, 11, 3600)), mp4.Damaged},
		{"fewer chunks than samples", edit("stsc", mediatest.Full(0, 1, 1, 1, 1)), mp4.Damaged},
		{"chunks that do not begin with the first", edit("stsc", mediatest.Full(0, 1, 2, 12, 1)), mp4.Damaged},
		{"chunks out of order", edit("stsc", mediatest.Full(0, 3, 1, 12, 1, 3, 1, 1, 2, 1, 1)), mp4.Damaged},
		{"chunk zero", edit("stsc", mediatest.Full(0, 1, 0, 12, 1)), mp4.Damaged},
		{"a chunk of nothing", edit("stsc", mediatest.Full(0, 1, 1, 0, 1)), mp4.Damaged},
		{"a sample behind the end", edit("stco", mediatest.Full(0, 1, 1<<31)), mp4.Damaged},
		{"a sample before the beginning", func(m *box) {
			m.Table("stco").Kind = "co64"
			m.Table("co64").Body = mediatest.Full(0, 1, 1<<31, 0)
		}, mp4.Damaged},
		{"samples larger than the file", edit("stsz", mediatest.Full(0, 1<<14, 12)), mp4.Damaged},
		{"samples that overlap", func(m *box) {
			edit("stsz", mediatest.Full(0, 0, slices.Concat([]uint32{12}, slices.Repeat([]uint32{4000}, 12))...))(m)
			edit("stco", mediatest.Full(0, 12, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100, 100))(m)
			edit("stsc", mediatest.Full(0, 1, 1, 1, 1))(m)
		}, mp4.Damaged},
		{"four thousand million samples", edit("stsz", mediatest.Full(0, 1, 1<<32-1)), mp4.Damaged},
		{"more sizes than there are", edit("stsz", mediatest.Full(0, 0, 1<<32-1, 1, 2, 3)), mp4.Damaged},
		{"a picture of many hours", edit("stts", mediatest.Full(0, 2, 11, 3600, 1, 1<<32-1)), mp4.Damaged},
		{"pictures of years", func(m *box) {
			m.Find("trak", "mdia", "mdhd").Put32(12, 1)
			edit("stsz", mediatest.Full(0, 0, append([]uint32{800}, make([]uint32, 800)...)...))(m)
			edit("stsc", mediatest.Full(0, 1, 1, 800, 1))(m)
			edit("stts", mediatest.Full(0, 1, 800, 12*3600))(m)
		}, mp4.Damaged},
		{"pictures shown an hour late", func(m *box) {
			stbl := m.Find("trak", "mdia", "minf", "stbl")
			stbl.Boxes = append(stbl.Boxes, &box{Kind: "ctts", Body: mediatest.Full(0, 1, 12, 3600*90000)})
		}, mp4.Damaged},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			_, err := read(mediatest.Edit(small(t), c.change))
			refusal, ok := errors.AsType[*mp4.Refusal](err)
			if !ok || refusal.Kind != c.want {
				t.Errorf("%v, want %v", err, &mp4.Refusal{Kind: c.want})
			}
		})
	}
}

// TestOtherFiles refuses files that are not MP4, and parts of MP4 files.
func TestOtherFiles(t *testing.T) {
	t.Parallel()
	b := small(t)
	ftyp := b[:28]
	head := func(n uint32, kind string) []byte { return append(binary.BigEndian.AppendUint32(nil, n), kind...) }
	for _, c := range []struct {
		name string
		file []byte
		want mp4.RefusalKind
	}{
		{"empty", nil, mp4.NotMP4},
		{"short", []byte("MP4"), mp4.NotMP4},
		{"program stream", []byte("\x00\x00\x01\xBA\x44 and so on, up to the end"), mp4.NotMP4},
		{"IMKH", []byte("IMKH\x01\x02\x00\x00 and so on, up to the end"), mp4.NotMP4},
		{"text", []byte("<html><body>Not found</body></html>"), mp4.NotMP4},
		{"zeros", make([]byte, 1000), mp4.NotMP4},
		{"no index", slices.Concat(ftyp, head(20, "mdat"), make([]byte, 12)), mp4.Damaged},
		{"no end", slices.Concat(ftyp, head(0, "mdat"), make([]byte, 12)), mp4.Damaged},
		{"cut in a header", slices.Concat(ftyp, head(20, "mdat")[:6]), mp4.Damaged},
		{"cut in the index", b[:500], mp4.Damaged},
		{"cut in the samples", b[:len(b)-1], mp4.Damaged},
		{"fragment", slices.Concat(ftyp, head(20, "moof"), make([]byte, 12)), mp4.Fragmented},
		{"an index of 300 MiB", nil, mp4.TooLarge},
		{"a thousand little boxes", slices.Concat(ftyp, bytes.Repeat(head(8, "free"), 5000), b[28:]), mp4.Damaged},
		{"a box of 16 EiB", slices.Concat(ftyp, head(1, "free"), bytes.Repeat([]byte{0xFF}, 8), b[28:]), mp4.Damaged},
		{"a box shorter than its header", slices.Concat(ftyp, head(7, "free"), b[28:]), mp4.Damaged},
		{"a wide box shorter than its header", slices.Concat(ftyp, head(1, "free"), make([]byte, 7), []byte{15}, b[28:]), mp4.Damaged},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			size := int64(len(c.file))
			if c.want == mp4.TooLarge {
				size = 1 << 30
				c.file = slices.Concat(ftyp, head(300<<20, "moov"), make([]byte, 100))
			}
			_, err := mp4.Read(bytes.NewReader(c.file), size)
			refusal, ok := errors.AsType[*mp4.Refusal](err)
			if !ok || refusal.Kind != c.want {
				t.Errorf("%v, want %v", err, &mp4.Refusal{Kind: c.want})
			}
		})
	}
}

func TestRefusalWords(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, k := range []mp4.RefusalKind{
		mp4.NotMP4, mp4.Damaged, mp4.Fragmented, mp4.NoPictures, mp4.Encrypted, mp4.SeveralEntries, mp4.ForeignEdits, mp4.Elsewhere, mp4.TooLarge,
	} {
		text := (&mp4.Refusal{Kind: k, Detail: "this"}).Error()
		if seen[text] || !strings.HasSuffix(text, ": this") || !strings.Contains(text, "MP4") {
			t.Errorf("%q: %q", k, text)
		}
		seen[text] = true
	}
}

// TestReadWork gives the reader short tables that claim a lot. If its work were
// not proportional to the file, this would take hours.
func TestReadWork(t *testing.T) {
	t.Parallel()
	nothing := make([]uint32, 2*(7<<10)/4)
	for _, change := range []func(*box){
		edit("stts", mediatest.Full(0, 3, 1<<32-1, 0, 1<<32-1, 0, 1<<32-1, 0)),
		edit("stts", mediatest.Full(0, uint32(len(nothing)/2), nothing...)),
		edit("stco", mediatest.Full(0, uint32(len(nothing)), nothing...)),
		edit("stsc", mediatest.Full(0, 1, 1, 1<<32-1, 1)),
		edit("stsz", mediatest.Full(0, 1, 1<<32-1)),
	} {
		m, err := read(mediatest.Edit(small(t), change))
		if refusal, ok := errors.AsType[*mp4.Refusal](err); ok == (m != nil) {
			t.Errorf("%v, %v", m, refusal)
		}
	}
}
