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
