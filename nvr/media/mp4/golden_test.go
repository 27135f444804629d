package mp4_test

import (
	"bytes"
	"encoding/hex"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"example.com/hikgrab/nvr/media/es"
	"example.com/hikgrab/nvr/media/mediatest"
	"example.com/hikgrab/nvr/media/mp4"
)

var update = flag.Bool("update", false, "write the golden files anew")

// drawn is a file of three pictures and two packets of sound.
type drawn struct {
	name    string
	video   mp4.Entry
	shifts  [3]int64
	allKeys bool
	last    int64
	sound   mp4.Entry
	rate    int
	delay   int64
}

func drawings() []drawn {
	sets := es.ParameterSets{
		VPS: [][]byte{{0x40, 1, 0xAA}}, SPS: [][]byte{{0x67, 122, 7, 30, 1, 2, 3}}, PPS: [][]byte{{0x68, 4, 5}, {0x68, 6}},
	}
	avc := es.SPS{Codec: es.H264, Width: 1280, Height: 720, Profile: 122, ChromaFormat: 2, LumaDepth: 10, ChromaDepth: 9}
	baseline := avc
	baseline.Profile = 66
	hevc := es.SPS{Codec: es.H265, Width: 1280, Height: 720, ChromaFormat: 2, LumaDepth: 10, ChromaDepth: 9, SubLayers: 3}
	for i := range hevc.General {
		hevc.General[i] = byte(0xA0 + i)
	}
	nested := hevc
	nested.Nested = true
	aac := es.AudioFrame{AAC: true, Rate: 16000, Channels: 2, Config: [2]byte{0x14, 0x10}}
	return []drawn{
		{"avc-aac", mp4.AVC(avc, sets), [3]int64{3600, 7200, 0}, false, 3600, mp4.Sound(aac), 16000, 900},
		{"avc-alaw", mp4.AVC(baseline, sets), [3]int64{}, true, 1800, mp4.G711("alaw", 96000, 1), 96000, 0},
		{"hevc-mpeg1", mp4.HEVC(hevc, sets), [3]int64{}, false, 3600, mp4.Sound(es.AudioFrame{Rate: 44100, Channels: 1}), 44100, 0},
		{"hevc-mpeg2", mp4.HEVC(nested, sets), [3]int64{}, false, 1 << 32, mp4.Sound(es.AudioFrame{Version2: true, Rate: 22050, Channels: 2}), 22050, 0},
	}
}

// draw writes a drawing into a file that keeps reserve bytes for the index.
func draw(t *testing.T, d drawn, reserve int64) (b []byte, front bool) {
	t.Helper()
	var dst mediatest.Memory
	w, err := mp4.New(&dst, reserve)
	if err != nil {
		t.Fatal(err)
	}
	v, a := w.Video(), w.Audio(d.rate)
	v.Entry, v.Width, v.Height, v.Last = d.video, 1280, 720, d.last
	a.Entry, a.Last, a.Delay = d.sound, 320, d.delay
	for i, shift := range d.shifts {
		if err := v.Write(bytes.Repeat([]byte{byte(i)}, 10+i), i == 0 || d.allKeys); err != nil {
			t.Fatal(err)
		}
		v.Time(int64(i)*3600, shift)
		if i < 2 {
			if err := a.Write([]byte("sound"), true); err != nil {
				t.Fatal(err)
			}
			a.Time(int64(i)*320, 0)
		}
	}
	decoded, shown := v.First()
	v.Start = shown - decoded
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return dst.B, bytes.Index(dst.B, []byte("moov")) < bytes.Index(dst.B, []byte("mdat"))
}

// TestGolden compares whole files byte by byte, because reading a field back
// does not show how players interpret it. The files were checked with ffprobe,
// and other readers agree on every sample.
func TestGolden(t *testing.T) {
	t.Parallel()
	for _, d := range drawings() {
		b, front := draw(t, d, 8)
		if front {
			t.Errorf("%s: an index in 8 bytes", d.name)
		}
		got := hex.Dump(b)
		path := filepath.Join("testdata", d.name+".hex")
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != string(bytes.ReplaceAll(want, []byte("\r\n"), []byte("\n"))) {
			t.Errorf("%s: other bytes than in %s:\n%s", d.name, path, got)
		}
		if d.last > 1<<32-1 {
			continue // no table can express that
		}
		m, err := mediatest.ReadMovie(bytes.NewReader(b), int64(len(b)))
		if err == nil {
			err = m.Compare(b)
		}
		if err != nil {
			t.Errorf("%s: %v", d.name, err)
		}
	}
}

// TestRoom puts the index at the front if it fits, to the byte: the rest must
// hold a box header, or be empty.
func TestRoom(t *testing.T) {
	t.Parallel()
	d := drawings()[0]
	b, _ := draw(t, d, 8)
	index := int64(len(b) - bytes.Index(b, []byte("moov")) + 4)
	for more := int64(-9); more <= 17; more++ {
		b, front := draw(t, d, index+more)
		if want := more == 0 || more >= 8; front != want {
			t.Errorf("%d bytes more than needed: in front: %v", more, front)
		}
		m, err := read(b)
		if err != nil || m.Video.Samples != 3 || m.Sound.Samples != 2 {
			t.Errorf("%d bytes more than needed: %+v, %v", more, m, err)
			continue
		}
		c := m.Video.Cursor()
		for i := 0; c.Next(); i++ {
			if s := b[c.Offset : c.Offset+int64(c.Size)]; !bytes.Equal(s, bytes.Repeat([]byte{byte(i)}, 10+i)) {
				t.Errorf("%d bytes more than needed: picture %d is % x", more, i, s)
			}
		}
	}
}
