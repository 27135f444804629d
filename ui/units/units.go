// Package units formats numbers for people: sizes, rates, durations,
// percentages and clock times. It also parses what an operator types:
// bandwidths and durations. Screen, plain output and summary use it so that the
// same number looks the same everywhere.
//
// It is not for colour, width or alignment: those are the caller's.
package units

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// longDuration is a duration that may begin with weeks and days.
var longDuration = regexp.MustCompile(`^(?:(\d{1,4})w)?(?:(\d{1,5})d)?(.*)$`)

// ParseDuration extends time.ParseDuration by weeks and days in front: "2w",
// "2d", "1d12h", "90m". A day is 24 hours.
func ParseDuration(text string) (time.Duration, error) {
	p := longDuration.FindStringSubmatch(strings.TrimSpace(text))
	if p == nil {
		return 0, errNoDuration
	}
	weeks, _ := strconv.Atoi(p[1]) // the pattern allows only digits or nothing
	days, _ := strconv.Atoi(p[2])
	long := time.Duration(7*weeks+days) * 24 * time.Hour
	if p[3] == "" && (p[1] != "" || p[2] != "") {
		return long, nil
	}
	rest, err := time.ParseDuration(p[3])
	if err != nil {
		return 0, errNoDuration
	}
	return long + rest, nil
}

var errNoDuration = errors.New("type a duration such as 90m, 6h, 2d or 1w")

// prefixes are the binary multiples of a byte, each 1024 times the previous.
var prefixes = [...]string{"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"}

// Size writes a number of bytes with three significant digits: "0 B", "5.60
// GiB", "812 GiB", "1004 MiB". A non-negative number takes at most 8 cells.
func Size(n int64) string {
	if n < 0 {
		return "-" + scaled(-float64(n))
	}
	return scaled(float64(n))
}

// Rate writes bytes per second: "22.1 MiB/s". Negative, infinite and NaN rates
// count as 0. It takes at most 10 cells.
func Rate(bytesPerSecond float64) string {
	if !(bytesPerSecond > 0) || math.IsInf(bytesPerSecond, 0) {
		bytesPerSecond = 0
	}
	return scaled(bytesPerSecond) + "/s"
}

// Progress writes done and total, both in total's unit: "5.60 / 13.7 GiB",
// "0.38 / 13.7 GiB", "0 / 13.7 GiB". It takes at most 15 cells.
func Progress(done, total int64) string {
	done = max(0, done)
	v, of, i := float64(done), float64(max(done, total)), 0
	for of >= 1023.5 && i < len(prefixes)-1 {
		v, of = v/1024, of/1024
		i++
	}
	digits := func(v float64) string {
		if v == 0 {
			return "0"
		}
		return strconv.FormatFloat(v, 'f', decimals(v, i), 64)
	}
	return digits(v) + " / " + digits(max(0, of)) + " " + prefixes[i]
}

// scaled writes v with the largest prefix that keeps it at 1 or above.
func scaled(v float64) string {
	i := 0
	for v >= 1023.5 && i < len(prefixes)-1 {
		v /= 1024
		i++
	}
	return strconv.FormatFloat(v, 'f', decimals(v, i), 64) + " " + prefixes[i]
}

// decimals returns how many digits after the point make three significant ones.
// Bytes are never split.
func decimals(v float64, prefix int) int {
	switch {
	case prefix == 0 || v >= 99.95:
		return 0
	case v >= 9.995:
		return 1
	}
	return 2
}

// Percent returns the share of total that is done, 0 to 100, rounded down, so
// that 100 means nothing is missing. If total is unknown (0 or less), it is 0.
func Percent(done, total int64) int {
	switch {
	case total <= 0 || done <= 0:
		return 0
	case done >= total:
		return 100
	}
	return min(99, int(float64(done)/float64(total)*100))
}

const hour, day = 3600, 24 * 3600 // seconds

// Duration writes a duration to the second: "00:07", "04:10", "1:12:40", and
// from two days on "3d 04h". Negative counts as 0. It takes at most 8 cells
// below 10,000 days.
func Duration(d time.Duration) string {
	s := int64(max(0, d).Round(time.Second) / time.Second)
	switch {
	case s < hour:
		return fmt.Sprintf("%02d:%02d", s/60, s%60)
	case s < 2*day:
		return fmt.Sprintf("%d:%02d:%02d", s/hour, s/60%60, s%60)
	}
	return fmt.Sprintf("%dd %02dh", s/day, s%day/hour)
}

