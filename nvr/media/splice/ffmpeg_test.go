package splice_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/hikgrab/nvr/media/mediatest"
	"example.com/hikgrab/nvr/media/splice"
)

// installed reports whether ffmpeg and ffprobe are installed. The other tests
// do not need them.
func installed(t *testing.T) bool {
	t.Helper()
	for _, name := range []string{"ffmpeg", "ffprobe"} {
		if _, err := exec.LookPath(name); err != nil {
			t.Log(name, "is not installed: the box reader's checks stand alone")
			return false
		}
	}
	return true
}

// decoded returns ffmpeg's checksum of every picture in a file.
func decoded(t *testing.T, path string) []string {
	t.Helper()
	return mediatest.Column(mediatest.Run(t, "ffmpeg", "-v", "error", "-threads", "1", "-i", path, "-map", "0:v", "-fps_mode", "passthrough", "-f", "framemd5", "-"), 5)
}

// probed returns the times of a file's packets from ffprobe, sorted.
func probed(t *testing.T, path, stream string) []string {
	t.Helper()
	return mediatest.Column(mediatest.Run(t, "ffprobe", "-v", "error", "-select_streams", stream, "-show_entries", "packet=pts", "-of", "csv", path), 1)
}

func save(t *testing.T, name string, b []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// annexB returns pictures as an elementary stream.
func (c *camera) annexB(s span) []byte {
	var b []byte
	for _, p := range c.pictures[s.first:s.last] {
		for d := p.data; len(d) > 0; {
			n := 4 + int(binary.BigEndian.Uint32(d))
			b = append(append(b, 0, 0, 0, 1), d[4:n]...)
			d = d[n:]
		}
	}
	return b
}

// TestFFmpegReadsUs decodes joined and cut files with ffmpeg, and compares them
// with the camera's own stream, decoded.
func TestFFmpegReadsUs(t *testing.T) {
	t.Parallel()
	if !installed(t) {
		return
	}
	for _, c := range []struct {
		name  string
		lens  lens
		files []span
		w     splice.Span
		want  span
	}{
		{"h264 alaw", lens{source: "plain.h264", frames: 96, sound: "alaw"}, []span{{0, 60}, {48, 96}}, splice.Span{}, span{0, 96}},
		{"h265 aac", lens{source: "plain.h265", frames: 96, sound: "aac"}, []span{{0, 48}, {48, 96}}, splice.Span{From: noon.Add(time.Second)}, span{24, 96}},
		{"h264 mp2 B-frames", lens{source: "bframes.h264", frames: 100, reorder: true, sound: "mp2"}, []span{{0, 50}, {50, 100}}, splice.Span{From: noon.Add(time.Second), To: noon.Add(3 * time.Second)}, span{25, 75}},
		{"gap", lens{source: "plain.h264", frames: 96, at: func(i int, t int64) int64 { return t + int64(i/48)*600*clock }}, []span{{0, 48}, {48, 96}}, splice.Span{}, span{0, 96}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cam := see(t, c.lens)
			list, _ := splices(t, cam.files(t, c.files...), c.w)
			if len(list) != 1 {
				t.Fatalf("%d files", len(list))
			}
			path := save(t, "out.mp4", list[0].bytes)
			want := decoded(t, save(t, "source"+filepath.Ext(c.lens.source), cam.annexB(c.want)))
			if got := decoded(t, path); !slices.Equal(got, want) || len(got) != c.want.last-c.want.first {
				t.Errorf("ffmpeg decodes %d pictures, %d from the source, or others", len(got), len(want))
			}
			zero := ticksOf(list[0].plan.Start)
			var times []string
			for _, p := range cam.pictures[c.want.first:c.want.last] {
				times = append(times, fmt.Sprint(p.shown-zero))
			}
			if got := probed(t, path, "v"); !slices.Equal(got, times) {
				t.Errorf("ffprobe sees\n%v, want\n%v", got, times)
			}
			if c.lens.sound == "" {
				return
			}
			a := list[0].movie.Track("soun")
			heard := probed(t, path, "a")
			if len(heard) != len(a.Samples) || heard[0] != fmt.Sprint(a.Shown(&list[0].movie, a.Samples[0])) {
				t.Errorf("ffprobe hears %d packets of %d, the first at %v", len(heard), len(a.Samples), heard[:1])
			}
		})
	}
}

