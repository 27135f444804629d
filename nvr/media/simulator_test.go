package media_test

import (
	"bytes"
	"io"
	"runtime"
	"testing"
	"time"

	"example.com/hikgrab/nvr/media"
	"example.com/hikgrab/nvr/media/es"
	"example.com/hikgrab/nvr/media/mediatest"
	"example.com/hikgrab/nvr/simulator"
)

// simulated returns a recording of the simulated recorder, whose program
// streams are written by other code.
func simulated(codec simulator.Codec, audio bool, length time.Duration, size int64) io.Reader {
	rec := simulator.Recording{Start: noon, End: noon.Add(length), Size: size, Name: "one"}
	r := simulator.New(simulator.Config{Channels: []simulator.Channel{{
		Number: 1, Codec: codec, Audio: audio, Recordings: []simulator.Recording{rec},
	}}})
	return r.Content(101, "one")
}

func TestSimulatedRecordings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		codec simulator.Codec
		audio bool
		want  es.Codec
	}{
		{"h264", simulator.H264, false, es.H264},
		{"h264 alaw", simulator.H264, true, es.H264},
		{"h265", simulator.H265, false, es.H265},
		{"h265 alaw", simulator.H265, true, es.H265},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			const length = 30 * time.Second
			raw, err := io.ReadAll(simulated(c.codec, c.audio, length, 2<<20))
			if err != nil {
				t.Fatal(err)
			}
			scan, err := scanned(bytes.NewReader(raw))
			if err != nil {
				t.Fatal(err)
			}
			var dst mediatest.Memory
			r, err := media.Remux(&dst, bytes.NewReader(raw), media.Options{Frames: scan.Frames})
			if err != nil {
				t.Fatal(err)
			}
			sameReport(t, scan, r)
			if !r.Clean() || r.Container != media.IMKH {
				t.Errorf("%+v", r)
			}
			if r.Codec != c.want || r.Width != 320 || r.Height != 180 || r.FPS != 25 || r.Frames != 750 || r.Duration != length {
				t.Errorf("%+v", r)
			}
			if !r.FirstWall.Equal(noon) || !r.WallEnd.Equal(noon.Add(length)) {
				t.Errorf("from %v to %v", r.FirstWall, r.WallEnd)
			}
			m, err := dst.Movie()
			if err != nil {
				t.Fatal(err)
			}
			if !m.Front {
				t.Error("the index is not in front")
			}
			for i, s := range m.Track("vide").Samples {
				if s.PTS != int64(i)*3600 {
					t.Fatalf("picture %d at %d", i, s.PTS)
				}
			}
			if c.audio && (r.Audio != media.G711A || len(m.Track("soun").Samples) != 750) {
				t.Errorf("audio %v", r.Audio)
			}
		})
	}
}

// TestMemory checks the promised memory use of Remux and the Scanner.
func TestMemory(t *testing.T) {
	var before runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	g := &gauge{Reader: simulated(simulator.H264, true, 20*time.Minute, 48<<20), base: before.HeapAlloc}
	r, err := media.Remux(&hole{}, g, media.Options{})
	if err != nil || !r.Clean() {
		t.Fatalf("%v, %s", err, r.Reason())
	}
	if g.peak > 16<<20 {
		t.Errorf("%d bytes in use at most, want 16 MiB", g.peak)
	}
	g = &gauge{Reader: simulated(simulator.H264, true, 20*time.Minute, 48<<20), base: before.HeapAlloc}
	if _, err := scanned(g); err != nil {
		t.Fatal(err)
	}
	if g.peak > 4<<20 {
		t.Errorf("%d bytes in use at most by the scan", g.peak)
	}
}

// gauge measures the heap while it is read.
type gauge struct {
	io.Reader
	base, peak uint64
	reads      int
}

func (g *gauge) Read(p []byte) (int, error) {
	if g.reads++; g.reads%32 == 0 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		if m.HeapAlloc > g.base {
			g.peak = max(g.peak, m.HeapAlloc-g.base)
		}
	}
	return g.Reader.Read(p)
}

// hole is a file that discards writes.
type hole struct{ at, size int64 }

func (h *hole) Write(p []byte) (int, error) {
	h.at += int64(len(p))
	h.size = max(h.size, h.at)
	return len(p), nil
}

func (h *hole) Seek(offset int64, whence int) (int64, error) {
	switch whence {
	case io.SeekCurrent:
		offset += h.at
	case io.SeekEnd:
		offset += h.size
	}
	h.at = offset
	return offset, nil
}
