package tasks

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Moment is one end of a period as people write it: a day, a day and a time, or
// a time of the recorder's present day.
type Moment struct {
	Day      time.Time     // midnight in time.UTC; zero means the recorder's today, or what Offset says
	Named    bool          // the day was given by a word: today, yesterday, tomorrow
	Offset   int           // with Named: days after the recorder's today, from -1 to 1
	Clock    time.Duration // since midnight; valid if HasClock
	HasClock bool          // false: the whole day
}

// The years of a moment. Anything else is surely a typing mistake.
const (
	firstYear = 2000
	lastYear  = 2099
)

var errNoMoment = errors.New("is not a date or a time")

// howToType ends every complaint of ParseMoment.
const howToType = "type 2026-11-03, 2026-11-03 08:15, 03.11.2026 08:15, yesterday or 08:15"

var (
	yearFirst = regexp.MustCompile(`^(\d{4})([-/.])(\d{1,2})([-/.])(\d{1,2})$`)
	yearLast  = regexp.MustCompile(`^(\d{1,2})([-/.])(\d{1,2})([-/.])(\d{4}|\d{2})$`)
	clockTime = regexp.MustCompile(`^(\d{1,2}):(\d{2})(?::(\d{2}))?$`)
	hasZone   = regexp.MustCompile(`\d:\d{2}(\.\d+)?\s*([zZ]|[+-]\d{2}:?\d{2}|UTC|GMT)$`)
)

// MomentOf returns the day and the time of day of t's own digits, in whole
// seconds. The result always has a clock; clear it for a value that means a
// day.
func MomentOf(t time.Time) Moment {
	day := midnight(t)
	return Moment{
		Day:      day,
		Clock:    time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second,
		HasClock: true,
	}
}

// ParseMoment reads a day ("2006-01-02", "02.01.2006", "02.01.06", "yesterday",
// and "28/01/2006" if only one number can be the day), a day and a time
// ("2006-01-02 15:04", seconds and a T in between are fine), or a time of the
// recorder's today ("15:04"). 24:00 is the end of a day. The digits are the
// recorder's wall clock, so a time zone is refused. The error names text and
// says how to type it; it wraps *AmbiguousDayError if a date has two readings.
func ParseMoment(text string) (Moment, error) {
	words := strings.Fields(strings.ReplaceAll(text, "\u00a0", " "))
	if len(words) == 1 {
		if day, clock, ok := strings.Cut(words[0], "T"); ok {
			words = []string{day, clock}
		}
	}
	m, err := parseWords(words)
	_, ambiguous := errors.AsType[*AmbiguousDayError](err)
	switch {
	case err == nil:
		return m, nil
	case ambiguous:
		return Moment{}, fmt.Errorf("%q %w", text, err)
	case hasZone.MatchString(strings.TrimSpace(text)):
		return Moment{}, fmt.Errorf("%q names a time zone, but times are the recorder's own clock: leave the zone out", text)
	}
	return Moment{}, fmt.Errorf("%q %w: %s", text, err, howToType)
}

// namedDays are the words for days, counted from today.
var namedDays = map[string]int{
	"yesterday": -1, "today": 0, "tomorrow": 1,
	"вчера": -1, "сегодня": 0, "завтра": 1,
}

// AmbiguousDayError is a date with two readings, such as 03/04/2026.
type AmbiguousDayError struct{ One, Other time.Time }

func (e *AmbiguousDayError) Error() string {
	return fmt.Sprintf("may be %s or %s: type %s or %s", e.One.Format("2 January 2006"), e.Other.Format("2 January 2006"),
		e.One.Format(time.DateOnly), e.Other.Format(time.DateOnly))
}

func parseWords(words []string) (m Moment, err error) {
	if len(words) == 0 || len(words) > 2 {
		return m, errNoMoment
	}
	day, clock := words[0], ""
	switch {
	case len(words) == 2:
		clock = words[1]
	case strings.Contains(day, ":"):
		day, clock = "", day
	}
	if day != "" {
		if m.Offset, m.Named = namedDays[strings.ToLower(day)]; !m.Named {
			if m.Day, err = parseDay(day); err != nil {
				return Moment{}, err
			}
		}
	}
	if clock != "" {
		m.HasClock = true
		if m.Clock, err = parseClock(clock); err != nil {
			return Moment{}, err
		}
	}
	if m.HasClock && m.Offset == 0 {
		m.Named = false // a time alone is one of today
	}
	return m, nil
}

