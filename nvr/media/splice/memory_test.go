package splice_test

import (
	"context"
	"encoding/binary"
	"io"
	"runtime"
	"testing"
	"time"

	"example.com/hikgrab/nvr/media/mediatest"
	"example.com/hikgrab/nvr/media/splice"
)

// TestMemory joins a hundred pieces of 25 MB that are never stored. While 2.5
// GB pass through, only the indexes and a few buffers are allocated.
func TestMemory(t *testing.T) {
	const size, count = 1 << 18, 96 // bytes of a picture, pictures in a piece
	c := see(t, lens{source: "plain.h264", frames: count})
	_, dst := c.file(t, span{0, count})
	heavy := mediatest.Edit(dst.B, func(m *mediatest.Box) {
		m.Table("stsz").Body = mediatest.Full(0, size, count)
		m.Table("stsc").Body = mediatest.Full(0, 1, 1, count, 1)
		m.Table("stco").Body = mediatest.Full(0, 1, uint32(len(dst.B)))
	})
	reads := 0
	var pieces []splice.Piece
	for i := range 100 {
		p := pieceOf(heavy, noon.Add(time.Duration(i)*4*time.Second))
		p.Open = func() (splice.Input, error) { return virtual{heavy, size * count, &reads}, nil }
		pieces = append(pieces, p)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	files, _, err := splice.Plan(t.Context(), pieces, splice.Span{})
	if err != nil || len(files) != 1 {
		t.Fatal(len(files), err)
	}
	var out nowhere
	if err := splice.Write(context.Background(), &out, files[0], nil); err != nil || out.size < 100*size*count {
		t.Fatalf("%d bytes written: %v", out.size, err)
	}
	runtime.ReadMemStats(&after)
	if reads > 100*size*count>>20*3/2 {
		t.Errorf("the samples took %d reads", reads)
	}
	if n := after.TotalAlloc - before.TotalAlloc; n > 16<<20 {
		t.Errorf("%d bytes were allocated", n)
	}
}

// virtual is an MP4 with samples that take no space.
type virtual struct {
	index   []byte
	samples int64
	reads   *int
}

func (v virtual) Size() int64 { return int64(len(v.index)) + v.samples }
func (virtual) Close() error  { return nil }

func (v virtual) ReadAt(b []byte, at int64) (int, error) {
	if at < int64(len(v.index)) {
		return copy(b, v.index[at:]), nil
	}
	*v.reads++
	return len(b), nil // b may contain anything
}

// nowhere discards writes.
type nowhere struct{ at, size int64 }

func (n *nowhere) Write(b []byte) (int, error) {
	n.at += int64(len(b))
	n.size = max(n.size, n.at)
	return len(b), nil
}

func (n *nowhere) Seek(offset int64, whence int) (int64, error) {
	if whence == io.SeekEnd {
		offset += n.size
	}
	n.at = offset
	return n.at, nil
}

// TestSamplesFarApart reads little more than necessary if pictures and sound
// are far apart, or the samples out of order.
func TestSamplesFarApart(t *testing.T) {
	t.Parallel()
	c := see(t, lens{source: "plain.h264", frames: 480, sound: "alaw"})
	_, dst := c.file(t, span{0, 480})
	reversed := mediatest.Edit(dst.B, func(m *mediatest.Box) {
		// One chunk for each picture, the last one first.
		sizes := m.Table("stsz").Body[12:]
		table := mediatest.Full(0, uint32(len(sizes)/4))
		var offsets []uint32
		at := uint32(len(dst.B))
		for i := 0; i < len(sizes); i += 4 {
			at -= binary.BigEndian.Uint32(sizes[i:])
			offsets = append(offsets, at)
		}
		for _, at := range offsets {
			table = binary.BigEndian.AppendUint32(table, at)
		}
		m.Table("stco").Body = table
		m.Table("stsc").Body = mediatest.Full(0, 1, 1, 1, 1)
	})
	for name, file := range map[string][]byte{"as it is": dst.B, "reversed": reversed} {
		read := int64(0)
		p := pieceOf(file, noon)
		open := p.Open
		p.Open = func() (splice.Input, error) {
			in, err := open()
			return metered{in, &read}, err
		}
		files, _, err := splice.Plan(t.Context(), []splice.Piece{p}, splice.Span{})
		if err != nil {
			t.Fatal(err)
		}
		read = 0
		if err := splice.Write(t.Context(), &nowhere{}, files[0], nil); err != nil {
			t.Fatal(err)
		}
		if limit := int64(480 * 20 << 10); read > limit {
			t.Errorf("%s: %d bytes read of %d", name, read, len(file))
		}
	}
}

// metered is an input that counts the bytes read.
type metered struct {
	splice.Input
	read *int64
}

func (m metered) ReadAt(b []byte, at int64) (int, error) {
	n, err := m.Input.ReadAt(b, at)
	*m.read += int64(n)
	return n, err
}
