package simulator

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"image/jpeg"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// drawRecording draws all kinds of recordings.
func drawRecording(t *rapid.T) (Channel, Recording) {
	ch := Channel{
		Number: rapid.IntRange(1, 64).Draw(t, "channel"),
		Codec:  Codec(rapid.IntRange(0, 1).Draw(t, "codec")),
		Audio:  rapid.Bool().Draw(t, "audio"),
	}
	seconds := rapid.IntRange(0, 20000).Draw(t, "seconds")
	r := Recording{Start: day, End: day.Add(time.Duration(seconds) * time.Second), Name: "n"}
	r.Size = rapid.OneOf(rapid.Int64Range(1, 300), rapid.Int64Range(1, 200_000), rapid.Int64Range(1, 3<<20)).Draw(t, "size")
	return ch, r
}

func read(t interface{ Fatal(...any) }, r io.Reader) []byte {
	b, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestContentHasItsSizeAndIsMadeOfPackets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ch, r := drawRecording(t)
		b := read(t, footage(ch, r, r.Size, false))
		if int64(len(b)) != r.Size {
			t.Fatalf("%d bytes, want %d", len(b), r.Size)
		}
		if len(b) < 40+minPadding {
			return
		}
		if !bytes.HasPrefix(b, []byte("IMKH")) {
			t.Fatalf("starts with % x", b[:4])
		}
		if _, err := walk(b[40:]); err != nil {
			t.Fatalf("%v in %+v of %+v", err, r, ch)
		}
	})
}

// stream is the result of walk.
type stream struct {
	packs, maps, pictures, sounds int
	first, last                   int64 // timestamps of pictures
	numbers                       []uint32
}

// walk reads a program stream packet by packet, to its end.
func walk(b []byte) (s stream, err error) {
	for at := 0; at < len(b); {
		p := b[at:]
		if len(p) < 6 || p[0] != 0 || p[1] != 0 || p[2] != 1 {
			return s, fmt.Errorf("no start code at %d of %d: % x", at, len(b), p[:min(len(p), 8)])
		}
		size := 6 + int(binary.BigEndian.Uint16(p[4:]))
		switch p[3] {
		case 0xBA:
			s.packs++
			s.numbers = append(s.numbers, binary.BigEndian.Uint32(p[16:]))
			size = 14 + int(p[13]&7)
		case 0xBC:
			s.maps++
			if mpegCRC(p[:size]) != 0 {
				return s, fmt.Errorf("checksum of the map at %d", at)
			}
		case videoStream, audioStream:
			if p[7]&0x80 == 0 {
				break
			}
			pts := int64(p[9]&0x0E)<<29 | int64(p[10])<<22 | int64(p[11]&0xFE)<<14 | int64(p[12])<<7 | int64(p[13])>>1
			if p[3] == audioStream {
				s.sounds++
				break
			}
			if s.pictures == 0 {
				s.first = pts
			}
			s.last = pts
			s.pictures++
		}
		if size > len(p) {
			return s, fmt.Errorf("packet %x at %d is cut off", p[3], at)
		}
		at += size
	}
	return s, nil
}

func TestContentFromAnOffsetIsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ch, r := drawRecording(t)
		whole := read(t, footage(ch, r, r.Size, false))
		c := footage(ch, r, r.Size, false)
		for range 4 {
			from := rapid.Int64Range(0, r.Size).Draw(t, "offset")
			if _, err := c.Seek(from, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			n := rapid.IntRange(0, 100_000).Draw(t, "length")
			got := read(t, io.LimitReader(c, int64(n)))
			if want := whole[from:min(from+int64(n), r.Size)]; !bytes.Equal(got, want) {
				t.Fatalf("%d bytes from %d differ", n, from)
			}
		}
	})
}

func TestContentLastsAsLongAsTheRecording(t *testing.T) {
	for _, test := range []struct {
		ch       Channel
		duration time.Duration
		size     int64
		sound    bool
	}{
		{Channel{}, 15 * time.Minute, 1 << 20, false},
		{Channel{Audio: true}, 15 * time.Minute, 1 << 20, false}, // no room for sound
		{Channel{Audio: true}, 15 * time.Minute, 9 << 20, true},
		{Channel{Audio: true, Codec: H265}, time.Minute, 8 << 20, true},
		{Channel{Codec: H265}, 10 * time.Second, 18 << 20, false},
		{Channel{Audio: true}, 10 * time.Minute, 6 << 20, true},
	} {
		r := Recording{Start: day, End: day.Add(test.duration), Size: test.size}
		s, err := walk(read(t, footage(test.ch, r, r.Size, true)))
		if err != nil {
			t.Fatal(err)
		}
		if (s.sounds > 0) != test.sound {
			t.Errorf("%s of %d bytes: sound %d", test.duration, test.size, s.sounds)
		}
		interval := (s.last - s.first) / int64(s.pictures-1)
		got := time.Duration(s.last-s.first+interval) * time.Second / clockRate
		if off := (got - test.duration).Abs(); off > max(50*time.Millisecond, 2*time.Duration(interval)*time.Second/clockRate) {
			t.Errorf("%s of %d bytes lasts %s", test.duration, test.size, got)
		}
		for i, n := range s.numbers {
			if n != s.numbers[0]+uint32(i) {
				t.Fatalf("picture %d has number %d after %d", i, n, s.numbers[0])
			}
		}
	}
}

