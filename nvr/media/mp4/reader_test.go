package mp4_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"testing"

	"pgregory.net/rapid"

	"example.com/hikgrab/nvr/media/es"
	"example.com/hikgrab/nvr/media/mediatest"
	"example.com/hikgrab/nvr/media/mp4"
)

// sample is a sample to write.
type sample struct {
	data      []byte
	key       bool
	at, shift int64
}

// entry returns an entry for H.264 video.
func entry() mp4.Entry {
	sets := es.ParameterSets{SPS: [][]byte{{0x67, 66, 0, 30, 1, 2, 3}}, PPS: [][]byte{{0x68, 4, 5}}}
	return mp4.AVC(es.SPS{Codec: es.H264, Width: 64, Height: 48, Profile: 66}, sets)
}

// small makes an MP4 of twelve pictures, two of them key frames, with sound.
func small(t testing.TB) []byte {
	t.Helper()
	var pictures, sounds []sample
	for i := range 12 {
		pictures = append(pictures, sample{bytes.Repeat([]byte{byte(i)}, 100+i), i%6 == 0, int64(i) * 3600, 0})
		sounds = append(sounds, sample{bytes.Repeat([]byte{byte(100 + i)}, 320), true, int64(i) * 320, 0})
	}
	return file(t, pictures, sounds, 0)
}

// file writes an MP4.
func file(t testing.TB, pictures, sounds []sample, delay int64) []byte {
	t.Helper()
	var dst mediatest.Memory
	w, err := mp4.New(&dst, 16<<10)
	if err != nil {
		t.Fatal(err)
	}
	v := w.Video()
	v.Entry, v.Width, v.Height, v.Last = entry(), 64, 48, 3600
	a := w.Audio(8000)
	a.Entry, a.Last, a.Delay = mp4.G711("alaw", 8000, 1), 320, delay
	for i := range max(len(pictures), len(sounds)) {
		if i < len(pictures) {
			p := pictures[i]
			if err := v.Write(p.data, p.key); err != nil {
				t.Fatal(err)
			}
			v.Time(p.at, p.shift)
		}
		if i < len(sounds) {
			if err := a.Write(sounds[i].data, true); err != nil {
				t.Fatal(err)
			}
			a.Time(sounds[i].at, 0)
		}
	}
	decoded, shown := v.First()
	v.Start = shown - decoded
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return dst.B
}

func read(b []byte) (*mp4.Movie, error) {
	return mp4.Read(bytes.NewReader(b), int64(len(b)))
}

// TestReadWhatIsWritten reads back everything that was written.
func TestReadWhatIsWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		draw := func(least int, limit int64) []sample {
			var list []sample
			at := int64(0)
			for range rapid.IntRange(least, 90).Draw(r, "samples") {
				list = append(list, sample{
					data: bytes.Repeat([]byte{byte(len(list))}, rapid.IntRange(0, 60).Draw(r, "size")),
					key:  rapid.Bool().Draw(r, "key"), at: at, shift: rapid.Int64Range(0, limit).Draw(r, "shift"),
				})
				at += rapid.SampledFrom([]int64{1, 320, 320, 320, 3600, 1 << 31}).Draw(r, "step")
			}
			return list
		}
		pictures, sounds := draw(1, 9000), draw(0, 0)
		delay := rapid.Int64Range(0, 80000).Draw(r, "delay")
		b := file(t, pictures, sounds, delay)
		m, err := read(b)
		if err != nil {
			r.Fatal(err)
		}
		begin := pictures[0].shift
		for _, p := range pictures {
			begin = min(begin, p.at+p.shift)
		}
		v := m.Video
		if v.Begin != begin || v.Start != begin || v.Width != 64 || v.Height != 48 || v.Timescale != 90000 || !bytes.Equal(v.Entry, entry()) {
			r.Errorf("the video begins at %d of %d, want %d: %+v", v.Begin, v.Start, begin, v)
		}
		same(r, b, v, pictures, true)
		if len(sounds) == 0 {
			if m.Sound != nil {
				r.Error("there is sound")
			}
			return
		}
		if got := mp4.Rescale(m.Sound.Delay, m.Timescale, 8000, mp4.Down); got != delay {
			r.Errorf("the sound begins at %d, want %d", got, delay)
		}
		same(r, b, m.Sound, sounds, false)
	})
}

