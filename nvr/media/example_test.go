package media_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"example.com/hikgrab/nvr/media"
	"example.com/hikgrab/nvr/simulator"
)

// A recording is scanned while it arrives, and remuxed once it is complete. A
// recording that cannot be remuxed, or is not clean, stays as the recorder sent
// it.
func Example() {
	part, err := os.CreateTemp("", "recording")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _, _ = part.Close(), os.Remove(part.Name()) }()
	download := simulated(simulator.H264, true, 10*time.Second, 1<<20)

	var scanner media.Scanner
	if _, err := io.Copy(io.MultiWriter(part, &scanner), download); err != nil {
		fmt.Println(err)
		return
	}
	scan := scanner.Report()
	fmt.Println(scan.Container, scan.Verdict())

	movie, err := os.CreateTemp("", "movie")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _, _ = movie.Close(), os.Remove(movie.Name()) }()
	if _, err := part.Seek(0, io.SeekStart); err != nil {
		fmt.Println(err)
		return
	}
	report, err := media.Remux(movie, part, media.Options{Frames: scan.Frames, Span: 10 * time.Second})
	if refusal, ok := errors.AsType[*media.Refusal](err); ok {
		fmt.Println("the recording stays as it is:", refusal)
		return
	}
	fmt.Println(report.Codec, report.Width, report.Height, report.FPS, report.Frames, report.Duration, report.Audio, err)
	// Output:
	// Hikvision MPEG program stream clean
	// H.264 320 180 25 250 10s G.711 A-law <nil>
}
