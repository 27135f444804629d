package media_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"example.com/hikgrab/nvr/media"
)

// benchJob makes a test binary do one job and exit, so that its CPU time can be
// measured like ffmpeg's.
const benchJob = "HIKGRAB_MEDIA_BENCH"

func TestMain(m *testing.M) {
	if job := os.Getenv(benchJob); job != "" {
		if err := work(job, os.Args[1], os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// work does a job as the product does.
func work(job, from, to string) error {
	src, err := os.Open(from)
	if err != nil {
		return err
	}
	defer func() { _ = src.Close() }()
	if job == "scan" {
		r, err := scanned(src)
		if err == nil && !r.Clean() {
			err = errors.New(r.Reason())
		}
		return err
	}
	dst, err := os.Create(to)
	if err != nil {
		return err
	}
	_, err = media.Remux(dst, src, media.Options{DropAudio: job == "remux-an"})
	return errors.Join(err, dst.Close())
}

// BenchmarkAgainstFFmpeg makes recordings of 200 MB and reports the CPU seconds
// that a scan, a remux and ffmpeg need for one of them.
func BenchmarkAgainstFFmpeg(b *testing.B) {
	self, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	for _, source := range []string{"plain.h264", "plain.h265"} {
		dir := b.TempDir()
		from, to := filepath.Join(dir, "in.ps"), filepath.Join(dir, "out.mp4")
		size := heavy(b, source, from)
		jobs := map[string][]string{
			"scan":     {self, from, to},
			"remux":    {self, from, to},
			"remux-an": {self, from, to},
		}
		if path, err := exec.LookPath("ffmpeg"); err == nil {
			jobs["ffmpeg-an"] = []string{path, "-v", "error", "-y", "-i", from, "-map", "0:v:0", "-c", "copy", "-movflags", "+faststart", to}
		}
		for _, job := range []string{"scan", "remux", "remux-an", "ffmpeg-an"} {
			args := jobs[job]
			if args == nil {
				continue
			}
			b.Run(source+"/"+job, func(b *testing.B) {
				b.SetBytes(size)
				var user, system time.Duration
				for b.Loop() {
					cmd := exec.CommandContext(b.Context(), args[0], args[1:]...)
					cmd.Env = append(os.Environ(), benchJob+"="+job)
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
	}
}

// heavy writes a recording with the bit rate of a real one: key frames of 200
// kB, others of 20 kB, and sound. It returns its size.
func heavy(b *testing.B, source, path string) int64 {
	b.Helper()
	list := pictures(b, source)
	random := rand.NewChaCha8([32]byte{1})
	for i := range list {
		n := 20 << 10
		if list[i].Key {
			n = 200 << 10
		}
		body := make([]byte, n)
		_, _ = random.Read(body)
		last := len(list[i].NALs) - 1
		list[i].NALs[last] = append(slices.Clone(list[i].NALs[last]), escaped(body)...)
	}
	file, err := os.Create(path)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	w := &tapeWriter{tape: with(plain(source), func(r *tape) { r.audio, r.packet = 0x90, 5000 })}
	w.header()
	sound := tone()
	var size int64
	for i := 0; size < 200<<20; i++ {
		p := list[i%len(list)]
		p.PTS, p.DTS = int64(i)*3600, int64(i)*3600
		w.picture(i, p)
		w.soundPacket(i, sound[i%len(sound)], p.PTS)
		n, err := io.Copy(file, bytes.NewReader(w.b))
		if err != nil {
			b.Fatal(err)
		}
		size += n
		w.b = w.b[:0]
	}
	return size
}

// escaped inserts emulation prevention bytes.
func escaped(b []byte) []byte {
	out := make([]byte, 0, len(b)+len(b)/1000)
	zeros := 0
	for _, c := range b {
		if zeros == 2 && c <= 3 {
			out = append(out, 3)
			zeros = 0
		}
		if out = append(out, c); c == 0 {
			zeros++
		} else {
			zeros = 0
		}
	}
	return append(out, 0x80)
}
