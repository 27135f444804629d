package flags

import (
	"fmt"
	"strings"
	"time"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// parseLimit parses a bandwidth, or several by time of day on this machine's
// clock: "20M", or "22:00-07:00 off, 12:00-13:00 500K, 2M". The one without a
// time covers the rest of the day.
func parseLimit(text string) (t tasks.Timetable, err error) {
	if !strings.Contains(text, ":") {
		t.Usual, err = units.ParseRate(text)
		return t, err
	}
	usual := 0
	for part := range strings.SplitSeq(text, ",") {
		window, rate := "", strings.TrimSpace(part)
		if strings.Contains(rate, ":") {
			window, rate, _ = strings.Cut(rate, " ")
			if rate = strings.TrimSpace(rate); rate == "" {
				return t, fmt.Errorf("%q is not a bandwidth: write it like \"22:00-07:00 2M\" or \"22:00-07:00 off\"", part)
			}
		}
		var limit int64
		if rate != "off" {
			if limit, err = units.ParseRate(rate); err != nil {
				return t, err
			}
		}
		if window == "" {
			if usual++; usual > 1 {
				return t, fmt.Errorf("%q has two bandwidths without a time of day", text)
			}
			t.Usual = limit
			continue
		}
		w, err := parseWindow(window)
		if err != nil {
			return t, err
		}
		w.Limit = limit
		t.Windows = append(t.Windows, w)
	}
	return t, nil
}

// parseWindow parses a part of the day: "22:00-07:00".
func parseWindow(text string) (w tasks.Window, err error) {
	from, to, ok := strings.Cut(strings.ReplaceAll(text, "–", "-"), "-")
	if ok {
		if w.From, err = parseClock(from); err == nil {
			w.To, err = parseClock(to)
		}
	}
	if !ok || err != nil || w.From == w.To {
		return w, fmt.Errorf("%q is not a part of the day: write it like 22:00-07:00", text)
	}
	return w, nil
}

// parseClock parses a time of day; 24:00 is the midnight that ends it.
func parseClock(text string) (time.Duration, error) {
	if text == "24:00" {
		return 24 * time.Hour, nil
	}
	t, err := time.Parse("15:04", text)
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute, err
}
