package ui

import (
	"cmp"
	"strings"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// cameraWord returns a camera's state in at most ten cells: the time left while
// it moves, otherwise a word.
func (r *rows) cameraWord(c *tasks.CameraView, rec *tasks.RecorderView) string {
	switch c.State {
	case tasks.Waiting:
		if shut(rec.Hold) {
			return "held"
		}
	case tasks.Downloading:
		switch {
		case c.ETA > 0 && c.TotalKnown:
			return units.Duration(c.ETA)
		case c.Deriving != "" && c.Active == 0:
			return c.Deriving
		}
		return r.glyphs.dash
	case tasks.Retrying:
		return "retry " + until(c.Next, r.s.At)
	case tasks.Done:
		if c.Took >= time.Second {
			return "in " + units.Duration(c.Took)
		}
	case tasks.Failed:
		return "FAILED"
	case tasks.Searching, tasks.Pausing, tasks.Paused, tasks.Incomplete, tasks.Empty, tasks.Skipped:
	}
	return c.State.String()
}

// derived returns how far the making of derived files is, such as "40%"; empty
// if none are made, or while recordings still arrive.
func derived(c *tasks.CameraView) string {
	if c.Deriving == "" || c.Active > 0 {
		return ""
	}
	return itoa(int(max(0, min(c.DerivingDone, 1))*100)) + "%"
}

// recorderWord returns the state of a recorder that is not held.
func (r *rows) recorderWord(rec *tasks.RecorderView) string {
	switch {
	case rec.State == tasks.Downloading && rec.ETA > 0 && rec.TotalKnown:
		return units.Duration(rec.ETA)
	case rec.State == tasks.Downloading && rec.Active == 0:
		return cmp.Or(deriving(r.s.Of(rec)), rec.State.String())
	case rec.State == tasks.Downloading:
		return r.glyphs.dash
	case rec.State == tasks.Failed:
		return "FAILED"
	}
	return rec.State.String()
}

// deriving returns which derived files of the cameras are being made; empty if
// none.
func deriving(cameras []tasks.CameraView) string {
	for i := range cameras {
		if what := cameras[i].Deriving; what != "" {
			return what
		}
	}
	return ""
}

// holdWord says that a recorder is held, and until when, if known.
func holdWord(h tasks.Hold, now time.Time) string {
	switch {
	case h.Kind == nvr.Busy:
		return "busy " + until(h.Until, now)
	case !h.Until.IsZero():
		return "held " + until(h.Until, now)
	}
	lacks := map[nvr.Kind]string{nvr.Auth: "NO LOGIN", nvr.Unreachable: "NO ANSWER", nvr.TLS: "NO TLS"}
	return cmp.Or(lacks[h.Kind], strings.ToUpper(h.Kind.String()))
}

// until returns the time from now to t, rounded to seconds below a minute and
// to minutes above; "now" if it has passed.
func until(t, now time.Time) string {
	d := t.Sub(now)
	switch {
	case d <= 0:
		return "now"
	case d <= time.Minute:
		return units.Wait(d)
	case d <= time.Hour:
		return itoa(int((d+time.Minute-1)/time.Minute)) + "m"
	}
	return units.Wait(d)
}

// troubled reports whether a camera's last failure still matters. It no longer
// does once recordings arrive again.
func troubled(c *tasks.CameraView) bool {
	return c.Failure.What != "" && c.State != tasks.Done && c.State != tasks.Downloading && c.State != tasks.Searching
}
