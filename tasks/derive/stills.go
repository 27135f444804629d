package derive

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

// listHeader is the first line of archive.StillsList. The time is the
// recorder's wall clock. Seconds count from the recording's first picture, for
// other programs to find the place. The source is relative to the output
// directory.
var listHeader = []string{"file", "time", "seconds", "source"}

const (
	stillLayout = "20060102-150405.000"
	timeLayout  = "2006-01-02T15:04:05.000"
)

// name gives ffmpeg's pictures their final names and writes the list of them.
// It returns their number.
func (s *shot) name(root *os.Root) (int, error) {
	times, err := stillTimes(root)
	if err != nil {
		return 0, err
	}
	f, err := root.OpenFile(archive.StillsList, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o666)
	if err != nil {
		return 0, err
	}
	buffer := bufio.NewWriter(f)
	list := csv.NewWriter(buffer)
	_ = list.Write(listHeader) // Error reports it
	taken := map[string]bool{}
	for n, us := range times {
		from, at := strconv.Itoa(n+1)+".jpg", begins(s.file).Add(time.Duration(us)*time.Microsecond).Round(time.Millisecond)
		if err = checkStill(root, from); err != nil {
			break
		}
		to := stillName(at, taken)
		if err = root.Rename(from, to); err != nil {
			break
		}
		_ = list.Write([]string{to, at.Format(timeLayout), fmt.Sprintf("%d.%06d", us/1e6, us%1e6), s.file.Path})
	}
	list.Flush()
	return len(times), errors.Join(err, list.Error(), buffer.Flush(), f.Close())
}

// stillName returns a name for a picture of that time. Two pictures of a
// recording with estimated times may fall within one millisecond.
func stillName(at time.Time, taken map[string]bool) string {
	stem := at.Format(stillLayout)
	name := stem + ".jpg"
	for n := 2; taken[name]; n++ {
		name = stem + "_" + strconv.Itoa(n) + ".jpg" // sorts after the first
	}
	taken[name] = true
	return name
}

// stillTimes returns the times, in microseconds, of the pictures that ffmpeg
// numbered from 1, and removes its file of them. Nothing else may be there.
func stillTimes(root *os.Root) ([]int64, error) {
	times, err := readTimes(root)
	if err == nil {
		err = root.Remove(timesFile)
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) { // there may have been no pictures
		return nil, err
	}
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		stem, ok := strings.CutSuffix(e.Name(), ".jpg")
		n, err := strconv.Atoi(stem)
		if !ok || err != nil || n < 1 || n > len(times) || strconv.Itoa(n) != stem {
			return nil, fmt.Errorf("ffmpeg wrote a file %.40q, whose name is not a time", e.Name())
		}
	}
	if len(entries) < len(times) {
		return nil, fmt.Errorf("ffmpeg wrote %s of %d", nvr.Count(len(entries), "picture"), len(times))
	}
	return times, nil
}

// readTimes reads the output of ffmpeg's filter "metadata", such as "frame:58
// pts:3480043278 pts_time:3480.04".
func readTimes(root *os.Root) ([]int64, error) {
	f, err := root.Open(timesFile)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	var times []int64
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		fields := strings.Fields(lines.Text())
		if len(fields) < 2 || !strings.HasPrefix(fields[0], "frame:") {
			continue
		}
		text, _ := strings.CutPrefix(fields[1], "pts:")
		us, err := strconv.ParseInt(text, 10, 64)
		if err != nil || us < 0 || len(times) > 0 && us <= times[len(times)-1] {
			return nil, fmt.Errorf("ffmpeg gave no time for a picture: %.60q", lines.Text())
		}
		times = append(times, us)
	}
	return times, lines.Err()
}

// checkStill checks that a picture is complete.
func checkStill(root *os.Root, name string) error {
	f, err := root.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }() // it was only read
	var begin, end [2]byte
	_, err = io.ReadFull(f, begin[:])
	if err == nil {
		_, err = f.Seek(-2, io.SeekEnd)
	}
	if err == nil {
		_, err = io.ReadFull(f, end[:])
	}
	if err != nil || !bytes.Equal(begin[:], []byte{0xFF, 0xD8}) || !bytes.Equal(end[:], []byte{0xFF, 0xD9}) {
		return fmt.Errorf("ffmpeg wrote an incomplete picture, %s: %w", name, errors.Join(err, errNotWhole))
	}
	return nil
}

var errNotWhole = errors.New("not a JPEG from its first to its last byte")
