package media

import (
	"bytes"
	"os"
	"testing"
	"time"

	"example.com/hikgrab/nvr/media/mediatest"
)

// TestRoomForTheIndex reserves room by what is known about the recording.
func TestRoomForTheIndex(t *testing.T) {
	t.Parallel()
	file, err := os.Open("testdata/plain.h264")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	const base, least = 16 << 10, 48 << 10
	for _, c := range []struct {
		name string
		o    Options
		want int64
	}{
		{"nothing", Options{}, base + least},
		{"pictures", Options{Frames: 1, Bytes: 1 << 40}, base + 28},
		{"many pictures", Options{Frames: 90000, Bytes: 1 << 30}, base + 90000*28},
		{"many small pictures", Options{Frames: 86400, Bytes: 165e6}, 1650000},
		{"many pictures of nobody knows how many bytes", Options{Frames: 90000}, 1 << 20},
		{"bytes", Options{Bytes: 1 << 30}, base + 1<<30/200},
		{"few bytes", Options{Bytes: 1 << 10}, base + least},
		{"bytes beyond reason", Options{Bytes: 1 << 50}, 1 << 32 / 100},
		{"a negative number of bytes", Options{Bytes: -1 << 40, Frames: -1}, base + least},
		{"a span", Options{Span: time.Hour, Bytes: 1 << 30}, base + 3600*30*28},
		{"a span of few bytes", Options{Span: time.Hour, Bytes: 1 << 20}, base + least},
		{"a span of small pictures", Options{Span: time.Hour, Bytes: 100 << 20}, 100 << 20 / 100},
		{"a span of fewer pictures", Options{Span: time.Hour, Bytes: 1 << 30, Frames: 9000}, base + 3600*30*28},
		{"a span of more pictures", Options{Span: time.Hour, Bytes: 1 << 30, Frames: 180000}, base + 180000*28},
		{"a span of large pictures", Options{Span: time.Hour, Bytes: 1 << 29}, base + 3600*30*28},
		{"a span beyond reason", Options{Span: 1e6 * time.Hour}, base + least},
		{"a negative span", Options{Span: -time.Hour}, base + least},
		{"a short span of many bytes", Options{Span: time.Minute, Bytes: 1 << 30}, base + 60*30*28},
	} {
		if got := c.o.reserve(bytes.NewReader(nil)); got != c.want {
			t.Errorf("%s: %d bytes, want %d", c.name, got, c.want)
		}
		if got := c.o.reserve(file); got != c.want { // it is small
			t.Errorf("%s, of a file: %d bytes, want %d", c.name, got, c.want)
		}
	}
	large, err := os.Create(t.TempDir() + "/large")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = large.Close() }()
	if err := large.Truncate(1 << 26); err != nil {
		t.Fatal(err)
	}
	if got := (Options{}).reserve(large); got != base+1<<26/200 {
		t.Errorf("of a large file: %d bytes", got)
	}
	if got := (Options{Bytes: 1 << 30}).reserve(large); got != base+1<<30/200 {
		t.Errorf("of a large file that is told to be larger: %d bytes", got)
	}
}

// TestShort reads a recording that ends before its format is clear.
func TestShort(t *testing.T) {
	t.Parallel()
	data := []byte("\x00\x00\x01\xBA\x44\x00\x04\x00\x04\x01\x03\xAC\xD3\xF8\x00\x00\x01\xE0\x00\x36\x80\x80\x05\x21\x00\x01\x00\x01" +
		"\x00\x00\x00\x01\x67\x42\x00\x1E\xDA\x05\x0C\x48" + "\x00\x00\x00\x01\x68\xCE\x38\x80" + "\x00\x00\x00\x01\x65\x88\x84\x21" + "\x00\x00\x00\x01\x41\x9A\x24\x42")
	data[19] = byte(len(data) - 20)
	var dst mediatest.Memory
	r, err := Remux(&dst, bytes.NewReader(data), Options{})
	if err != nil || r.Frames != 2 || r.Width != 320 || !r.Clean() && len(r.Problems) != 1 {
		t.Errorf("%d pictures, %v, %s", r.Frames, err, r.Reason())
	}
}

// TestUnwantedSound reports nothing about unwanted sound.
func TestUnwantedSound(t *testing.T) {
	t.Parallel()
	for _, deaf := range []bool{false, true} {
		r := newReader(nil, Options{DropAudio: deaf})
		r.begun, r.demux = true, reading(baseline).demux
		r.audioID = 0xC0
		r.audio.reject(7)
		r.concludeAudio()
		if got := r.report.Audio; got != OtherAudio || (r.problems[OddAudio].Count == 0) != deaf {
			t.Errorf("deaf %v: %v, %+v", deaf, got, r.problems[OddAudio])
		}
	}
}
