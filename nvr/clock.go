package nvr

import "time"

// clockReading is what /System/time says.
type clockReading struct {
	wall      time.Time // the digits the device shows, in time.UTC; zero when it did not say
	suffix    time.Duration
	hasSuffix bool
	zone      zone
}

// readClock reads a Time document. Only the digits of localTime count: units
// such as DS-7616NXI-K2 V4.84 keep the offset of winter behind them in summer.
func readClock(body []byte) clockReading {
	f := fields(body, "localTime", "timeZone")
	var c clockReading
	c.wall, c.suffix, c.hasSuffix, _ = splitTime(f["localTime"])
	c.zone = parseZone(f["timeZone"])
	return c
}

// guess makes the best of a device that shows the time but names no zone: the
// offset behind its digits, or the quarter of an hour next to what it shows.
// The offset behind the digits may lack the hour of summer.
func (c clockReading) guess(d *Device) zone {
	near := d.WallOffset.Round(15 * time.Minute)
	if c.hasSuffix {
		off := d.WallOffset - c.suffix
		if summer := off - time.Hour; summer.Abs() < 10*time.Minute && off.Abs() > 50*time.Minute {
			d.ZoneKnown, d.ClockError = true, summer
			return zone{known: true, std: c.suffix + time.Hour}
		}
		d.ZoneKnown, d.ClockError = true, off
		return zone{known: true, std: c.suffix}
	}
	return zone{known: true, std: near}
}

// zone is a time zone as recorders write it: a POSIX rule.
type zone struct {
	known      bool
	std        time.Duration // local time minus UTC outside summer
	shift      time.Duration // what summer adds; 0 when there is none
	start, end change        // when summer begins, in winter's time, and ends, in summer's
}

// change is one "Mm.w.d/time" of a POSIX rule.
type change struct {
	month, week, day int
	at               time.Duration
}

// in returns the change's local time in a year, in time.UTC.
func (c change) in(year int) time.Time {
	first := time.Date(year, time.Month(c.month), 1, 0, 0, 0, 0, time.UTC)
	day := 1 + (c.day-int(first.Weekday())+7)%7 + (c.week-1)*7
	for last := first.AddDate(0, 1, -1).Day(); day > last; {
		day -= 7
	}
	return time.Date(year, time.Month(c.month), day, 0, 0, 0, 0, time.UTC).Add(c.at)
}

// offset returns local time minus UTC at a moment.
func (z zone) offset(at time.Time) time.Duration {
	if z.shift == 0 {
		return z.std
	}
	at = at.UTC()
	year := at.Add(z.std).Year()
	start := z.start.in(year).Add(-z.std)
	end := z.end.in(year).Add(-z.std - z.shift)
	summer := !at.Before(start) && at.Before(end)
	if end.Before(start) { // the southern half of the world
		summer = !at.Before(start) || at.Before(end)
	}
	if summer {
		return z.std + z.shift
	}
	return z.std
}

// wall returns the wall clock of a moment.
func (z zone) wall(at time.Time) time.Time { return at.UTC().Add(z.offset(at)) }

// moments returns the moments at which the wall clock shows w: one, two in the
// hour that autumn repeats, or the nearest guess in the hour that spring skips.
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
