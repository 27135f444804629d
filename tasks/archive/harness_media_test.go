package archive_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"testing"
	"time"

	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/tasks/archive"
)

// The content of recordings.

// movie returns size bytes, at least 100, that make a program stream without a
// picture: nothing to convert, and nothing wrong with it.
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

// shots is the length of each footage.
const shots = 20 * time.Second

// footage returns the n-th recording as a simulated recorder sends it: 20 s of
// pictures with sound.
func footage(t testing.TB, n int, codec simulator.Codec) []byte {
	t.Helper()
	b := simulated(n, codec, 600_000)
	if len(b) != 600_000 {
		t.Fatalf("the simulated recorder sends %d bytes", len(b))
	}
	return b
}

// simulated is footage of another size.
func simulated(n int, codec simulator.Codec, size int64) []byte {
	return recorded(morning.Add(time.Duration(n)*shots), shots, simulator.Channel{Codec: codec, Audio: true}, size)
}

// recorded returns what a simulated recorder sends for a time.
func recorded(start time.Time, length time.Duration, channel simulator.Channel, size int64) []byte {
	channel.Number = 2
	channel.Recordings = []simulator.Recording{{Start: start, End: start.Add(length), Size: size, Name: "one"}}
	b, _ := io.ReadAll(simulator.New(simulator.Config{Channels: []simulator.Channel{channel}}).Content(201, "one")) // made in memory; a wrong length would show
	return b
}

// late is how much later than the search says the pictures of lateFootage
// begin; a search rounds to seconds.
const late = 400 * time.Millisecond

// lateFootage returns a recording of 20 s with a key frame each second, as from
// the simulated recorder.
func lateFootage(codec simulator.Codec) []byte {
	return recorded(morning.Add(late), shots, simulator.Channel{Codec: codec, Audio: true}, 600_000)
}

// shot returns the item of the n-th footage.
func shot(n int, f archive.Format, size int) archive.Item {
	it := item(0, int64(size))
	it.Format = f
	it.Recording.Start = morning.Add(time.Duration(n) * shots)
	it.Recording.End = it.Recording.Start.Add(shots)
	return it
}

// clipped returns the item of a part of the footage, in seconds since its
// start.
func clipped(f archive.Format, size, from, to int) archive.Item {
	it := shot(0, f, size)
	it.Clip = archive.Span{From: morning.Add(time.Duration(from) * time.Second), To: morning.Add(time.Duration(to) * time.Second)}
	return it
}

// whole returns an item without its clip.
func whole(it archive.Item) archive.Item {
	it.Clip = archive.Span{}
	return it
}

// shotName is the name of the first footage, without its extension.
const shotName = "10.20.0.11/ch02/2026-11-03/20261103-081500_20261103-081520"

func codecName(c simulator.Codec) string {
	if c == simulator.H265 {
		return "H.265"
	}
	return "H.264"
}

// framesIn counts the pictures of an MP4 by its size table, that of the first
// track.
func framesIn(t *testing.T, a *archive.Archive, f archive.File) int {
	t.Helper()
	b := fileBytes(t, a.Dir(), f.Path)
	at := bytes.Index(b, []byte("stsz"))
	if at < 0 {
		t.Fatalf("%s has no table of sizes", f.Path)
	}
	return int(binary.BigEndian.Uint32(b[at+12:]))
}

// wantMovie checks that a file is an MP4, index in front.
func wantMovie(t *testing.T, a *archive.Archive, f archive.File) {
	t.Helper()
	b := fileBytes(t, a.Dir(), f.Path)
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
	if f.Bytes != int64(len(b)) || f.SHA256 != sumOf(b) {
		t.Errorf("%s has %d bytes, the file says %+v", f.Path, len(b), f)
	}
}
