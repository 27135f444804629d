package simulator

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// zone is a time zone as devices write it: POSIX, but with the daylight saving
// shift instead of an offset, e.g.
// "CST-2:00:00DST01:00:00,M3.5.5/02:00:00,M10.5.0/02:00:00".
type zone struct {
	text       string
	offset     time.Duration // standard time minus UTC
	shift      time.Duration // added during daylight saving time; 0 is none
	start, end rule          // in wall clock time before the change
}

// rule is a day of the year: "Mm.w.d/time".
type rule struct {
	month, week, day int
	at               time.Duration
}

// parseZone parses the zone.
func parseZone(text string) (zone, error) {
	z := zone{text: text}
	bad := fmt.Errorf("zone %q is not POSIX as recorders write it, e.g. \"CST-3:00:00\"", text)
	m := zoneParts.FindStringSubmatch(text)
	if m == nil {
		return z, bad
	}
	west, err := parseClock(m[1])
	z.offset = -west
	if m[2] != "" {
		var errs [3]error
		z.shift, errs[0] = parseClock(m[2])
		z.start, errs[1] = parseRule(m[3])
		z.end, errs[2] = parseRule(m[4])
		err = errors.Join(err, errs[0], errs[1], errs[2])
	}
	if err != nil {
		return z, bad
	}
	return z, nil
}

// zoneParts matches a zone: the offset, the shift, and the rules for its start
// and end.
var zoneParts = regexp.MustCompile(`^[^-+0-9]+([-+0-9:]+)(?:DST([-+0-9:]+),([^,]+),([^,]+))?$`)

// parseClock parses "[+-]h[:mm[:ss]]".
func parseClock(text string) (time.Duration, error) {
	sign := time.Duration(1)
	if rest, ok := strings.CutPrefix(text, "-"); ok {
		sign, text = -1, rest
	}
	text = strings.TrimPrefix(text, "+")
	var d time.Duration
	unit := time.Hour
	for part := range strings.SplitSeq(text, ":") {
		n, err := strconv.ParseUint(part, 10, 16)
		if err != nil || unit < time.Second {
			return 0, fmt.Errorf("%q is not a time", text)
		}
		d += time.Duration(n) * unit
		unit /= 60
	}
	return sign * d, nil
}

func parseRule(text string) (rule, error) {
	var r rule
	date, at, _ := strings.Cut(text, "/")
	if _, err := fmt.Sscanf(date, "M%d.%d.%d", &r.month, &r.week, &r.day); err != nil {
		return r, fmt.Errorf("%q is not a rule: %w", text, err)
	}
	if r.month < 1 || r.month > 12 || r.week < 1 || r.week > 5 || r.day < 0 || r.day > 6 {
		return r, fmt.Errorf("%q is not a rule", text)
	}
	var err error
	r.at, err = parseClock(cmp.Or(at, "2:00:00"))
	return r, err
}

// in returns the time of the rule in a year, in wall clock time.
func (r rule) in(year int) time.Time {
	first := time.Date(year, time.Month(r.month), 1, 0, 0, 0, 0, time.UTC)
	days := (r.day-int(first.Weekday())+7)%7 + 7*(r.week-1)
	if t := first.AddDate(0, 0, days); t.Month() == first.Month() {
		return t.Add(r.at)
	}
	return first.AddDate(0, 0, days-7).Add(r.at)
}

// saving reports whether daylight saving time is in force at a standard wall
// clock time.
func (z zone) saving(standard time.Time) bool {
	if z.shift == 0 {
		return false
	}
	start, end := z.start.in(standard.Year()), z.end.in(standard.Year()).Add(-z.shift)
	if start.Before(end) {
		return !standard.Before(start) && standard.Before(end)
	}
	return !standard.Before(start) || standard.Before(end)
}

// wall returns the wall clock digits, in time.UTC, at time t.
func (z zone) wall(t time.Time) time.Time {
	standard := t.UTC().Add(z.offset)
	if z.saving(standard) {
		return standard.Add(z.shift)
	}
	return standard
}

// utc returns the time at which the wall clock shows the given digits. In the
// repeated hour of autumn it returns the first of the two.
func (z zone) utc(wall time.Time) time.Time {
	if standard := wall.Add(-z.shift); z.saving(standard) {
		return standard.Add(-z.offset)
	}
	return wall.Add(-z.offset)
}

// suffix returns the current offset, such as "+03:00". If standard is set, it
// ignores daylight saving time.
func (z zone) suffix(wall time.Time, standard bool) string {
	offset := wall.Sub(z.utc(wall))
	if standard {
		offset = z.offset
	}
	sign := '+'
	if offset < 0 {
		sign, offset = '-', -offset
	}
	return fmt.Sprintf("%c%02d:%02d", sign, offset/time.Hour, offset%time.Hour/time.Minute)
}