// parseDay reads a date in digits. With dots the day comes first, as everywhere
// that dates have dots; with slashes or dashes it may also come second.
func parseDay(text string) (time.Time, error) {
	if p := yearFirst.FindStringSubmatch(text); p != nil && p[2] == p[4] {
		return calendarDay(p[1], p[3], p[5])
	}
	p := yearLast.FindStringSubmatch(text)
	if p == nil || p[2] != p[4] {
		return time.Time{}, errNoMoment
	}
	year := p[5]
	if len(year) == 2 {
		year = "20" + year
	}
	dayFirst, err := calendarDay(year, p[3], p[1])
	if p[2] == "." {
		return dayFirst, err
	}
	monthFirst, otherErr := calendarDay(year, p[1], p[3])
	switch {
	case otherErr != nil, err == nil && dayFirst.Equal(monthFirst):
		return dayFirst, err
	case err != nil:
		return monthFirst, nil
	}
	return time.Time{}, &AmbiguousDayError{dayFirst, monthFirst}
}

func calendarDay(year, month, day string) (time.Time, error) {
	y, m, d := atoi(year), atoi(month), atoi(day)
	if y < firstYear || y > lastYear {
		return time.Time{}, fmt.Errorf("is not in the years %d to %d", firstYear, lastYear)
	}
	t := time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC)
	if int(t.Month()) != m || t.Day() != d {
		return time.Time{}, errors.New("is not a day of the calendar")
	}
	return t, nil
}

func parseClock(text string) (time.Duration, error) {
	p := clockTime.FindStringSubmatch(text)
	if p == nil {
		return 0, errNoMoment
	}
	h, m, s := atoi(p[1]), atoi(p[2]), atoi(p[3])
	clock := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute + time.Duration(s)*time.Second
	if m > 59 || s > 59 || clock > 24*time.Hour {
		return 0, errors.New("is not a time of day")
	}
	return clock, nil
}

// atoi reads the few digits that a pattern has already checked; none is zero.
func atoi(digits string) int {
	n, _ := strconv.Atoi(digits)
	return n
}

// IsZero reports whether nothing was given.
func (m Moment) IsZero() bool { return m.Day.IsZero() && !m.HasClock && !m.Named }

// String returns the moment in the form that ParseMoment reads; "" if zero.
func (m Moment) String() string {
	var clock string
	if m.HasClock {
		s := int(m.Clock / time.Second)
		clock = fmt.Sprintf("%02d:%02d", s/3600, s/60%60)
		if s%60 != 0 {
			clock += fmt.Sprintf(":%02d", s%60)
		}
	}
	day := ""
	switch {
	case m.Named:
		day = [...]string{"yesterday", "today", "tomorrow"}[m.Offset+1]
	case !m.Day.IsZero():
		day = m.Day.Format(time.DateOnly)
	}
	return strings.TrimSpace(day + " " + clock)
}

// NextDay returns the same time a day later, but on no day after tomorrow.
func (m Moment) NextDay() Moment {
	if m.Day.IsZero() {
		m.Offset = min(m.Offset+1, 1)
		m.Named = !m.HasClock || m.Offset != 0
	} else {
		m.Day = m.Day.AddDate(0, 0, 1)
	}
	return m
}

func (m Moment) day(today time.Time) time.Time {
	if m.Day.IsZero() {
		return today.AddDate(0, 0, m.Offset)
	}
	return m.Day
}

func (m Moment) first(today time.Time) time.Time {
	if m.HasClock {
		return m.day(today).Add(m.Clock)
	}
	return m.day(today)
}

// last returns the last second of m; for a whole day that is 23:59:59.
func (m Moment) last(today time.Time) time.Time {
	if m.HasClock {
		return m.day(today).Add(m.Clock)
	}
	return m.day(today).Add(lastSecond)
}
