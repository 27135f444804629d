package media_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"example.com/hikgrab/nvr/media"
	"example.com/hikgrab/nvr/media/mediatest"
)

// TestProgramStreamOfFFmpeg reads a program stream that another muxer made:
// packets of 2 kB that begin anywhere, several pictures in one, MPEG-1 layer 2.
func TestProgramStreamOfFFmpeg(t *testing.T) {
	t.Parallel()
	var dst mediatest.Memory
	r, err := media.Remux(&dst, bytes.NewReader(testdata(t, "vob.mpg")), media.Options{})
	if err != nil {
		t.Fatal(err)
	}
	m, err := dst.Movie()
	if err != nil {
		t.Fatal(err)
	}
	v, a := m.Track("vide"), m.Track("soun")
	if r.Frames != 50 || r.KeyFrames != 5 || r.FPS != 25 || len(v.Samples) != 50 || len(a.Samples) != 56 {
		t.Fatalf("%d and %d samples, %+v", len(v.Samples), len(a.Samples), r)
	}
	for i, s := range v.Samples {
		if s.PTS != int64(i)*3600 || s.Key != (i%12 == 0) {
			t.Errorf("picture %d at %d, key %v", i, s.PTS, s.Key)
		}
	}
	var sound []byte
	for i, s := range a.Samples {
		if sound = append(sound, s.Data...); s.DTS != int64(i)*1152 {
			t.Errorf("audio frame %d at %d", i, s.DTS)
		}
	}
	if !bytes.Equal(sound, testdata(t, "tone.mp2")) {
		t.Error("audio differs")
	}
}

// TestAgainstFFmpeg has ffmpeg decode what Remux wrote and compares with what
// it decodes from the source. The other tests do not need ffmpeg.
func TestAgainstFFmpeg(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		t.Log("ffmpeg is not installed: the box reader's checks stand alone")
		return
	}
	for _, c := range []struct {
		name string
		tape tape
	}{
		{"h264 alaw", with(plain("plain.h264"), func(r *tape) { r.audio, r.sound = 0x90, tone() })},
		{"h265 gap", with(plain("plain.h265"), func(r *tape) {
			r.at = func(i int, t int64) int64 {
				if i > 30 {
					t += 600 * 90000
				}
				return t
			}
		})},
		{"B-frames aac", with(plain("bframes.h264"), func(r *tape) {
			r.reorder, r.audio, r.sound, r.soundStep = true, 0x0F, adts(testdata(t, "tone.aac")), 5760
		})},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f := record(t, c.tape)
			path := filepath.Join(t.TempDir(), "out.mp4")
			file, err := os.Create(path)
			if err != nil {
				t.Fatal(err)
			}
			_, err = media.Remux(file, bytes.NewReader(f.data), media.Options{})
			if err := file.Close(); err != nil {
				t.Fatal(err)
			}
			if err != nil {
				t.Fatal(err)
			}
			source := filepath.Join("testdata", c.tape.source)
			want := mediatest.Column(mediatest.Run(t, "ffmpeg", "-v", "error", "-i", source, "-fps_mode", "passthrough", "-f", "framemd5", "-"), 5)
			decoded := mediatest.Run(t, "ffmpeg", "-v", "error", "-i", path, "-map", "0:v", "-fps_mode", "passthrough", "-f", "framemd5", "-")
			got := mediatest.Column(decoded, 5)
			last := -1
			for _, shown := range mediatest.Column(decoded, 2) {
				at, err := strconv.Atoi(shown)
				if err != nil || at <= last {
					t.Errorf("a picture is shown at %s, behind one at %d", shown, last)
				}
				last = at
			}
			if len(got) != len(f.pictures) || strings.Join(got, "\n") != strings.Join(want, "\n") {
				t.Errorf("ffmpeg decodes %d pictures, %d from the source, or others", len(got), len(want))
			}
			var times []string
			var first int64 = 1 << 60
			for _, p := range f.pictures {
				first = min(first, p.PTS)
			}
			for _, p := range f.pictures {
				times = append(times, fmt.Sprint(p.PTS-first))
			}
			seen := mediatest.Column(mediatest.Run(t, "ffprobe", "-v", "error", "-select_streams", "v", "-show_entries", "packet=pts", "-of", "csv", path), 1)
			if strings.Join(seen, " ") != strings.Join(times, " ") {
				t.Errorf("ffprobe sees the times\n%v, want\n%v", seen, times)
			}
			if c.tape.audio != 0x90 {
				return
			}
			pcm := mediatest.Run(t, "ffmpeg", "-v", "error", "-i", path, "-map", "0:a", "-c", "copy", "-f", "alaw", "-")
			if !bytes.Equal(pcm, bytes.Join(f.sound, nil)) {
				t.Errorf("%d bytes of audio differ from the %d of the source", len(pcm), len(f.sound)*320)
			}
			heard := mediatest.Column(mediatest.Run(t, "ffprobe", "-v", "error", "-select_streams", "a", "-show_entries", "packet=pts", "-of", "csv", path), 1)
			for i, at := range f.soundAt {
				if i >= len(heard) || heard[i] != fmt.Sprint(at*8000/90000) {
					t.Fatalf("ffprobe hears packet %d of %d at %v, want %d", i, len(heard), heard[min(i, len(heard)-1)], at*8000/90000)
				}
			}
		})
	}
}
