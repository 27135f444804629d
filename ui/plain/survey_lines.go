package plain

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/ui/remedy"
	"example.com/hikgrab/ui/units"
)

const (
	surveyWidth   = 80 // for sentences, which are hard to read if wider
	nameWidth     = 23 // cells, for the column of cameras
	recorderWidth = 24 // cells, for the column of recorders
	healthWidth   = len("  ") + recorderWidth + len("  2006-01-02 15:04  ") + len("1234 days  ") + len("12 days slow  ")
)

// Finding writes what a recorder is, then a table of its cameras. Failed
// recorders come at the end, where the eye is.
func (l *Lines) Finding(_ time.Time, f tasks.Finding) error {
	if f.Failure.Kind != "" {
		l.failed = append(l.failed, f)
		if !f.SignedIn {
			return nil
		}
	}
	fmt.Fprintln(l.w, clean(headingOf(f)))
	if f.SignedIn {
		l.answered = append(l.answered, f)
		l.sentence("", standing(f))
		if asked := askedFor(f.Cameras); asked != "" {
			l.sentence("", asked)
		}
	}
	for _, notice := range f.Notices {
		l.sentence("notice  ", advised(notice.What, notice.Remedy))
	}
	if kinds := f.Kinds(); kinds != "" {
		l.sentence("kinds   ", kinds)
	}
	l.cameras(f.Cameras)
	fmt.Fprintln(l.w)
	return l.w.Flush()
}

// Found writes the recorders' health, what failed, and the totals, once, at the
// end.
func (l *Lines) Found(at time.Time, t SurveyTotals) error {
	l.health(at)
	l.failedRecorders()
	atLeast := ""
	if t.Recordings > 0 && t.RecordersFailed+t.CamerasFailed > 0 {
		atLeast = "at least " // failed cameras may have more
	}
	fmt.Fprintf(l.w, "hikgrab: %s, %s, %s%s, %s, %s recorded\n",
		units.Count(t.Recorders, "recorder"), units.Count(t.Cameras, "camera"), atLeast, units.Count(t.Recordings, "recording"),
		units.Size(t.Bytes), units.Duration(t.Recorded))
	if t.Short() > 0 {
		l.sentence("disk    ", "needs "+units.Size(t.Bytes)+", less what is there already; "+units.Size(t.Free)+" free: "+remedy.Run(archive.FreeSpace))
	}
	switch {
	case t.Cameras > 0 && t.CamerasEmpty == t.Cameras:
		fmt.Fprintln(l.w, "  empty   nothing was recorded in the period on any camera")
	case t.CamerasEmpty > 0:
		fmt.Fprintf(l.w, "  empty   %s\n", units.Count(t.CamerasEmpty, "camera"))
	}
	if t.CamerasFailed > 0 {
		fmt.Fprintf(l.w, "  failed  %s\n", units.Count(t.CamerasFailed, "camera"))
	}
	if len(l.failed) > 0 {
		var names []string
		for _, f := range l.failed {
			names = append(names, cmp.Or(f.Name, f.Address))
		}
		l.sentence("failed  ", units.Count(len(l.failed), "recorder")+": "+strings.Join(names, ", "))
	}
	return l.w.Flush()
}

// health writes a table with one line per recorder that answered: what
// operators check every week.
func (l *Lines) health(at time.Time) {
	if len(l.answered) == 0 {
		return
	}
	width := ansi.StringWidth("recorder")
	for _, f := range l.answered {
		width = max(width, min(ansi.StringWidth(clean(cmp.Or(f.Name, f.Address))), recorderWidth))
	}
	fmt.Fprintf(l.w, "  %s  oldest recording  kept       clock         disks\n", pad("recorder", width))
	for _, f := range l.answered {
		oldest, kept := "-", "-"
		if !f.Oldest.IsZero() {
			oldest, kept = f.Oldest.Format("2006-01-02 15:04"), units.Count(int(f.Kept(at)/(24*time.Hour)), "day")
		}
		name := ansi.Truncate(clean(cmp.Or(f.Name, f.Address)), recorderWidth, l.ellipsis)
		row := fmt.Sprintf("  %s  %-16s  %-9s  %-12s  ", pad(name, width), oldest, kept, cmp.Or(clockOf(f.Device), "-"))
		for _, line := range wrap(clean(disksColumn(f)), surveyWidth-healthWidth+recorderWidth-width) {
			fmt.Fprintln(l.w, strings.TrimRight(row+line, " "))
			row = strings.Repeat(" ", ansi.StringWidth(row))
		}
	}
	fmt.Fprintln(l.w)
}

// disksColumn gives the number of disks, their total size, and the faulty ones.
func disksColumn(f tasks.Finding) string {
	if len(f.Disks) == 0 {
		return "-"
	}
	total, sick := int64(0), ""
	for _, d := range f.Disks {
		total += d.Capacity
		if !d.Healthy() {
			sick += ", " + d.Name + ": " + cmp.Or(d.Status, "?")
		}
	}
	text := fmt.Sprintf("%d", len(f.Disks))
	if total > 0 {
		text += " of " + units.Size(total)
	}
	return text + cmp.Or(sick, ", ok")
}

// failedRecorders lists the recorders that failed, grouped by failure, with
// their rows of the sheet and what to do.
func (l *Lines) failedRecorders() {
	for _, group := range bySameFailure(l.failed, func(f tasks.Finding) tasks.Failure { return f.Failure }) {
		for _, f := range group {
			fmt.Fprintln(l.w, clean(join("  ", f.Address, f.Name, f.Source)))
		}
		l.sentence("failed  ", group[0].Failure.What)
		if advice := remedy.Run(group[0].Failure.Remedy); advice != "" {
			l.sentence("        ", advice)
		}
		fmt.Fprintln(l.w)
	}
}