func TestPhotosArePictures(t *testing.T) {
	for _, size := range []int64{20_000, 100_000, 300_001} {
		r := Recording{Start: day, Size: size, Name: "p"}
		b := read(t, photo(r, size))
		if int64(len(b)) != size {
			t.Errorf("%d bytes, want %d", len(b), size)
		}
		if _, err := jpeg.Decode(bytes.NewReader(b)); err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
	}
}

func TestGrowingRecordingIsItsOwnPrefix(t *testing.T) {
	now := day.Add(10 * time.Minute)
	rec := New(Config{Now: func() time.Time { return now }, Channels: []Channel{{
		Recordings: []Recording{{Start: day, End: day.Add(15 * time.Minute), Size: 900_000, Growing: true, Name: "g"}},
	}}})
	young := read(t, rec.Content(101, "g"))
	if len(young) != 600_000 {
		t.Errorf("after two thirds: %d bytes", len(young))
	}
	if got := rec.Recordings(101)[0]; !got.End.Equal(now) || got.Size != 600_000 {
		t.Errorf("found as %+v", got)
	}
	now = now.Add(time.Hour)
	old := read(t, rec.Content(101, "g"))
	if len(old) != 900_000 || !bytes.HasPrefix(old, young) {
		t.Errorf("complete: %d bytes, prefix %t", len(old), bytes.HasPrefix(old, young))
	}
}

// TestFFmpegPlaysContent checks content with ffmpeg, if it is installed.
func TestFFmpegPlaysContent(t *testing.T) {
	for _, tool := range []string{"ffprobe", "ffmpeg"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Logf("%s is not installed: the structure alone was tested", tool)
			return
		}
	}
	for _, test := range []struct {
		ch    Channel
		codec string
	}{{Channel{Codec: H264, Audio: true}, "h264"}, {Channel{Codec: H265}, "hevc"}} {
		r := Recording{Start: day, End: day.Add(20 * time.Second), Size: 1<<20 + 7, Name: "f"}
		path := filepath.Join(t.TempDir(), "f.ps")
		if err := os.WriteFile(path, read(t, footage(test.ch, r, r.Size, false)), 0o600); err != nil {
			t.Fatal(err)
		}
		out, err := exec.CommandContext(t.Context(), "ffprobe", "-v", "error", "-count_packets", "-of", "json",
			"-show_entries", "stream=codec_name,nb_read_packets:format=duration", path).CombinedOutput()
		var got struct {
			Streams []struct {
				Codec   string `json:"codec_name"`
				Packets string `json:"nb_read_packets"`
			}
			Format struct{ Duration string }
		}
		if err != nil || json.Unmarshal(out, &got) != nil {
			t.Fatalf("ffprobe: %v\n%s", err, out)
		}
		seconds, _ := strconv.ParseFloat(got.Format.Duration, 64)
		if math.Abs(seconds-20) > 0.1 || got.Streams[0].Codec != test.codec || got.Streams[0].Packets != "500" {
			t.Errorf("%s: %s", test.codec, out)
		}
		if test.ch.Audio && (len(got.Streams) < 2 || got.Streams[1].Codec != "pcm_alaw") {
			t.Errorf("no sound: %s", out)
		}
		if out, err := exec.CommandContext(t.Context(), "ffmpeg", "-v", "warning", "-i", path, "-f", "null", "-").CombinedOutput(); err != nil || len(out) > 0 {
			t.Errorf("ffmpeg: %v\n%s", err, out)
		}
	}
}

func BenchmarkContent(b *testing.B) {
	r := Recording{Start: day, End: day.Add(time.Hour), Size: 1 << 30}
	c := footage(Channel{Audio: true}, r, r.Size, false)
	buf := make([]byte, 256<<10)
	b.SetBytes(int64(len(buf)))
	for b.Loop() {
		if _, err := c.Read(buf); err != nil {
			_, _ = c.Seek(0, io.SeekStart)
		}
	}
}
