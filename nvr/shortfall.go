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

// bytesText formats a number of bytes for people: "900 B", "12 KiB", "4.9 MiB".
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

// came says how much of something is there. It uses bytes if larger units would
// hide the difference.
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
	// neverTooLarge is a size that any recording may have, whatever was announced:
	// it is small for a disk, and a list can be far off.
	neverTooLarge = 64 << 20
	// largestRate exceeds what any camera records, in bytes per second.
	largestRate = 16 << 20
)

// mostBytes returns the most bytes that a recording can have, if its answer
// does not say where it ends: twice what was announced, or what fits into its
// time. A longer body is not a recording, and would fill the disk.
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

// beyond says how much arrived of something without an end.
func beyond(came, announced int64) string {
	if announced <= 0 {
		return bytesText(came) + " came, and no length was announced"
	}
	return fmt.Sprintf("%s came, and %s were announced", bytesText(came), bytesText(announced))
}

const (
	// nearlyAll is how much may be missing at the end of a recording if the
	// recorder does not say that this is the end: Hik Device Gateway closes
	// connections a few bytes early, and its files are usable.
	nearlyAll = 4 << 10

	// closedFor is how long ago a recording must have ended before missing bytes
	// count as missing on the recorder too: some keep writing for a while after
	// the end (iDS-7216HQHI-M2/S).
	closedFor = time.Hour
)

// confirmsEnd reports whether a recording that ended early has no more bytes: the
// recorder says so itself, or almost nothing is missing, and it ended at the
// same byte before. A broken connection does not break at the same byte twice.
func (d *downloading) confirmsEnd(have int64, end ending, err error) bool {
	whole := end == endOfBody && err == nil
	said := d.announced == have && (whole || end == endOfPatience) || d.framed && whole
	little := d.rec.Size-have <= nearlyAll && end == endOfBody && (err == nil || errors.Is(err, io.ErrUnexpectedEOF))
	closed := d.device.WallClock(time.Now()).Sub(d.rec.End) > closedFor
	if have == 0 || !said && !little || !closed {
		return false
	}
	again := false
	d.recorder.learn(func(l *learned) {
		if l.ends == nil || len(l.ends) >= rememberedRefusals {
			l.ends = map[string]int64{}
		}
		again = l.ends[d.rec.URI] == have
		l.ends[d.rec.URI] = have
		if again && d.announced == have {
			l.wrongLength = false // its Content-Length was right after all
		}
	})
	return again
}
