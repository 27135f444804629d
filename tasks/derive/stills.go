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
	"slices"
	"strconv"
	"strings"
	"time"

	"example.com/hikgrab/tasks/archive"
)

// listHeader is the first line of archive.StillsList. The time is the recorder's wall
// clock; seconds are those since the recording's first picture, by which other
// programs find it; the source is relative to the output directory.
var listHeader = []string{"file", "time", "seconds", "source"}

const (
	stillLayout = "20060102-150405.000"
	timeLayout  = "2006-01-02T15:04:05.000"
)

// name gives the pictures that ffmpeg wrote the names they keep, and writes the
// list of them. It returns how many there are.
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
	_ = list.Write(listHeader) // Error tells
	taken := map[string]bool{}
	for _, us := range times {
		from, at := strconv.FormatInt(us, 10)+".jpg", begins(s.file).Add(time.Duration(us)*time.Microsecond).Round(time.Millisecond)
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

// stillName returns a name for a picture of that time. Those of a recording
// whose times are estimated may stand within one millisecond.
func stillName(at time.Time, taken map[string]bool) string {
	stem := at.Format(stillLayout)
	name := stem + ".jpg"
	for n := 2; taken[name]; n++ {
		name = stem + "_" + strconv.Itoa(n) + ".jpg" // sorts behind
	}
	taken[name] = true
	return name
}

// stillTimes returns the microseconds under which the pictures were written.
func stillTimes(root *os.Root) ([]int64, error) {
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return nil, err
	}
	times := make([]int64, 0, len(entries))
	for _, e := range entries {
		stem, ok := strings.CutSuffix(e.Name(), ".jpg")
		us, err := strconv.ParseInt(stem, 10, 64)
		if !ok || err != nil || us < 0 || strconv.FormatInt(us, 10) != stem {
			return nil, fmt.Errorf("ffmpeg wrote a file %.40q, which is no picture at a time", e.Name())
		}
		times = append(times, us)
	}
	slices.Sort(times)
	return times, nil
}

// checkStill makes sure that a picture is whole.
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
		return fmt.Errorf("ffmpeg wrote a picture that is not whole, %s: %w", name, errors.Join(err, errNotWhole))
	}
	return nil
}

var errNotWhole = errors.New("not a JPEG from its first to its last byte")
