package archive

import "time"

// Coverage is what all runs together asked of a camera, and what the recorder
// had of that but is not on disk. The finished files tell what is on disk; the
// rest of Asked was not recorded. Times are the recorder's wall clock.
type Coverage struct {
	Asked   []Span    `json:"asked,omitempty"`   // in order, without overlaps
	Missing []Absence `json:"missing,omitempty"` // likewise
	Causes  []Cause   `json:"causes,omitempty"`  // referred to by Missing
	Place   int       `json:"place,omitempty"`   // of its recorder in the latest run, from 1; 0 if unknown
}

// Absence is a stretch of what was asked that is not on disk.
type Absence struct {
	From  time.Time `json:"from,omitzero"`
	To    time.Time `json:"to,omitzero"`
	Why   string    `json:"why"`             // a word
	Cause int       `json:"cause,omitempty"` // its number among Causes, from 1; 0 if nothing went wrong
}

// Span returns its time.
func (m Absence) Span() Span { return Span{From: m.From, To: m.To} }

// Cause is what went wrong.
type Cause struct {
	Kind   string `json:"kind,omitempty"`
	What   string `json:"what,omitempty"` // as a sentence
	Remedy string `json:"remedy,omitempty"`
}

// CauseOf returns the cause of one of c.Missing; the zero Cause if nothing went
// wrong.
func (c *Coverage) CauseOf(m Absence) Cause {
	if m.Cause < 1 || m.Cause > len(c.Causes) {
		return Cause{}
	}
	return c.Causes[m.Cause-1]
}

// Limits of one line of the journal.
const (
	mostSpans   = 200
	mostMissing = 300
	mostCauses  = 8
)

// NoteCoverage records what was asked of a camera and what of it is missing,
// replacing the earlier record. If that exceeds a line of the journal, only the
// latest part is kept. It survives what NoteAttempt survives.
func (a *Archive) NoteCoverage(c CameraKey, known Coverage) error {
	return a.note(record{Type: coverageRecord, Recorder: field(c.Recorder), Track: c.Track, Coverage: known.bounded()})
}

// CoverageOf returns what NoteCoverage recorded for a camera.
func (a *Archive) CoverageOf(c CameraKey) Coverage {
	return a.latestOf(record{Type: coverageRecord, Recorder: field(c.Recorder), Track: c.Track}).Coverage
}

// Coverages returns what NoteCoverage recorded for every camera.
func (a *Archive) Coverages() map[CameraKey]Coverage {
	all := map[CameraKey]Coverage{}
	for _, r := range a.allOf(coverageRecord) {
		all[CameraKey{r.Recorder, r.Track}] = r.Coverage
	}
	return all
}

// bounded returns the latest part that fits on a line.
func (c Coverage) bounded() Coverage {
	all := Coverage{Asked: c.Asked[max(0, len(c.Asked)-mostSpans):], Place: c.Place}
	missing := c.Missing[max(0, len(c.Missing)-mostMissing):]
	if len(missing) < len(c.Missing) {
		all.Asked = since(all.Asked, missing[0].From)
	}
	if len(all.Asked) == 0 {
		return Coverage{}
	}
	number := map[int]int{0: 0} // of each cause, among those that are kept
	for _, m := range missing {
		if !m.To.After(all.Asked[0].From) {
			continue
		}
		cause := c.CauseOf(m)
		if _, ok := number[m.Cause]; !ok && cause != (Cause{}) && len(all.Causes) < mostCauses {
			all.Causes = append(all.Causes, Cause{field(cause.Kind), field(cause.What), field(cause.Remedy)})
			number[m.Cause] = len(all.Causes)
		}
		m.Why, m.Cause = field(m.Why), number[m.Cause]
		all.Missing = append(all.Missing, m)
	}
	return all
}

// since returns the parts of spans from a time on.
func since(spans []Span, from time.Time) []Span {
	var parts []Span
	for _, s := range spans {
		if !s.To.After(from) {
			continue
		}
		if s.From.Before(from) {
			s.From = from
		}
		parts = append(parts, s)
	}
	return parts
}
