package archive

import (
	"bytes"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"example.com/hikgrab/nvr/simulator"
)

func movie(seed uint64, size int) []byte {
	random := rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), 7})
	b := make([]byte, 40, size)
	copy(b, "IMKH\x01\x02\x00\x00\x02\x00\x00\x01")
	b = append(b, 0, 0, 1, 0xBA, 0x44, 0, 4, 0, 4, 1, 0x03, 0xAC, 0xD3, 0xF8)
	for len(b) < size {
		n := min(size-len(b), 1<<16)
		if rest := size - len(b) - n; rest > 0 && rest < 8 {
			n -= 8
		}
		padding := make([]byte, n)
		_, _ = random.Read(padding) // never fails
		copy(padding, []byte{0, 0, 1, 0xBE, byte((n - 6) >> 8), byte(n - 6)})
		b = append(b, padding...)
	}
	return b
}

// unmapped is lateFootage without the maps that tell the clock up to the n-th key
func unmapped(t *testing.T, n int) []byte {
	b, at := lateFootage(t, simulator.H264), 0
	for range n {
		at += bytes.Index(b[at:], []byte{0, 0, 1, 0xBC})
		b[at+3] = 0xBE // padding
	}
	return b
}

// late is how much later than the search says the pictures of these tests
const late = 400 * time.Millisecond

// lateFootage is a recording of 20 s with a key frame each second, as the
func lateFootage(t testing.TB, codec simulator.Codec) []byte {
	t.Helper()
	start := morning.Add(late)
	r := simulator.New(simulator.Config{Channels: []simulator.Channel{{
		Number: 2, Codec: codec, Audio: true,
		Recordings: []simulator.Recording{{Start: start, End: start.Add(shots), Size: 600_000, Name: "one"}},
	}}})
	b, err := io.ReadAll(r.Content(201, "one"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// clipped is the item of a part of the footage, in seconds since its start.
func clipped(f Format, size, from, to int) Item {
	it := shot(0, f, size)
	it.Clip = Span{morning.Add(time.Duration(from) * time.Second), morning.Add(time.Duration(to) * time.Second)}
	return it
}

// framesIn counts the pictures of an MP4 by the table of their sizes, which is
func framesIn(t *testing.T, a *Archive, f File) int {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(a.Dir(), filepath.FromSlash(f.Path)))
	if err != nil {
		t.Fatal(err)
	}
	at := bytes.Index(b, []byte("stsz"))
	if at < 0 {
		t.Fatalf("%s has no table of sizes", f.Path)
	}
	return int(binary.BigEndian.Uint32(b[at+12:]))
}

// wantServed checks whom the clip from 5 to 9 s serves.
func wantServed(t *testing.T, a *Archive, f File, size int) {
	t.Helper()
	for _, tt := range []struct {
		it   Item
		want bool
	}{
		{clipped(MP4, size, 5, 9), true},
		{clipped(MP4, size, 6, 7), true}, // lies within
		{clipped(MP4, size, 5, 10), false},
		{clipped(MP4, size, 3, 9), false},
		{clipped(Both, size, 5, 9), false}, // the raw file is not there
		{clipped(Raw, size, 5, 9), false},  // raw files are whole
		{shot(0, MP4, size), false},
		{clipped(MP4, size, -100, 100), false}, // so is this
	} {
		s, ok := a.Stored(tt.it)
		if ok != tt.want || ok && (s.Path != f.Path || s.SHA256 != f.SHA256 || s.Fetched != f.Fetched) {
			t.Errorf("Stored = %+v, %v for %v of %v", s, ok, tt.it.Format, tt.it.Clip)
		}
	}
	narrow := a.FinishedOf([]Item{clipped(MP4, size, 6, 7), clipped(MP4, size, 5, 9), shot(0, MP4, size)})
	all, err := a.Finished()
	if err != nil || !slices.Equal(narrow, all) || len(all) != 1 {
		t.Errorf("Finished = %+v, %v, FinishedOf = %+v", all, err, narrow)
	}
}

// paused is a recording whose pictures stop after about ten seconds, and go on
func paused(t *testing.T) []byte {
	t.Helper()
	const length = 110 * time.Second
	r := simulator.New(simulator.Config{Channels: []simulator.Channel{{
		Number:     2,
		Recordings: []simulator.Recording{{Start: morning, End: morning.Add(length), Size: 3_300_000, Name: "one"}},
	}}})
	b, err := io.ReadAll(r.Content(201, "one"))
	if err != nil {
		t.Fatal(err)
	}
	keyFrame := func(at int) int { // the pack of the first one from there on; a map stands in front of each
		at += bytes.Index(b[at:], []byte{0, 0, 1, 0xBC})
		return bytes.LastIndex(b[:at], []byte{0, 0, 1, 0xBA})
	}
	return slices.Concat(b[:keyFrame(300_000)], b[keyFrame(3_000_000):])
}

// shots is what the n-th recording of these tests lasts.
const shots = 20 * time.Second

func footage(t testing.TB, n int, codec simulator.Codec) []byte {
	t.Helper()
	b := simulated(n, codec, 600_000)
	if len(b) != 600_000 {
		t.Fatalf("the simulated recorder sends %d bytes", len(b))
	}
	return b
}

func simulated(n int, codec simulator.Codec, size int64) []byte {
	start := morning.Add(time.Duration(n) * shots)
	r := simulator.New(simulator.Config{Channels: []simulator.Channel{{
		Number: 2, Codec: codec, Audio: true,
		Recordings: []simulator.Recording{{Start: start, End: start.Add(shots), Size: size, Name: "one"}},
	}}})
	b, _ := io.ReadAll(r.Content(201, "one")) // made in memory; a length that is wrong shows
	return b
}

// shot is the item of the n-th footage.
func shot(n int, f Format, size int) Item {
	it := item(0, int64(size))
	it.Format = f
	it.Recording.Start = morning.Add(time.Duration(n) * shots)
	it.Recording.End = it.Recording.Start.Add(shots)
	return it
}

// wantMovie checks that a file is an MP4 of so many boxes, index in front.
func wantMovie(t *testing.T, a *Archive, f File) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(a.Dir(), filepath.FromSlash(f.Path)))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for at := 0; at < len(b); {
		size := int(binary.BigEndian.Uint32(b[at:]))
		if size == 1 {
			size = int(binary.BigEndian.Uint64(b[at+8:]))
		}
		if size < 8 || at+size > len(b) {
			t.Fatalf("%s: a box of %d bytes at %d", f.Path, size, at)
		}
		names = append(names, string(b[at+4:at+8]))
		at += size
	}
	if len(names) < 3 || names[0] != "ftyp" || names[1] != "moov" || names[len(names)-1] != "mdat" {
		t.Errorf("%s consists of %v", f.Path, names)
	}
	if f.Bytes != int64(len(b)) || f.SHA256 != sumOf(b).String() {
		t.Errorf("%s has %d bytes, the file says %+v", f.Path, len(b), f)
	}
}

func codecName(c simulator.Codec) string {
	if c == simulator.H265 {
		return "H.265"
	}
	return "H.264"
}

// hostile are names that would do harm as they are.
