package nvr

import (
	"strings"
	"time"
)

// searchClock converts between wall clock times and what a device writes. NVRs
// and DVRs write their wall clock followed by a meaningless "Z"; standalone
// cameras write true UTC.
type searchClock struct {
	utc  bool
	zone zone
}

func (r *Recorder) searchClock(j *joining) searchClock {
	c := searchClock{utc: r.known().clock.utc, zone: j.zone}
	if !c.zone.known {
		// The best guess for a device that tells no time is our own zone. It must be
		// the same on other machines and in later runs.
		_, seconds := time.Now().Zone()
		c.zone = zone{known: true, std: time.Duration(seconds) * time.Second}
		r.learn(func(l *learned) { l.zone = c.zone })
	}
	return c
}

// ask returns the range to request from a device. In the repeated hour of
// autumn, a wall clock time means two moments, so the range grows to include
// both.
func (c searchClock) ask(from, to time.Time) (time.Time, time.Time) {
	if !c.utc {
		return from, to
	}
	first, _ := c.zone.moments(from)
	_, last := c.zone.moments(to)
	return first, last
}

// wall parses a time from a device and returns its wall clock.
func (c searchClock) wall(text string) (time.Time, bool) {
	digits, offset, explicit, ok := splitTime(text)
	if !ok {
		return time.Time{}, false
	}
	if explicit {
		moment := digits.Add(-offset)
		if off := c.zone.offset(moment) - offset; !c.zone.known || off.Abs() <= time.Hour {
			// The device's own zone, give or take the hour that some forget to add in
			// summer: the digits are what it shows.
			return digits, true
		}
		return c.zone.wall(moment), true
	}
	if c.utc {
		return c.zone.wall(digits), true
	}
	return digits, true
}

// splitTime parses "2026-11-03T08:15:00Z", "20261103T081500Z", either with a
// space for the T, fractions of a second, an offset, or nothing after it. "Z"
// is not an offset here, because most devices append it to anything. Nor is an
// offset that lost its sign, as in "10:00:0000:00" (iDS-7208HUHI-K1 V4.26.010).
// Digits followed by anything else are returned too, but with ok false.
func splitTime(text string) (digits time.Time, offset time.Duration, explicit, ok bool) {
	text = strings.TrimSpace(text)
	for _, layout := range []string{"2006-01-02T15:04:05", "2006-01-02 15:04:05", "20060102T150405", "20060102 150405"} {
		if len(text) < len(layout) {
			continue
		}
		t, err := time.Parse(layout, text[:len(layout)])
		if err != nil {
			continue
		}
		rest := strings.TrimSpace(text[len(layout):])
		if strings.HasPrefix(rest, ".") {
			rest = strings.TrimLeft(rest[1:], "0123456789")
		}
		switch rest {
		case "", "Z", "z":
			return t, 0, false, true
		}
		if _, err := time.Parse("15:04", rest); err == nil {
			return t, 0, false, true
		}
		for _, layout := range []string{"-07:00", "-0700"} {
			if z, err := time.Parse(layout, rest); err == nil {
				_, seconds := z.Zone()
				return t, time.Duration(seconds) * time.Second, true, true
			}
		}
		return t, 0, false, false
	}
	return time.Time{}, 0, false, false
}
