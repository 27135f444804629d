package ui

import (
	"strings"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// stateWord is what a camera does, in at most ten cells: the time left while
// it moves, else a word.
func (m *model) stateWord(c *tasks.CameraView, r *tasks.RecorderView) string {
	switch c.State {
	case tasks.Waiting:
		if shut(r.Hold) {
			return "held"
		}
	case tasks.Downloading:
		switch {
		case c.ETA > 0 && c.TotalKnown:
			return units.Duration(c.ETA)
		case c.Deriving != "" && c.Active == 0:
			return c.Deriving
		}
		return m.glyphs.dash
	case tasks.Retrying:
		return "retry " + until(c.Next, m.snap.At)
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
func (m *model) recorderWord(r *tasks.RecorderView) string {
	switch {
	case r.State == tasks.Downloading && r.ETA > 0 && r.TotalKnown:
		return units.Duration(r.ETA)
	case r.State == tasks.Downloading && r.Active == 0:
		for i := r.First; i < r.First+r.Count; i++ {
			if c := &m.snap.Cameras[i]; c.Deriving != "" {
				return c.Deriving
			}
		}
		return r.State.String()
	case r.State == tasks.Downloading:
		return m.glyphs.dash
	case r.State == tasks.Failed:
		return "FAILED"
	}
	return r.State.String()
}

// holdWord says that a recorder is held, and until when if that is known.
func holdWord(h tasks.Hold, now time.Time) string {
	switch {
	case h.Kind == nvr.Busy:
		return "busy " + until(h.Until, now)
	case !h.Until.IsZero():
		return "held " + until(h.Until, now)
	case h.Kind == nvr.Auth:
		return "NO LOGIN"
	case h.Kind == nvr.Unreachable:
		return "NO ANSWER"
	case h.Kind == nvr.TLS:
		return "NO TLS"
	}
	return strings.ToUpper(h.Kind.String())
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
