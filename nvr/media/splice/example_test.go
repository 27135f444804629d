package splice_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"example.com/hikgrab/nvr/media"
	"example.com/hikgrab/nvr/media/splice"
	"example.com/hikgrab/nvr/simulator"
)

// Two recordings, the second of which begins two seconds before the first ends,
// become one file with what the camera saw from 12:00:58 to 12:01:03.
func Example() {
	dir, err := os.MkdirTemp("", "splice")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer func() { _ = os.RemoveAll(dir) }()
	noon := time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)
	var pieces []splice.Piece
	for i, start := range []time.Time{noon, noon.Add(time.Minute)} {
		path := filepath.Join(dir, fmt.Sprint(i, ".mp4"))
		if err := recorded(path, start, start.Add(62*time.Second)); err != nil {
			fmt.Println(err)
			return
		}
		pieces = append(pieces, splice.Piece{Name: path, Open: onDisk(path), Start: start})
	}

	window := splice.Span{From: noon.Add(58 * time.Second), To: noon.Add(63 * time.Second)}
	files, left, err := splice.Plan(context.Background(), pieces, window)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(len(files), "file,", len(left), "left out")
	for _, f := range files {
		fmt.Println(f.Start.Format(time.TimeOnly), f.End.Format(time.TimeOnly), f.Codec, f.Width, f.Height, f.Frames, len(f.Parts))
		dst, err := os.Create(filepath.Join(dir, "joined.mp4"))
		if err != nil {
			fmt.Println(err)
			return
		}
		err = splice.Write(context.Background(), dst, f, nil)
		if err == nil {
			err = dst.Close()
		}
		fmt.Println(err)
	}
	// Output:
	// 1 file, 0 left out
	// 12:00:58 12:01:03 H.264 320 180 125 2
	// <nil>
}

// recorded makes an MP4 of a recording.
func recorded(path string, start, end time.Time) error {
	recorder := simulator.New(simulator.Config{Channels: []simulator.Channel{{
		Number: 1, Codec: simulator.H264, Audio: true,
		Recordings: []simulator.Recording{{Start: start, End: end, Size: 1 << 20, Name: "one"}},
	}}})
	raw, err := io.ReadAll(recorder.Content(101, "one"))
	if err != nil {
		return err
	}
	dst, err := os.Create(path)
	if err != nil {
		return err
	}
	if _, err := media.Remux(dst, bytes.NewReader(raw), media.Options{}); err != nil {
		return err
	}
	return dst.Close()
}
