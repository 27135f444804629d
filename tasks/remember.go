package tasks

import (
	"cmp"
	"errors"
	"slices"

	"example.com/hikgrab/tasks/archive"
)

// The words by which the journal and the report say why something is missing.
// They are a promise to readers of the JSON output.
const (
	WhyUnknown = "unknown"     // the recorder has not told what it has
	WhyGrowing = "growing"     // the recorder still wrote it
	WhySkipped = "skipped"     // by the operator
	WhyLost    = "lost"        // it could not be had
	WhyToFetch = "not-fetched" // the run was stopped before
	WhyGone    = "gone"        // it was fetched, and is no longer where it was
)

// why is the word for a presence; empty for what is not missing.
func (p Presence) why() string {
	switch p {
	case Unknown:
		return WhyUnknown
	case Growing:
		return WhyGrowing
	case LeftOut:
		return WhySkipped
	case Lost:
		return WhyLost
	case ToFetch, ToRetry, Coming:
		return WhyToFetch
	case NotRecorded, OnDisk, numPresences:
	}
	return ""
}

// NoteCoverage has the journal remember what a run asked of its cameras and what
// of that is missing, so that it is known when no run is about them any more.
// What earlier runs asked beside it stays known.
func NoteCoverage(a *archive.Archive, all []Coverage) error {
	var errs []error
	for i := range all {
		c := &all[i]
		if c.Earlier || len(c.Stretches) == 0 || Everything(c.Stretches[0].Span) {
			continue
		}
		errs = append(errs, a.NoteCoverage(c.Key(), extend(a.CoverageOf(c.Key()), c.remembered())))
	}
	return errors.Join(errs...)
}

func (c *Coverage) remembered() archive.Coverage {
	known := archive.Coverage{Place: int(c.Recorder.ID)}
	add := func(spans []Span, why string, f Failure) {
		n := number(&known, archive.Cause{Kind: f.Kind, What: f.What, Remedy: string(f.Remedy)})
		for _, s := range spans {
			known.Missing = append(known.Missing, archive.Absence{From: s.From, To: s.To, Why: why, Cause: n})
		}
	}
	losses := c.Lost
	for _, s := range c.Stretches {
		known.Asked = append(known.Asked, s.Span)
		left := []Span{s.Span}
		switch why := s.Presence.why(); s.Presence {
		case Lost: // each part of it has its own cause
			for len(losses) > 0 && !losses[0].To.After(s.From) {
				losses = losses[1:]
			}
			for _, l := range losses {
				if !l.From.Before(s.To) {
					break
				}
				add(within(left, []Span{l.Span}), why, l.Failure)
				left = without(left, []Span{l.Span})
			}
			add(left, why, c.Camera.Failure)
		case Unknown:
			add(left, why, c.Camera.Failure)
		case Growing, LeftOut, ToFetch, ToRetry, Coming:
			add(left, why, Failure{})
		case NotRecorded, OnDisk, numPresences:
		}
	}
	known.Asked = union(known.Asked)
	known.Missing = inOrder(known.Missing)
	return known
}

// number returns the number of a cause, which it adds when it is new.
func number(known *archive.Coverage, cause archive.Cause) int {
	if cause == (archive.Cause{}) {
		return 0
	}
	i := slices.Index(known.Causes, cause)
	if i < 0 {
		i = len(known.Causes)
		known.Causes = append(known.Causes, cause)
	}
	return i + 1
}

// inOrder sorts what is missing; neighbours that are missing for the same reason
// become one.
func inOrder(all []archive.Absence) []archive.Absence {
	slices.SortFunc(all, func(a, b archive.Absence) int { return cmp.Or(a.From.Compare(b.From), a.To.Compare(b.To)) })
	kept := all[:0]
	for _, m := range all {
		if n := len(kept); n > 0 && kept[n-1].Why == m.Why && kept[n-1].Cause == m.Cause && m.From.Sub(kept[n-1].To) <= GapLimit {
			kept[n-1].To = later(kept[n-1].To, m.To)
			continue
		}
		kept = append(kept, m)
	}
	return kept
}

// extend returns what is known of a camera after a run: the run counts where it
// learned something, and what was known before where it did not.
func extend(old, run archive.Coverage) archive.Coverage {
	known := archive.Coverage{Asked: union(slices.Concat(old.Asked, run.Asked)), Causes: slices.Clone(run.Causes), Place: run.Place}
	learned := without(run.Asked, spansOf(run.Missing, WhyUnknown))
	before := without(old.Asked, spansOf(old.Missing, WhyUnknown))
	for _, m := range run.Missing {
		left := []Span{m.Span()}
		if m.Why == WhyUnknown {
			left = without(left, before)
		}
		for _, part := range left {
			m.From, m.To = part.From, part.To
			known.Missing = append(known.Missing, m)
		}
	}
	for _, m := range old.Missing {
		bounds := learned
		if m.Why == WhyUnknown {
			bounds = run.Asked
		}
		cause := archive.Cause{}
		if m.Cause > 0 && m.Cause <= len(old.Causes) {
			cause = old.Causes[m.Cause-1]
		}
		for _, part := range without([]Span{m.Span()}, bounds) {
			known.Missing = append(known.Missing, archive.Absence{From: part.From, To: part.To, Why: m.Why, Cause: number(&known, cause)})
		}
	}
	known.Missing = inOrder(known.Missing)
	return known
}

func spansOf(all []archive.Absence, why string) []Span {
	var spans []Span
	for _, m := range all {
		if m.Why == why {
			spans = append(spans, m.Span())
		}
	}
	return union(spans)
}
