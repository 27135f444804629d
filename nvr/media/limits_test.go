package media_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"example.com/hikgrab/nvr/media"
	"example.com/hikgrab/nvr/media/mediatest"
)

// TestMutations changes every byte of headers, completely and by one bit. The
// result must be a movie or a refusal, and never much larger than the input:
// one corrupt stamp must not turn into hours of silence.
func TestMutations(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		tape tape
	}{
		{"h264 alaw", with(plain("plain.h264"), func(r *tape) { r.audio, r.sound = 0x90, tone() })},
		{"h265 aac", with(plain("plain.h265"), func(r *tape) {
			r.audio, r.sound, r.soundStep = 0x0F, adts(testdata(t, "tone.aac")), 5760
		})},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := record(t, c.tape)
			data := f.data[:f.packs[14]]
			for _, at := range slices.Concat(headerBytes(f, 0, f.packs[2]), headerBytes(f, f.packs[12], f.packs[13])) {
				for _, v := range []byte{data[at] ^ 0xFF, data[at] ^ 1<<(at%8)} {
					b := bytes.Clone(data)
					b[at] = v
					var dst mediatest.Memory
					r, err := media.Remux(&dst, bytes.NewReader(b), media.Options{})
					var refusal *media.Refusal
					if err != nil && !errors.As(err, &refusal) {
						t.Fatalf("byte %d = %#x: %v", at, v, err)
					}
					if len(dst.B) > len(b)+100<<10 {
						t.Fatalf("byte %d = %#x: %d bytes became %d", at, v, len(b), len(dst.B))
					}
					if err != nil {
						continue
					}
					m, err := dst.Movie()
					if err != nil {
						t.Fatalf("byte %d = %#x: %v", at, v, err)
					}
					if n := len(m.Track("vide").Samples); n != r.Frames || n > 15 || n == 0 {
						t.Fatalf("byte %d = %#x: %d samples, %d frames", at, v, n, r.Frames)
					}
				}
			}
		})
	}
}

