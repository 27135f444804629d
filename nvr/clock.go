package nvr

import "time"

// clockReading is the content of /System/time.
type clockReading struct {
	wall      time.Time // the digits that the device shows, in time.UTC; zero if unknown
	suffix    time.Duration
	hasSuffix bool
	zone      zone
}

// readClock parses a Time document. Only the digits of localTime count: units
// such as DS-7616NXI-K2 V4.84 keep the winter offset after them in summer.
func readClock(body []byte) clockReading {
	f := fields(body, "localTime", "timeZone")
	var c clockReading
	c.wall, c.suffix, c.hasSuffix, _ = splitTime(f["localTime"])
	c.zone = parseZone(f["timeZone"])
	return c
}

// guess estimates the zone of a device that shows the time but no zone: from
// the offset after its digits, or else from the digits, to the nearest quarter
// of an hour. The offset may lack the summer hour.
func (c clockReading) guess(d *Device) zone {
	if !c.hasSuffix {
		return zone{known: true, std: d.WallOffset.Round(15 * time.Minute)}
	}
	std, off := c.suffix, d.WallOffset-c.suffix
	if summer := off - time.Hour; summer.Abs() < 10*time.Minute && off.Abs() > 50*time.Minute {
		std, off = std+time.Hour, summer
	}
	d.ZoneKnown, d.ClockError = true, off
	return zone{known: true, std: std}
}
