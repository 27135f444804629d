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
	surveyWidth = 80 // cells, for sentences: a table is no place for long lines
	nameWidth   = 23 // cells, for the column of cameras
)

// Finding writes what was learned of one recorder: what it is, then a table of
// its cameras. One that failed is told of at the end, where the eye is.
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

// Found writes how the recorders are, what failed and the totals, once, at the end.
func (l *Lines) Found(at time.Time, t SurveyTotals) error {
	l.health(at)
	l.failedRecorders()
	atLeast := ""
	if t.Recordings > 0 && t.RecordersFailed+t.CamerasFailed > 0 {
		atLeast = "at least " // who failed may have more
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

// failedRecorders writes which recorders failed, those together that failed alike,
// with the rows that name them and what to do once.
func (l *Lines) failedRecorders() {
	rest := l.failed
	for len(rest) > 0 {
		why := rest[0].Failure
		var others []tasks.Finding
		for _, f := range rest {
			if f.Failure.What != why.What || f.Failure.Remedy != why.Remedy {
				others = append(others, f)
				continue
			}
			fmt.Fprintln(l.w, clean(strings.Join(slices.DeleteFunc([]string{f.Address, f.Name, f.Source}, func(s string) bool { return s == "" }), "  ")))
		}
		l.sentence("failed  ", why.What)
		if advice := remedy.Run(why.Remedy); advice != "" {
			l.sentence("        ", advice)
		}
		fmt.Fprintln(l.w)
		rest = others
	}
}

// sentence writes text behind a word, over as many lines as it takes.
func (l *Lines) sentence(word, text string) {
	const indent = "  "
	room := min(surveyWidth, l.room()) - len(indent) - len(word)
	for _, line := range wrap(clean(text), room) {
		fmt.Fprintf(l.w, "%s%s%s\n", indent, word, line)
		word = strings.Repeat(" ", len(word))
	}
}

// wrap cuts text into lines of at most width cells, at spaces only: dates and
// addresses stay in one piece.
func wrap(text string, width int) []string {
	if len(text) <= width { // no text has more cells than bytes
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
		case word != "": // else the second of two spaces
			lines[last] = strings.TrimRight(lines[last], " ")
			lines = append(lines, word)
		}
	}
	return lines
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
	}
	return strings.Join(parts, "  ")
}

// standing says how the login and the clock of a recorder stand.
func standing(f tasks.Finding) string {
	parts := []string{"signed in"}
	if f.LoginTries > 0 {
		parts = append(parts, units.Count(f.LoginTries, "bad login")+" would lock it")
	}
	switch d := f.Device; {
	case !d.ClockKnown || !d.ZoneKnown:
		parts = append(parts, "its clock is not known")
	case clockText(d.ClockError) != "":
		parts = append(parts, clockText(d.ClockError))
	default:
		parts = append(parts, "its clock is right")
	}
	return strings.Join(parts, ", ")
}

// askedFor says what all cameras were asked for, on the recorder's clock; ""
// when they were asked for different times.
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

// firstAndLast writes two times, the day of the second only when it is another.
func firstAndLast(c tasks.CameraFinding) string {
	layout := "15:04"
	if c.First.Format(time.DateOnly) != c.Last.Format(time.DateOnly) {
		layout = "01-02 15:04"
	}
	return c.First.Format("2006-01-02 15:04") + " to " + c.Last.Format(layout)
}

// cameras writes a table: what has recordings in columns, what has none with
// the reason, what failed alike in one line.
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
		name := ansi.Truncate(findingName(c), nameWidth, l.ellipsis())
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

func (l *Lines) ellipsis() string {
	if l.ascii {
		return "..."
	}
	return "…"
}

// failures writes those that failed, together where the reason is the same: a
// right that is missing is missing for all cameras.
func (l *Lines) failures(cameras []tasks.CameraFinding) {
	type reason struct {
		what   string
		remedy nvr.Remedy
	}
	var order []reason
	byReason := map[reason][]tasks.CameraFinding{}
	for _, c := range cameras {
		if c.Failure.Kind == "" {
			continue
		}
		why := reason{c.Failure.What, c.Failure.Remedy}
		if byReason[why] == nil {
			order = append(order, why)
		}
		byReason[why] = append(byReason[why], c)
	}
	for _, why := range order {
		alike := byReason[why]
		who := findingName(alike[0])
		if len(alike) > 1 {
			who = channelsOf(alike)
		}
		found := 0
		for _, c := range alike {
			found += c.Recordings
		}
		if found > 0 {
			who += "  at least " + units.Count(found, "recording")
		}
		l.sentence("", who+"  failed")
		l.sentence("      ", advised(why.what, why.remedy))
	}
}

// channelsOf names cameras by their channels, neighbours together:
// "ch01-ch04, ch07 sub".
func channelsOf(cameras []tasks.CameraFinding) string {
	var parts []string
	for i := 0; i < len(cameras); {
		last := i
		for last+1 < len(cameras) && cameras[last+1].Track == cameras[last].Track+nvr.TrackOf(1, 0) {
			last++
		}
		name := func(c tasks.CameraFinding) string { return cameraOf(c.Track.Channel(), c.Track, "") }
		part := name(cameras[i])
		if last > i {
			part += "-" + name(cameras[last])
		}
		parts = append(parts, part)
		i = last + 1
	}
	return strings.Join(parts, ", ")
}

func findingName(c tasks.CameraFinding) string {
	return clean(cameraOf(c.Track.Channel(), c.Track, c.Name))
}
