package tasks

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// Moment is one end of a period as people write it: a day, a day and a time,
// or a time of the recorder's present day.
type Moment struct {
	Day      time.Time     // midnight in time.UTC; zero means the recorder's today
	Clock    time.Duration // since midnight; valid when HasClock
	HasClock bool          // false: the whole day
}

// The years a moment may lie in. Two centuries are surely a typing mistake.
const (
	firstYear = 2000
	lastYear  = 2099
)

var errNoMoment = errors.New("is not a date or a time")

// howToType ends every complaint of ParseMoment.
const howToType = "type 2026-11-03, 2026-11-03 08:15, 03.11.2026 08:15 or 08:15"

var (
	isoDay    = regexp.MustCompile(`^(\d{4})-(\d{1,2})-(\d{1,2})$`)
	dottedDay = regexp.MustCompile(`^(\d{1,2})\.(\d{1,2})\.(\d{4})$`)
	clockTime = regexp.MustCompile(`^(\d{1,2}):(\d{2})(?::(\d{2}))?$`)
	hasZone   = regexp.MustCompile(`\d:\d{2}(\.\d+)?\s*([zZ]|[+-]\d{2}:?\d{2}|UTC|GMT)$`)
)

// MomentOf returns the day and the time of day of t's own digits, as whole
// seconds. Its result always has a clock; drop it for a value that means a day.
func MomentOf(t time.Time) Moment {
	day := midnight(t)
	return Moment{
		Day:      day,
		Clock:    time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second,
		HasClock: true,
	}
}

// ParseMoment reads a day ("2006-01-02" or "02.01.2006"), a day and a time
// ("2006-01-02 15:04", seconds and a T in between are fine), or a time of the
// recorder's today ("15:04"). 24:00 is the end of a day. The digits are the
// recorder's wall clock, so a time zone is refused; the error names text and
// says how to type it.
func ParseMoment(text string) (Moment, error) {
	words := strings.Fields(strings.ReplaceAll(text, "\u00a0", " "))
	if len(words) == 1 {
		if day, clock, ok := strings.Cut(words[0], "T"); ok {
			words = []string{day, clock}
		}
	}
	m, err := parseWords(words)
	switch {
	case err == nil:
		return m, nil
	case hasZone.MatchString(strings.TrimSpace(text)):
		return Moment{}, fmt.Errorf("%q names a time zone, but times are the recorder's own clock: leave the zone out", text)
	}
	return Moment{}, fmt.Errorf("%q %w: %s", text, err, howToType)
}

func parseWords(words []string) (Moment, error) {
	switch len(words) {
	case 1:
		if strings.Contains(words[0], ":") {
			clock, err := parseClock(words[0])
			return Moment{Clock: clock, HasClock: true}, err
		}
		day, err := parseDay(words[0])
		return Moment{Day: day}, err
	case 2:
		day, err := parseDay(words[0])
		if err != nil {
			return Moment{}, err
		}
		clock, err := parseClock(words[1])
		return Moment{Day: day, Clock: clock, HasClock: true}, err
	}
	return Moment{}, errNoMoment
}

func parseDay(text string) (time.Time, error) {
	var year, month, day string
	if p := isoDay.FindStringSubmatch(text); p != nil {
		year, month, day = p[1], p[2], p[3]
	} else if p := dottedDay.FindStringSubmatch(text); p != nil {
		day, month, year = p[1], p[2], p[3]
	} else {
		return time.Time{}, errNoMoment
	}
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

// IsZero reports whether nothing was said.
func (m Moment) IsZero() bool { return m.Day.IsZero() && !m.HasClock }

// String returns the moment in the form that ParseMoment reads; "" when zero.
func (m Moment) String() string {
	var clock string
	if m.HasClock {
		s := int(m.Clock / time.Second)
		clock = fmt.Sprintf("%02d:%02d", s/3600, s/60%60)
		if s%60 != 0 {
			clock += fmt.Sprintf(":%02d", s%60)
		}
	}
	switch {
	case m.Day.IsZero():
		return clock
	case m.HasClock:
		return m.Day.Format(time.DateOnly) + " " + clock
	}
	return m.Day.Format(time.DateOnly)
}

// day returns midnight of the day that m lies in.
func (m Moment) day(today time.Time) time.Time {
	if m.Day.IsZero() {
		return today
	}
	return m.Day
}

// first returns the first second of m.
func (m Moment) first(today time.Time) time.Time {
	if m.HasClock {
		return m.day(today).Add(m.Clock)
	}
	return m.day(today)
}

// last returns the last second of m: of a whole day that is 23:59:59.
func (m Moment) last(today time.Time) time.Time {
	if m.HasClock {
		return m.day(today).Add(m.Clock)
	}
	return m.day(today).Add(lastSecond)
}