// sentence writes text after a word, wrapped as needed.
func (l *Lines) sentence(word, text string) { l.hangIn(min(surveyWidth, l.room()), "  "+word, text) }

// wrap breaks text into lines of at most width cells, at spaces only, so that
// dates and addresses stay whole.
func wrap(text string, width int) []string {
	if len(text) <= width { // a text never has more cells than bytes
		return []string{text}
	}
	var lines []string
	for word := range strings.SplitSeq(text, " ") {
		last := len(lines) - 1
		switch {
		case last < 0:
			lines = append(lines, word)
		case ansi.StringWidth(lines[last])+1+ansi.StringWidth(word) <= width:
			lines[last] += " " + word
		case word != "": // otherwise the second of two spaces
			lines[last] = strings.TrimRight(lines[last], " ")
			lines = append(lines, word)
		}
	}
	return lines
}

// headingOf says what a recorder is.
func headingOf(f tasks.Finding) string {
	if !f.SignedIn {
		return join("  ", f.Address, f.Name)
	}
	return join("  ", f.Address, f.Name, f.Device.Kind.String(), f.Device.Model, f.Device.Firmware)
}

// standing describes the state of a recorder's login and clock.
func standing(f tasks.Finding) string {
	parts := []string{"signed in"}
	if f.LoginTries > 0 {
		parts = append(parts, units.Count(f.LoginTries, "bad login")+" would lock it")
	}
	return strings.Join(append(parts, "its clock is "+cmp.Or(clockOf(f.Device), "not known")), ", ")
}

// askedFor returns the period asked of all cameras, on the recorder's clock;
// empty if their periods differ.
func askedFor(cameras []tasks.CameraFinding) string {
	if len(cameras) == 0 {
		return ""
	}
	span := cameras[0].Period
	for _, c := range cameras {
		if c.Period != span {
			return ""
		}
	}
	return "asked for " + span.From.Format(time.DateTime) + " to " + span.To.Format(time.DateTime)
}

// firstAndLast writes two times, the second with its date only if it differs.
func firstAndLast(c tasks.CameraFinding) string {
	layout := "15:04"
	if c.First.Format(time.DateOnly) != c.Last.Format(time.DateOnly) {
		layout = "01-02 15:04"
	}
	return c.First.Format("2006-01-02 15:04") + " to " + c.Last.Format(layout)
}

// cameras writes a table: cameras with recordings in columns, empty ones with
// the reason, and equal failures in one line.
func (l *Lines) cameras(cameras []tasks.CameraFinding) {
	width := ansi.StringWidth("camera")
	for _, c := range cameras {
		if c.Failure.Kind == "" {
			width = max(width, min(ansi.StringWidth(findingName(c)), nameWidth))
		}
	}
	if slices.ContainsFunc(cameras, func(c tasks.CameraFinding) bool { return c.Recordings > 0 }) {
		fmt.Fprintf(l.w, "  %s  files       size  recorded  first and last\n", pad("camera", width))
	}
	for _, c := range cameras {
		if c.Failure.Kind != "" {
			continue
		}
		name := ansi.Truncate(findingName(c), nameWidth, l.ellipsis)
		row := fmt.Sprintf("  %s  %5d", pad(name, width), c.Recordings)
		if c.Recordings > 0 {
			row += fmt.Sprintf("  %9s  %8s  %s", units.Size(c.Bytes), units.Duration(c.Recorded), firstAndLast(c))
		}
		if c.Offline {
			row += "  offline now"
		}
		fmt.Fprintln(l.w, row)
		if c.Reason != "" {
			l.sentence("      ", c.Reason)
		}
	}
	l.failures(cameras)
}

// failures lists failed cameras, grouped by reason: a missing permission
// affects all cameras.
func (l *Lines) failures(cameras []tasks.CameraFinding) {
	failed := slices.DeleteFunc(slices.Clone(cameras), func(c tasks.CameraFinding) bool { return c.Failure.Kind == "" })
	for _, group := range bySameFailure(failed, func(c tasks.CameraFinding) tasks.Failure { return c.Failure }) {
		who := findingName(group[0])
		if len(group) > 1 {
			who = channelsOf(group)
		}
		found := 0
		for _, c := range group {
			found += c.Recordings
		}
		if found > 0 {
			who += "  at least " + units.Count(found, "recording")
		}
		l.sentence("", who+"  failed")
		l.sentence("      ", advised(group[0].Failure.What, group[0].Failure.Remedy))
	}
}

// channelsOf lists cameras by channel, joining neighbours: "ch01-ch04, ch07
// sub".
func channelsOf(cameras []tasks.CameraFinding) string {
	var parts []string
	name := func(c tasks.CameraFinding) string { return cameraOf(c.Track.Channel(), c.Track, "") }
	for len(cameras) > 0 {
		run := 1
		for run < len(cameras) && cameras[run].Track == cameras[run-1].Track+nvr.TrackOf(1, 0) {
			run++
		}
		part := name(cameras[0])
		if run > 1 {
			part += "-" + name(cameras[run-1])
		}
		parts = append(parts, part)
		cameras = cameras[run:]
	}
	return strings.Join(parts, ", ")
}

func findingName(c tasks.CameraFinding) string {
	return clean(cameraOf(c.Track.Channel(), c.Track, c.Name))
}
