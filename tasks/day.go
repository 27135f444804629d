package tasks

import (
	"slices"
	"time"

	"example.com/hikgrab/tasks/archive"
)

// Day is a camera on one day of its recorder's clock.
type Day struct {
	Date      time.Time // midnight
	State     State     // Done, Incomplete, Empty, Failed or Skipped
	Asked     []Span    // empty for files if it is unknown what was asked
	OnDisk    []Span    // whenever their files begin
	Elsewhere []Span    // only on other machines
	Missing   []Absence
	Files     []archive.Recording // files that exist and begin on this day
}

// Absence is a stretch of what was asked that is on no disk.
type Absence struct {
	Span
	Why     string // a word: WhyLost and the others
	Failure Failure
}

// Recorded returns how much of the day the recorder had, as far as it said.
func (d *Day) Recorded() time.Duration {
	all := slices.Concat(d.OnDisk, d.Elsewhere)
	for _, m := range d.Missing {
		if m.Why != WhyUnknown {
			all = append(all, m.Span)
		}
	}
	return length(union(all))
}

// AskedTime returns how much of the day was asked for.
func (d *Day) AskedTime() time.Duration { return length(d.Asked) }

// OnDiskTime returns how much of the day is on disk, on any machine.
func (d *Day) OnDiskTime() time.Duration { return length(union(slices.Concat(d.OnDisk, d.Elsewhere))) }

func (d *Day) state() State {
	here := len(d.OnDisk)+len(d.Files)+len(d.Elsewhere) > 0
	worst := Empty
	if here {
		worst = Done
	}
	for _, m := range d.Missing {
		switch {
		case m.To.Sub(m.From) <= GapLimit || m.Why == WhyGrowing:
		case m.Why == WhySkipped:
			if worst != Incomplete && worst != Failed {
				worst = Skipped
			}
		case !here && (m.Why == WhyLost || m.Why == WhyUnknown):
			worst = Failed
		case worst != Failed:
			worst = Incomplete
		}
	}
	return worst
}

// eachDay splits spans by day and yields the parts.
func eachDay(spans []Span) func(yield func(time.Time, Span) bool) {
	return func(yield func(time.Time, Span) bool) {
		for _, s := range spans {
			s.From = later(s.From, s.To.AddDate(0, 0, -2*latestDays)) // nobody looks further back, and it may be decades
			for s.From.Before(s.To) {
				date := midnight(s.From)
				part := Span{From: s.From, To: earlier(s.To, date.AddDate(0, 0, 1))}
				if !yield(date, part) {
					return
				}
				s.From = part.To
			}
		}
	}
}