// Wait writes a short time until something happens: "12s", "4m10s", "2h05m",
// "3d". It rounds up to a second, so that "0s" means now.
func Wait(d time.Duration) string {
	s := int64((max(0, d) + time.Second - 1) / time.Second)
	switch {
	case s < 60:
		return fmt.Sprintf("%ds", s)
	case s < hour:
		return fmt.Sprintf("%dm%02ds", s/60, s%60)
	case s < 2*day:
		return fmt.Sprintf("%dh%02dm", s/hour, s/60%60)
	}
	return fmt.Sprintf("%dd", s/day)
}

// Length writes how long something lasts, in a form not mistaken for a clock
// time next to it: "3s", "15m", "36m05s", "1h", "16h06m", "3d 4h". It omits
// seconds from one hour on. It takes at most 8 cells below 1,000 days.
func Length(d time.Duration) string {
	s := int64(max(0, d).Round(time.Second) / time.Second)
	switch {
	case s < 60:
		return fmt.Sprintf("%ds", s)
	case s < hour:
		return strings.TrimSuffix(fmt.Sprintf("%dm%02ds", s/60, s%60), "00s")
	case s < 2*day:
		return strings.TrimSuffix(fmt.Sprintf("%dh%02dm", s/hour, s%hour/60), "00m")
	}
	return strings.TrimSuffix(fmt.Sprintf("%dd %dh", s/day, s%day/hour), " 0h")
}

// Clock writes the time of day to the second: "18:42:07".
func Clock(t time.Time) string { return t.Format("15:04:05") }

// At writes a time of day to the second, or the date and the minute if it is
// not on the day of now: "18:42:07", "2026-11-03 18:42".
func At(now, t time.Time) string {
	if t.YearDay() != now.YearDay() || t.Year() != now.Year() {
		return t.Format("2006-01-02 15:04")
	}
	return Clock(t)
}

// Finish writes when something will end: "20:03" today, "Tue 20:03" within a
// week, "2026-11-03 20:03" later.
func Finish(now, end time.Time) string {
	switch {
	case end.Sub(now) > 6*24*time.Hour:
		return end.Format("2006-01-02 15:04")
	case end.YearDay() != now.YearDay() || end.Year() != now.Year():
		return end.Format("Mon 15:04")
	}
	return end.Format("15:04")
}

// Count writes a number with its noun: "1 camera", "32 cameras".
func Count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
}

// errRate is ParseRate's error for any text it cannot parse.
var errRate = errors.New(`not a bandwidth: write it like 500K, 20M or 1.5G (bytes per second), or 0 for no limit`)

// ParseRate parses a bandwidth as operators type it: "20M", "500k", "1.5 G",
// "20 MiB/s", "1048576". K, M and G mean 1024, its square and its cube; so do
// Cyrillic К, М and Г, typed in the wrong layout. The result is in bytes per
// second; 0 and an empty text mean no limit.
func ParseRate(text string) (int64, error) {
	if strings.TrimSpace(text) == "" {
		return 0, nil
	}
	s := strings.ToUpper(strings.TrimSpace(text))
	s = strings.TrimSpace(strings.TrimSuffix(s, "/S"))
	s = strings.TrimSuffix(strings.TrimSuffix(s, "B"), "I")
	unit := 1.0
	switch last, size := utf8.DecodeLastRuneInString(s); last {
	case 'K', 'К':
		unit, s = 1<<10, s[:len(s)-size]
	case 'M', 'М':
		unit, s = 1<<20, s[:len(s)-size]
	case 'G', 'Г':
		unit, s = 1<<30, s[:len(s)-size]
	}
	s = strings.Replace(strings.TrimSpace(s), ",", ".", 1)
	v, err := strconv.ParseFloat(s, 64)
	rate := v * unit
	if err != nil || !(v >= 0) || rate > 1<<50 || v > 0 && rate < 1 || strings.ContainsAny(s, "XPEN_+") {
		return 0, fmt.Errorf("%q is %w", text, errRate)
	}
	return int64(rate), nil
}
