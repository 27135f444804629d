package plain

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

const (
	recorderWidth = 24 // cells, for the column of recorders
	healthWidth   = len("  ") + recorderWidth + len("  2006-01-02 15:04  ") + len("1234 days  ") + len("12 days slow  ")
)

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
		name := ansi.Truncate(clean(cmp.Or(f.Name, f.Address)), recorderWidth, l.ellipsis())
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
