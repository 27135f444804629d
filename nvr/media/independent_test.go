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

// TestProgramStreamOfFFmpeg reads a program stream from another muxer: packets
// of 2 kB that begin anywhere, several pictures in one, MPEG-1 layer 2.
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

// TestAgainstFFmpeg decodes the output of Remux with ffmpeg and compares it
// with the decoded source. The other tests do not need ffmpeg.
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

// TestAgainstGStreamer reads the output of Remux with GStreamer: all of the
// sound, to the byte, and the same pictures as ffmpeg.
func TestAgainstGStreamer(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"gst-launch-1.0", "gst-inspect-1.0", "ffmpeg"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Skip(program + " is not installed")
		}
	}
	g711 := func(law byte) func(*tape) { return func(r *tape) { r.audio, r.sound = law, tone() } }
	for _, c := range []struct {
		name   string
		tape   tape
		decode string
		header int // bytes of each frame of sound that MP4 omits
	}{
		{"h264 alaw", with(plain("plain.h264"), g711(0x90)), "h264parse ! avdec_h264", 0},
		{"h265 ulaw", with(plain("plain.h265"), g711(0x91)), "h265parse ! avdec_h265", 0},
		{"h264 aac", with(plain("plain.h264"), func(r *tape) {
			r.audio, r.sound, r.soundStep = 0x0F, adts(testdata(t, "tone.aac")), 5760
		}), "h264parse ! avdec_h264", 7},
		{"B-frames", with(plain("bframes.h264"), func(r *tape) { r.reorder = true }), "h264parse ! avdec_h264", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for element := range strings.SplitSeq("qtdemux ! "+c.decode, " ! ") {
				if exec.CommandContext(t.Context(), "gst-inspect-1.0", "--exists", element).Run() != nil {
					t.Skip("GStreamer has no " + element)
				}
			}
			f := record(t, c.tape)
			var dst mediatest.Memory
			if _, err := media.Remux(&dst, bytes.NewReader(f.data), media.Options{}); err != nil {
				t.Fatal(err)
			}
			path := filepath.Join(t.TempDir(), "out.mp4")
			if err := os.WriteFile(path, dst.B, 0o600); err != nil {
				t.Fatal(err)
			}
			through := func(pipeline string) []byte {
				to := filepath.Join(t.TempDir(), "out")
				args := "-q filesrc location=" + path + " ! qtdemux name=d d." + pipeline + " ! filesink location=" + to
				mediatest.Run(t, "gst-launch-1.0", strings.Fields(args)...)
				b, err := os.ReadFile(to)
				if err != nil {
					t.Fatal(err)
				}
				return b
			}
			want := mediatest.Run(t, "ffmpeg", "-v", "error", "-i", path, "-map", "0:v", "-fps_mode", "passthrough", "-pix_fmt", "yuv420p", "-f", "rawvideo", "-")
			const frame = 320 * 180 * 3 / 2
			if got := through("video_0 ! queue ! " + c.decode); !bytes.Equal(got, want) || len(got) != len(f.pictures)*frame {
				t.Errorf("GStreamer decodes %d pictures of %d, or others than ffmpeg", len(got)/frame, len(f.pictures))
			}
			if len(f.sound) == 0 {
				return
			}
			var sound []byte
			for _, p := range f.sound {
				sound = append(sound, p[c.header:]...)
			}
			if got := through("audio_0 ! queue"); !bytes.Equal(got, sound) {
				t.Errorf("GStreamer reads %d bytes of sound, want %d", len(got), len(sound))
			}
		})
	}
}
