package splice_test

import (
	"bytes"
	"encoding/binary"
	"testing"
	"time"

	"example.com/hikgrab/nvr/media/splice"
)

// hostile returns the MP4s to damage.
func hostile(t testing.TB) [][]byte {
	t.Helper()
	var list [][]byte
	for _, l := range []lens{
		{source: "plain.h264", frames: 13, sound: "alaw"},
		{source: "bframes.h264", frames: 26, reorder: true, sound: "aac"},
	} {
		c := see(t, l)
		_, dst := c.file(t, span{0, len(c.pictures)})
		list = append(list, dst.B)
	}
	return list
}

// indexAt is the offset of the index in files by package mp4.
const indexAt = 28

// splicesAnything plans and writes a good piece together with arbitrary bytes.
// What is planned must be writable and readable.
func splicesAnything(t testing.TB, good splice.Piece, b []byte, after, from, to int16) {
	t.Helper()
	at := func(ms int16) time.Time { return noon.Add(time.Duration(ms) * time.Millisecond) }
	var w splice.Span
	if from != 0 {
		w.From = at(from)
	}
	if to != 0 {
		w.To = at(to)
	}
	pieces := []splice.Piece{pieceOf(b, at(after)), good}
	files, _, err := splice.Plan(t.Context(), pieces, w)
	if err != nil {
		t.Fatal(err)
	}
	total := 0
	for _, file := range files {
		total += len(write(t, file).bytes)
	}
	if limit := 4 * (len(b) + 100_000); total > limit {
		t.Errorf("%d bytes made of %d", total, len(b))
	}
}

// TestMutations damages every field of the index in several ways.
func TestMutations(t *testing.T) {
	t.Parallel()
	good := see(t, lens{source: "plain.h264", frames: 24, sound: "alaw"}).files(t, span{0, 24})[0]
	for _, file := range hostile(t) {
		end := indexAt + int(binary.BigEndian.Uint32(file[indexAt:]))
		b := bytes.Clone(file)
		for i := indexAt; i < end; i += 4 {
			for _, v := range []uint32{0, 1<<32 - 1} {
				binary.BigEndian.PutUint32(b[i:], v)
				splicesAnything(t, good, b, int16(v), 0, 0)
			}
			copy(b[i:], file[i:i+4])
		}
	}
}

// FuzzSplice gives Plan arbitrary pieces: any bytes, or an MP4 with some fields
// changed, each given by six bytes: where, and to what.
func FuzzSplice(f *testing.F) {
	files := hostile(f)
	for _, b := range files {
		f.Add(b, []byte{}, int16(100), int16(0), int16(0))
		f.Add([]byte{}, []byte{0, 100, 0, 0, 0, 1}, int16(0), int16(500), int16(1500))
		f.Add([]byte{1}, []byte{2, 100, 0, 0, 0, 1, 1, 200, 255, 255, 255, 255}, int16(0), int16(500), int16(1500))
	}
	good := see(f, lens{source: "plain.h264", frames: 24, sound: "alaw"}).files(f, span{0, 24})[0]
	f.Fuzz(func(t *testing.T, b, changes []byte, after, from, to int16) {
		if len(b) < 2 {
			b = bytes.Clone(files[len(b)])
			n := int(binary.BigEndian.Uint32(b[indexAt:]))
			for ; len(changes) >= 6; changes = changes[6:] {
				at := indexAt + int(binary.BigEndian.Uint16(changes))%n
				copy(b[at:], changes[2:6])
			}
		}
		splicesAnything(t, good, b, after, from, to)
	})
}