// TestFFmpegMadeIt joins and cuts MP4s made by ffmpeg: other timescales, edit
// lists, the index at the end, G.711 with one sample per byte.
func TestFFmpegMadeIt(t *testing.T) {
	t.Parallel()
	if !installed(t) {
		return
	}
	once := map[string][]string{}
	for _, source := range []string{"plain.h264", "plain.h265", "bframes.h264"} {
		once[source] = decoded(t, "../testdata/"+source)
	}
	for _, c := range []struct {
		name   string
		source string
		args   string
		ext    string
		frames int
		sound  int64 // bytes in one piece; 0: not checked
	}{
		{"h265", "plain.h265", "-c copy", ".mp4", 50, 0},
		{"B-frames", "bframes.h264", "-c copy", ".mp4", 50, 0},
		{"AAC", "bframes.h264", "-i ../testdata/tone.aac -c copy", ".mp4", 50, 0},
		{"layer 2", "plain.h264", "-i ../testdata/tone.mp2 -c copy", ".mp4", 50, 8064},
		{"G.711", "plain.h264", "-i ../testdata/tone.mp2 -c:v copy -c:a pcm_alaw -ar 8000", ".mov", 50, 16128},
		{"an odd timescale", "plain.h264", "-c copy -video_track_timescale 44321", ".mp4", 50, 0},
		{"later", "plain.h264", "-c copy -output_ts_offset 3", ".mp4", 50, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			source := "../testdata/" + c.source
			path := filepath.Join(t.TempDir(), "in"+c.ext)
			args := append([]string{"-v", "error", "-r", "25", "-i", source}, strings.Fields(c.args)...)
			mediatest.Run(t, "ffmpeg", append(args, path)...)
			b, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			pieces := []splice.Piece{pieceOf(b, noon), pieceOf(b, noon.Add(2*time.Second))}
			list, left := splices(t, pieces, splice.Span{})
			if len(list) != 1 || len(left) != 0 {
				t.Fatalf("%d files, left out %v", len(list), left)
			}
			f := list[0]
			got := decoded(t, save(t, "out.mp4", f.bytes))
			if want := slices.Concat(once[c.source], once[c.source]); !slices.Equal(got, want) || f.plan.Frames != 2*c.frames {
				t.Errorf("ffmpeg decodes %d pictures of %d, %d from the source, or others", len(got), f.plan.Frames, len(want))
			}
			v := f.movie.Track("vide")
			var times []int64
			for _, s := range v.Samples {
				times = append(times, v.Shown(&f.movie, s))
			}
			slices.Sort(times)
			for i, at := range times {
				if off := at - int64(i)*3600; off < -90 || off > 90 {
					t.Fatalf("picture %d at %d", i, at)
				}
			}
			a := f.movie.Track("soun")
			heard := int64(0)
			for _, s := range a.Samples {
				heard += int64(len(s.Data))
			}
			if c.sound > 0 && (heard < 2*c.sound-600 || heard > 2*c.sound) {
				t.Errorf("%d bytes of sound, twice %d in the pieces", heard, c.sound)
			}
			if c.sound == 16128 {
				want := mediatest.Run(t, "ffmpeg", "-v", "error", "-i", path, "-map", "0:a", "-c", "copy", "-f", "alaw", "-")
				var all []byte
				for _, s := range a.Samples {
					all = append(all, s.Data...)
				}
				if !bytes.Equal(all[:16000], want[:16000]) {
					t.Error("the sound is another")
				}
			}
		})
	}
}
