package ui

import (
	"cmp"
	"strings"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// cameraWord is what a camera does, in at most ten cells: the time left while
// it moves, else a word.
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

// derived is how far the making of something out of a camera's recordings is:
// "40%"; empty when nothing is made, or while recordings still come.
func derived(c *tasks.CameraView) string {
	if c.Deriving == "" || c.Active > 0 {
		return ""
	}
	return itoa(int(max(0, min(c.DerivingDone, 1))*100)) + "%"
}

// recorderWord is what a recorder that is not held does.
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

// deriving is what is being made of the recordings of some cameras; empty when
// nothing is.
func deriving(cameras []tasks.CameraView) string {
	for i := range cameras {
		if what := cameras[i].Deriving; what != "" {
			return what
		}
	}
	return ""
}

// holdWord says that a recorder is held, and until when if that is known.
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

// until says how long it is from now to t, to the second below a minute and to
// the minute above; "now" when that is over.
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

// troubled reports whether what last went wrong with a camera still stands:
// where recordings come again it is over.
func troubled(c *tasks.CameraView) bool {
	return c.Failure.What != "" && c.State != tasks.Done && c.State != tasks.Downloading && c.State != tasks.Searching
}