// same compares a stream with what was written.
func same(t rapid.TB, b []byte, s *mp4.Stream, want []sample, video bool) {
	i, total := 0, int64(0)
	for c := s.Cursor(); c.Next(); i++ {
		if i == len(want) {
			t.Fatalf("more than %d samples", i)
		}
		w := want[i]
		if !bytes.Equal(b[c.Offset:][:c.Size], w.data) || c.At != w.at || c.Shift != w.shift || c.Key != (w.key || !video) {
			t.Fatalf("sample %d: %+v, want %+v", i, c.Sample, w)
		}
		total += int64(c.Size)
		if i+1 < len(want) && c.Length != want[i+1].at-w.at {
			t.Fatalf("sample %d lasts %d", i, c.Length)
		}
	}
	if i != len(want) || s.Samples != i || s.Bytes != total {
		t.Fatalf("%d samples, want %d: %+v", i, len(want), s)
	}
}

// TestReadErrors returns the error of the file, not a refusal.
func TestReadErrors(t *testing.T) {
	t.Parallel()
	b := small(t)
	broken := errors.New("broken")
	for behind := range 1000 {
		src := &failing{bytes.NewReader(b), int64(behind), broken, false}
		if _, err := mp4.Read(src, int64(len(b))); src.failed != errors.Is(err, broken) || !src.failed && err != nil {
			t.Fatalf("behind %d: %v", behind, err)
		}
	}
	// A file that is shorter than announced has changed meanwhile.
	if _, err := mp4.Read(bytes.NewReader(b[:100]), int64(len(b))); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error(err)
	}
}

// failing fails on reads past an offset.
type failing struct {
	io.ReaderAt
	behind int64
	err    error
	failed bool
}

func (f *failing) ReadAt(b []byte, at int64) (int, error) {
	if at+int64(len(b)) > f.behind {
		f.failed = true
		return 0, f.err
	}
	return f.ReaderAt.ReadAt(b, at)
}

// TestRotation rotates pictures within their own area.
func TestRotation(t *testing.T) {
	t.Parallel()
	for _, rotation := range []es.Rotation{{}, {B: -1, C: 1}, {A: -1, D: -1}, {B: 1, C: -1}, {A: -1, D: 1}} {
		var dst mediatest.Memory
		w, err := mp4.New(&dst, 4096)
		if err != nil {
			t.Fatal(err)
		}
		v := w.Video()
		v.Entry, v.Width, v.Height, v.Last, v.Rotation = entry(), 320, 180, 1, rotation
		err = v.Write([]byte("picture"), true)
		v.Time(0, 0)
		if closed := w.Close(); err != nil || closed != nil {
			t.Fatal(err, closed)
		}
		m, err := mp4.Read(bytes.NewReader(dst.B), int64(len(dst.B)))
		if err != nil || m.Video.Rotation != rotation {
			t.Errorf("%+v is read as %+v, %v", rotation, m, err)
		}
		at := bytes.Index(dst.B, []byte("tkhd")) + 4 + 40
		field := func(n int) int { return int(int32(binary.BigEndian.Uint32(dst.B[at+4*n:]))) >> 16 }
		for _, corner := range [][2]int{{0, 0}, {320, 0}, {0, 180}, {320, 180}} {
			x, y := field(0)*corner[0]+field(3)*corner[1]+field(6), field(1)*corner[0]+field(4)*corner[1]+field(7)
			if x < 0 || y < 0 {
				t.Errorf("%+v has a corner at %d, %d", rotation, x, y)
			}
		}
	}
}
