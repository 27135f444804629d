package nvr

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"
)

// bytesText writes a number of bytes the way people say it: "900 B", "12 KiB",
// "4.9 MiB".
func bytesText(n int64) string {
	unit, value := "B", float64(n)
	for _, larger := range []string{"KiB", "MiB", "GiB", "TiB"} {
		if value < 1024 {
			break
		}
		unit, value = larger, value/1024
	}
	if unit == "B" || value >= 10 {
		return strconv.FormatFloat(value, 'f', 0, 64) + " " + unit
	}
	return strconv.FormatFloat(value, 'f', 1, 64) + " " + unit
}

// came says how much of something is there, in bytes where larger units would
// not show what is missing.
func came(have, want int64) string {
	some, all := bytesText(have), bytesText(want)
	if some == all {
		return fmt.Sprintf("the last %s of %s did not come", bytesText(want-have), all)
	}
	if number, unit, _ := strings.Cut(some, " "); strings.HasSuffix(all, " "+unit) {
		some = number
	}
	return fmt.Sprintf("%s of %s came", some, all)
}

const (
	// neverTooLarge is what a recording may have, whatever was announced: next
	// to a volume that is little, and a list can be wrong by much.
	neverTooLarge = 64 << 20
	// largestRate is more than any camera records, in bytes per second.
	largestRate = 16 << 20
)

// mostBytes returns how many bytes a recording can have, when its answer does
// not say where it ends: twice what was announced, or what fits into its time.
// A body that goes on is no recording any more, and would fill the disk.
func mostBytes(rec Recording, announced int64) int64 {
	most := announced
	if announced <= 0 {
		most = int64(min(rec.End.Sub(rec.Start), 24*time.Hour)/time.Second) * largestRate
	}
	if most > math.MaxInt64/2 {
		return math.MaxInt64
	}
	return max(2*most, neverTooLarge)
}

// beyond says how much came of something that has no end.
func beyond(came, announced int64) string {
	if announced <= 0 {
		return bytesText(came) + " came, and no length was announced"
	}
	return fmt.Sprintf("%s came, and %s were announced", bytesText(came), bytesText(announced))
}

const (
	// nearlyAll is how much may be missing at the end of a recording when the
	// recorder does not even say itself that this is the end: Hik Device Gateway
	// closes connections a few bytes early, and its files can be used.
	nearlyAll = 4 << 10

	// closedFor is how long a recording must have been over before what is
	// missing is believed to be missing on the recorder as well: for a while
	// after the end some still write (iDS-7216HQHI-M2/S).
	closedFor = time.Hour
)

// standsBy reports whether a recording that ended early has no more bytes than
// came: the recorder says so itself, or next to nothing is missing, and it ended
// at this very byte before. A connection that breaks twice does not break at
// the same byte.
func (d *downloading) standsBy(have int64, end ending, err error) bool {
	whole := end == endOfBody && err == nil
	said := d.announced == have && (whole || end == endOfPatience) || d.framed && whole
	little := d.rec.Size-have <= nearlyAll && end == endOfBody && (err == nil || errors.Is(err, io.ErrUnexpectedEOF))
	closed := d.device.WallClock(time.Now()).Sub(d.rec.End) > closedFor
	if have == 0 || !said && !little || !closed {
		return false
	}
	again := false
	d.recorder.learn(func(l *learned) {
		if l.ends == nil || len(l.ends) >= rememberFits {
			l.ends = map[string]int64{}
		}
		again = l.ends[d.rec.URI] == have
		l.ends[d.rec.URI] = have
		if again && d.announced == have {
			l.unlength = false // its Content-Length was right all the time
		}
	})
	return again
}