// headerBytes returns the offsets of headers between from and to: the first
// bytes after every start code of the program stream, and the IMKH header.
func headerBytes(f footage, from, to int) (list []int) {
	for at := from; at+4 < to; at++ {
		if at < 40 {
			list = append(list, at)
			continue
		}
		if bytes.HasPrefix(f.data[at:], []byte{0, 0, 1}) && f.data[at+3] >= 0xB9 {
			n := 20
			if f.data[at+3] == 0xBC {
				n = 48
			}
			for k := at; k < min(at+n, to); k++ {
				list = append(list, k)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// TestWork feeds input that makes careless parsers slow, in small pieces. If
// work were not proportional to the input, this would take hours.
func TestWork(t *testing.T) {
	t.Parallel()
	const size = 1 << 20
	head := []byte{0, 0, 1, 0xBA, 0x44, 0, 4, 0, 4, 1, 3, 0xAC, 0xD3, 0xF8}
	for _, c := range []struct {
		name string
		unit []byte
	}{
		{"zeros", []byte{0}},
		{"start codes", []byte{0, 0, 1}},
		{"bare packs", []byte{0, 0, 1, 0xBA}},
		{"packets without a length", []byte{0, 0, 1, 0xE0, 0, 0}},
		{"packets without a length or an end", append([]byte{0, 0, 1, 0xE0, 0, 0, 0x80, 0, 0}, make([]byte, size/2)...)},
		{"packets whose length is wrong", []byte{0, 0, 1, 0xE0, 0xFF, 0xFF, 0x80, 0, 0, 1}},
		{"private packets whose length is wrong", []byte{0, 0, 1, 0xBD, 0xFF, 0xFF, 0x80, 0, 0, 1}},
		{"empty units", []byte{0, 0, 1, 0xE0, 0, 12, 0x80, 0, 0, 0, 0, 1, 0, 0, 1, 0x65, 0x88, 0x80}},
		{"stamps that go back", append([]byte{0, 0, 1, 0xE0, 0, 17, 0x80, 0x80, 5, 0x21, 0, 1, 0, 1}, 0, 0, 0, 1, 0x41, 0x9A, 7, 7, 7)},
		{"audio that never is a frame", append([]byte{0, 0, 1, 0xC0, 0xFF, 0x00, 0x80, 0, 0}, bytes.Repeat([]byte{0xFF}, 0xFF00-3)...)},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			data := append(bytes.Clone(head), bytes.Repeat(c.unit, size/len(c.unit)+1)...)
			var s media.Scanner
			for piece := range slices.Chunk(data, 100) {
				_, _ = s.Write(piece)
			}
			want, err := scanned(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			sameReport(t, s.Report(), want)
			if want.Clean() {
				t.Error("a stream without a picture is clean")
			}
		})
	}
}

func TestIndexBehind(t *testing.T) {
	t.Parallel()
	f := record(t, with(plain("plain.h264"), func(r *tape) {
		r.repeat = 60
		r.at = func(i int, t int64) int64 { return t + int64(i*i%7)*313 }
	}))
	var dst mediatest.Memory
	r, err := media.Remux(&dst, bytes.NewReader(f.data), media.Options{Frames: 1})
	if err != nil {
		t.Fatal(err)
	}
	m, err := dst.Movie()
	if err != nil {
		t.Fatal(err)
	}
	if m.Front {
		t.Error("an index that cannot fit stands in front")
	}
	checkVideo(t, trial{}, f, m, r)
	dst = mediatest.Memory{}
	if r, err = media.Remux(&dst, bytes.NewReader(f.data), media.Options{Frames: r.Frames}); err != nil {
		t.Fatal(err)
	}
	if m, err = dst.Movie(); err != nil || !m.Front {
		t.Errorf("with the number of frames known: %v, %v", m.Front, err)
	}
}

// TestErrors passes on the errors of both ends.
func TestErrors(t *testing.T) {
	t.Parallel()
	broken := errors.New("broken")
	f := record(t, plain("plain.h264"))
	src := io.MultiReader(bytes.NewReader(f.data[:9000]), iotest.ErrReader(broken))
	if _, err := media.Remux(&mediatest.Memory{}, src, media.Options{}); !errors.Is(err, broken) || !strings.Contains(err.Error(), "read") {
		t.Errorf("reading: %v", err)
	}
	for _, after := range []int{0, 1, 2, 3, 4} {
		dst := &full{left: after, err: broken}
		if _, err := media.Remux(dst, bytes.NewReader(f.data), media.Options{}); dst.hit && !errors.Is(err, broken) {
			t.Errorf("writing, call %d: %v", after, err)
		}
	}
	var s media.Scanner
	s.Report()
	if _, err := s.Write(f.data); !errors.Is(err, media.ErrReported) {
		t.Errorf("after the report: %v", err)
	}
}

// full is a disk that fails after some calls.
type full struct {
	mediatest.Memory
	left int
	err  error
	hit  bool
}

func (f *full) fail() bool {
	f.left--
	f.hit = f.hit || f.left < 0
	return f.left < 0
}

func (f *full) Write(p []byte) (int, error) {
	if f.fail() {
		return 0, f.err
	}
	return f.Memory.Write(p)
}

func (f *full) Seek(offset int64, whence int) (int64, error) {
	if f.fail() {
		return 0, f.err
	}
	return f.Memory.Seek(offset, whence)
}

// TestHugeFrame refuses a frame that no camera sends instead of filling the
// memory.
func TestHugeFrame(t *testing.T) {
	t.Parallel()
	f := record(t, plain("plain.h264"))
	var packet []byte
	packet = append(packet, 0, 0, 1, 0xE0)
	packet = binary.BigEndian.AppendUint16(packet, 60003)
	packet = append(packet, 0x80, 0, 0)
	packet = append(packet, bytes.Repeat([]byte{0xA5}, 60000)...)
	data := slices.Concat(f.data[:f.packs[1]], bytes.Repeat(packet, 120), f.data[f.packs[1]:])
	_, err := media.Remux(&mediatest.Memory{}, bytes.NewReader(data), media.Options{})
	var refusal *media.Refusal
	if !errors.As(err, &refusal) || refusal.Kind != media.HugeFrame {
		t.Errorf("%v, want a refusal of a huge frame", err)
	}
	if r := scan(t, data); r.Unfit == nil || r.Unfit.Kind != media.HugeFrame {
		t.Errorf("the scan says %v", r.Unfit)
	}
}
