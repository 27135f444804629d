package nvr

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// String writes the zone so that parseZone reads the same; "" when it is not
// known.
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

// offsetText writes "+5:00:00" or "-8:00:00".
func offsetText(d time.Duration) string {
	if d < 0 {
		return "-" + clockText(-d)
	}
	return "+" + clockText(d)
}

// clockText writes "h:mm:ss".
func clockText(d time.Duration) string {
	s := int(d / time.Second)
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// parseZone reads the POSIX zone string of a recorder: "CST-8:00:00" is eight
// hours ahead of UTC (the sign is inverted), and
// "CST-2:00:00DST01:00:00,M3.5.5/02:00:00,M10.5.0/02:00:00" adds an hour in
// summer. What stands behind "DST" is the shift, where POSIX has an offset;
// both are understood. An unreadable string gives the zero zone.
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

// summerShift reads what stands behind the name of summer time.
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

// cutZoneName cuts "CST" or "<+03>" off the front.
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

// cutOffset cuts "[+-]h[:mm[:ss]]" off the front.
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

// parseHours reads "h[:mm[:ss]]".
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

// parseChange reads "Mm.w.d[/time]".
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
		n, err := strconv.Atoi(parts[i])
		if err != nil {
			return change{}, false
		}
		*field = n
	}
	ok = c.month >= 1 && c.month <= 12 && c.week >= 1 && c.week <= 5 && c.day >= 0 && c.day <= 6
	return c, ok
}
