package nvr

import (
	"fmt"
	"strings"
	"time"
)

// zone is a time zone in the form that recorders use: a POSIX rule.
type zone struct {
	known      bool
	std        time.Duration // local time minus UTC in winter
	shift      time.Duration // added in summer; 0 if there is none
	start, end change        // when summer begins, in winter time, and ends, in summer time
}

// change is one "Mm.w.d/time" of a POSIX rule.
type change struct {
	month, week, day int
	at               time.Duration
}

// in returns the local time of the change in a year, in time.UTC.
func (c change) in(year int) time.Time {
	first := time.Date(year, time.Month(c.month), 1, 0, 0, 0, 0, time.UTC)
	day := 1 + (c.day-int(first.Weekday())+7)%7 + (c.week-1)*7
	for last := first.AddDate(0, 1, -1).Day(); day > last; {
		day -= 7
	}
	return time.Date(year, time.Month(c.month), day, 0, 0, 0, 0, time.UTC).Add(c.at)
}

// offset returns local time minus UTC at time at.
func (z zone) offset(at time.Time) time.Duration {
	if z.shift == 0 {
		return z.std
	}
	at = at.UTC()
	year := at.Add(z.std).Year()
	start := z.start.in(year).Add(-z.std)
	end := z.end.in(year).Add(-z.std - z.shift)
	summer := !at.Before(start) && at.Before(end)
	if end.Before(start) { // the southern hemisphere
		summer = !at.Before(start) || at.Before(end)
	}
	if summer {
		return z.std + z.shift
	}
	return z.std
}

// wall returns the wall clock at time at.
func (z zone) wall(at time.Time) time.Time { return at.UTC().Add(z.offset(at)) }

// moments returns the times at which the wall clock shows w: one, two in the
// repeated hour of autumn, or the nearest guess in the skipped hour of spring.
func (z zone) moments(w time.Time) (first, last time.Time) {
	winter := w.Add(-z.std)
	summer := winter.Add(-z.shift)
	switch inSummer, inWinter := z.wall(summer).Equal(w), z.wall(winter).Equal(w); {
	case inSummer && inWinter:
		if summer.After(winter) {
			return winter, summer
		}
		return summer, winter
	case inSummer:
		return summer, summer
	}
	return winter, winter
}

// String returns the zone in the form that parseZone accepts, or "" if unknown.
func (z zone) String() string {
	if !z.known {
		return ""
	}
	text := "UTC" + offsetText(-z.std)
	if z.shift == 0 {
		return text
	}
	return text + "DST" + clockText(z.shift) + "," + z.start.String() + "," + z.end.String()
}

func (c change) String() string {
	return fmt.Sprintf("M%d.%d.%d/%s", c.month, c.week, c.day, clockText(c.at))
}

// offsetText formats an offset as "+5:00:00" or "-8:00:00".
func offsetText(d time.Duration) string {
	if d < 0 {
		return "-" + clockText(-d)
	}
	return "+" + clockText(d)
}

// clockText formats a duration as "h:mm:ss".
func clockText(d time.Duration) string {
	s := int(d / time.Second)
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// parseZone parses the POSIX zone string of a recorder: "CST-8:00:00" is eight
// hours ahead of UTC (the sign is inverted), and
// "CST-2:00:00DST01:00:00,M3.5.5/02:00:00,M10.5.0/02:00:00" adds an hour in
// summer. The value after "DST" is the shift, where POSIX has an offset; both
// work. An invalid string gives the zero zone.
func parseZone(text string) zone {
	rule, changes, hasChanges := strings.Cut(strings.TrimSpace(text), ",")
	_, rest := cutZoneName(rule)
	std, rest, ok := cutOffset(rest)
	if !ok {
		return zone{}
	}
	z := zone{known: true, std: -std}
	name, rest := cutZoneName(rest)
	if name == "" || !hasChanges {
		return z
	}
	first, second, _ := strings.Cut(changes, ",")
	start, begins := parseChange(first)
	end, ends := parseChange(second)
	if begins && ends {
		z.start, z.end, z.shift = start, end, summerShift(name, rest, std)
	}
	return z
}

// summerShift parses the part after the name of summer time.
func summerShift(name, text string, std time.Duration) time.Duration {
	written, _, ok := cutOffset(text)
	switch {
	case !ok:
		return time.Hour
	case strings.EqualFold(name, "DST") && written > 0 && written <= 2*time.Hour:
		return written
	}
	if shift := std - written; shift > 0 && shift <= 2*time.Hour {
		return shift
	}
	return time.Hour
}

// cutZoneName cuts "CST" or "<+03>" from the front.
func cutZoneName(text string) (name, rest string) {
	if strings.HasPrefix(text, "<") {
		name, rest, _ = strings.Cut(text[1:], ">")
		return name, rest
	}
	i := strings.IndexFunc(text, func(r rune) bool { return r < 'A' || r > 'z' || r > 'Z' && r < 'a' })
	if i < 0 {
		return text, ""
	}
	return text[:i], text[i:]
}

// cutOffset cuts "[+-]h[:mm[:ss]]" from the front.
func cutOffset(text string) (d time.Duration, rest string, ok bool) {
	sign := time.Duration(1)
	switch {
	case strings.HasPrefix(text, "-"):
		sign, text = -1, text[1:]
	case strings.HasPrefix(text, "+"):
		text = text[1:]
	}
	i := strings.IndexFunc(text, func(r rune) bool { return r != ':' && (r < '0' || r > '9') })
	if i < 0 {
		i = len(text)
	}
	d, ok = parseHours(text[:i])
	return sign * d, text[i:], ok && d <= 24*time.Hour
}

// parseHours parses "h[:mm[:ss]]".
func parseHours(text string) (time.Duration, bool) {
	var d time.Duration
	unit := time.Hour
	for part := range strings.SplitSeq(text, ":") {
		n := number(part)
		if n < 0 || n > 999 || unit < time.Second {
			return 0, false
		}
		d += time.Duration(n) * unit
		unit /= 60
	}
	return d, true
}

// parseChange parses "Mm.w.d[/time]".
func parseChange(text string) (c change, ok bool) {
	day, at, timed := strings.Cut(strings.TrimSpace(text), "/")
	c.at = 2 * time.Hour
	if timed {
		var good bool
		if c.at, good = parseHours(at); !good || c.at > 7*24*time.Hour {
			return change{}, false
		}
	}
	rule, isMonth := strings.CutPrefix(day, "M")
	parts := strings.Split(rule, ".")
	if !isMonth || len(parts) != 3 {
		return change{}, false
	}
	for i, field := range []*int{&c.month, &c.week, &c.day} {
		*field = number(parts[i])
	}
	ok = c.month >= 1 && c.month <= 12 && c.week >= 1 && c.week <= 5 && c.day >= 0 && c.day <= 6
	return c, ok
}
