package splice_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
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

// benchJob makes a test binary join files once and exit, so that its CPU time
// can be measured like ffmpeg's.
const benchJob = "HIKGRAB_SPLICE_BENCH"

func TestMain(m *testing.M) {
	if os.Getenv(benchJob) != "" {
		if err := join(os.Args[1], os.Args[2:]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// join does what the product does.
func join(to string, from []string) error {
	var pieces []splice.Piece
	for i, path := range from {
		pieces = append(pieces, splice.Piece{Name: path, Open: onDisk(path), Start: noon.Add(time.Duration(i) * time.Hour)})
	}
	files, _, err := splice.Plan(context.Background(), pieces, splice.Span{})
	if err != nil || len(files) != 1 {
		return fmt.Errorf("%d files: %w", len(files), err)
	}
	dst, err := os.Create(to)
	if err != nil {
		return err
	}
	err = splice.Write(context.Background(), dst, files[0], nil)
	return errors.Join(err, dst.Close())
}

// BenchmarkAgainstFFmpeg joins five MP4s of 100 MB and reports the time for
// this package and ffmpeg.
func BenchmarkAgainstFFmpeg(b *testing.B) {
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	for _, source := range []string{"plain.h264", "plain.h265"} {
		dir := b.TempDir()
		c := see(b, lens{source: source, frames: 3000, sound: "alaw"})
		c.fatten()
		var paths []string
		var size int64
		list := filepath.Join(dir, "list.txt")
		var text strings.Builder
		for i := range 5 {
			path := filepath.Join(dir, fmt.Sprintf("%d.mp4", i))
			_, dst := c.file(b, span{0, len(c.pictures)})
			size += int64(len(dst.B))
			if err := os.WriteFile(path, dst.B, 0o600); err != nil {
				b.Fatal(err)
			}
			paths = append(paths, path)
			fmt.Fprintf(&text, "file '%s'\n", path)
		}
		if err := os.WriteFile(list, []byte(text.String()), 0o600); err != nil {
			b.Fatal(err)
		}
		to := filepath.Join(dir, "out.mp4")
		measure(b, source+"/splice", size, append([]string{self, to}, paths...))
		if path, err := exec.LookPath("ffmpeg"); err == nil {
			args := strings.Fields("-v error -y -f concat -safe 0 -i LIST -map 0:v:0 -c copy -movflags +faststart " + to)
			args[slices.Index(args, "LIST")] = list
			measure(b, source+"/ffmpeg, no sound", size, append([]string{path}, args...))
		}
	}
}

func measure(b *testing.B, name string, size int64, args []string) {
	b.Run(name, func(b *testing.B) {
		b.SetBytes(size)
		var user, system time.Duration
		for b.Loop() {
			cmd := exec.CommandContext(b.Context(), args[0], args[1:]...)
			cmd.Env = append(os.Environ(), benchJob+"=1")
			if out, err := cmd.CombinedOutput(); err != nil {
				b.Fatalf("%v: %s", err, out)
			}
			user += cmd.ProcessState.UserTime()
			system += cmd.ProcessState.SystemTime()
		}
		b.ReportMetric(user.Seconds()/float64(b.N), "user-s/op")
		b.ReportMetric(system.Seconds()/float64(b.N), "sys-s/op")
	})
}

// fatten makes the pictures as large as real ones: key frames of 200 kB, others
// of 20 kB.
func (c *camera) fatten() {
	random := rand.NewChaCha8([32]byte{1})
	for i := range c.pictures {
		n := 20 << 10
		if c.pictures[i].key {
			n = 200 << 10
		}
		body := make([]byte, n)
		_, _ = random.Read(body)
		c.pictures[i].data = append(c.pictures[i].data, mediatest.Picture{NALs: [][]byte{append([]byte{12}, body...)}}.Data()...)
	}
}
