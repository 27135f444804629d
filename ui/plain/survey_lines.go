package plain

import (
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// Finding implements SurveyPrinter: one heading per recorder, one line per
// camera.
func (l *Lines) Finding(_ time.Time, f tasks.Finding) error {
	fmt.Fprintln(l.w, clean(headingOf(f)))
	if f.Failure.Kind != "" {
		fmt.Fprintf(l.w, "  failed  %s\n", clean(f.Failure.What))
		if advice := (trouble{source: f.Source, hint: f.Failure.Hint}).advice(); advice != "" {
			fmt.Fprintf(l.w, "          %s\n", clean(advice))
		}
	}
	l.cameras(f.Cameras)
	fmt.Fprintln(l.w)
	return l.w.Flush()
}

// Found implements SurveyPrinter.
func (l *Lines) Found(_ time.Time, t SurveyTotals) error {
	fmt.Fprintf(l.w, "hikgrab: %s, %s, %s, %s, %s recorded\n",
		units.Count(t.Recorders, "recorder"), units.Count(t.Cameras, "camera"), units.Count(t.Recordings, "recording"),
		units.Size(t.Bytes), units.Duration(t.Recorded))
	if t.RecordersFailed > 0 {
		fmt.Fprintf(l.w, "  failed  %s\n", units.Count(t.RecordersFailed, "recorder"))
	}
	if t.CamerasFailed > 0 {
		fmt.Fprintf(l.w, "  failed  %s\n", units.Count(t.CamerasFailed, "camera"))
	}
	if t.CamerasEmpty > 0 {
		fmt.Fprintf(l.w, "  empty   %s\n", units.Count(t.CamerasEmpty, "camera"))
	}
	return l.w.Flush()
}

// headingOf names a recorder and says what it is.
func headingOf(f tasks.Finding) string {
	parts := []string{f.Address}
	add := func(s string) {
		if s != "" {
			parts = append(parts, s)
		}
	}
	add(f.Name)
	if f.SignedIn {
		add(f.Device.Kind.String())
		add(f.Device.Model)
		add(f.Device.Firmware)
		if f.Device.ClockKnown {
			add(clockText(f.Device.ClockError))
		}
	}
	return strings.Join(parts, "  ")
}

func (l *Lines) cameras(cameras []tasks.CameraFinding) {
	width := 0
	for _, c := range cameras {
		width = max(width, min(ansi.StringWidth(findingName(c)), 40))
	}
	for _, c := range cameras {
		fmt.Fprintf(l.w, "  %s  %s\n", pad(findingName(c), width), clean(findingText(c)))
	}
}

func findingName(c tasks.CameraFinding) string {
	return clean(cameraOf(c.Track.Channel(), c.Track, c.Name))
}

func findingText(c tasks.CameraFinding) string {
	var parts []string
	if c.Recordings > 0 {
		parts = append(parts,
			recordings(c), fmt.Sprintf("%9s", units.Size(c.Bytes)),
			fmt.Sprintf("%9s", units.Duration(c.Recorded)),
			c.First.Format(time.DateTime)+" to "+c.Last.Format(time.DateTime))
	} else if c.Failure.Kind == "" {
		parts = append(parts, recordings(c))
	}
	if c.Failure.Kind != "" {
		parts = append(parts, strings.TrimSuffix("failed: "+c.Failure.What+"; "+keyless(c.Failure.Hint), "; "))
	} else if c.Reason != "" {
		parts = append(parts, c.Reason)
	}
	if c.Offline {
		parts = append(parts, "(offline now)")
	}
	return strings.Join(parts, "  ")
}

func recordings(c tasks.CameraFinding) string {
	return fmt.Sprintf("%16s", units.Count(c.Recordings, "recording"))
}
