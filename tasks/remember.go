package tasks

import (
	"cmp"
	"errors"
	"slices"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

// The words in the journal and the report for why something is missing. The
// JSON output guarantees them to its readers.
const (
	WhyUnknown = "unknown"     // the recorder has not said what it has
	WhyGrowing = "growing"     // the recorder still wrote it
	WhySkipped = "skipped"     // by the operator
	WhyLost    = "lost"        // it could not be had
	WhyToFetch = "not-fetched" // the run was stopped before
	WhyGone    = "gone"        // it was fetched, and is no longer where it was
)

// missing are the words for presences; empty for what is not missing.
var missing = [numPresences]string{
	Unknown: WhyUnknown, Growing: WhyGrowing, LeftOut: WhySkipped, Lost: WhyLost, ToFetch: WhyToFetch, ToRetry: WhyToFetch, Coming: WhyToFetch,
}

// NoteCoverage records in the journal what a run asked of its cameras and what
// of that is missing, so that it stays known when later runs do not include
// them. What earlier runs asked besides stays known.
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
		why, failure := missing[s.Presence], Failure{}
		if s.Presence == Lost || s.Presence == Unknown {
			failure = c.Camera.Failure
		}
		if s.Presence == Lost { // each part of it has its own cause
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
		}
		if why != "" {
			add(left, why, failure)
		}
	}
	known.Asked = union(known.Asked)
	known.Missing = inOrder(known.Missing)
	return known
}

// number returns the number of a cause, adding a new one.
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

// inOrder sorts what is missing and merges neighbours with the same reason.
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

// extend returns what is known of a camera after a run: the run's results where
// it learned something, otherwise what was known before.
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
		for _, part := range without([]Span{m.Span()}, bounds) {
			cause := number(&known, old.CauseOf(m))
			known.Missing = append(known.Missing, archive.Absence{From: part.From, To: part.To, Why: m.Why, Cause: cause})
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

// Latest returns the latest knowledge of every camera that list asks for. The
// run's own cameras, in covered, come first. Without the others, and those that
// the run did not reach, a sheet would show only its last run. The others are
// known from the journal and from what is on disk, and come in the order of the
// rows.
//
// Files are what is on disk, from archive.Recordings.
func Latest(a *archive.Archive, files []archive.Recording, list []Task, covered []Coverage) []Coverage {
	known := map[archive.CameraKey]*Coverage{}
	recorders := map[string][]*Coverage{}
	for key, o := range a.CameraOutcomes() {
		state := State(slices.Index(stateNames[:], o.State))
		if state < 0 || key.Track == 0 && state != Failed {
			continue
		}
		c := &Coverage{
			Earlier: true, Recorder: RecorderView{Address: key.Recorder}, Camera: CameraView{State: state, Name: o.Camera},
			Period: Span{From: o.From, To: o.To}, At: o.At,
		}
		if key.Track != 0 {
			c.Camera.Channel, c.Camera.Stream, c.Camera.Track = key.Track.Channel(), key.Track.Stream(), key.Track
		}
		if state != Done {
			c.Camera.Failure = Failure{Kind: o.Failure, What: o.What, Remedy: nvr.Remedy(o.Remedy)}
		}
		known[key] = c
		recorders[key.Recorder] = append(recorders[key.Recorder], c)
	}
	var all []Coverage
	now := map[archive.CameraKey]bool{}
	for _, c := range covered {
		o := known[c.Key()]
		if c.untouched() && (o != nil || c.Camera.Channel == 0 && len(recorders[c.Recorder.Address]) > 0) {
			continue
		}
		if o != nil {
			c.At, c.Period = o.At, o.Period
		}
		if n := len(c.Asked); n > 0 {
			c.Period = Span{From: c.Asked[0].From, To: c.Asked[n-1].To}
		}
		now[c.Key()] = true
		all = append(all, c)
	}
	for _, f := range files {
		if c := known[archive.CameraKey{Recorder: f.Recorder, Track: f.Track}]; c != nil {
			c.count(f.Finished)
		}
	}
	for _, t := range list {
		mine := recorders[t.Address.String()]
		slices.SortFunc(mine, func(a, b *Coverage) int { return int(a.Key().Track) - int(b.Key().Track) })
		for _, c := range mine {
			if c.Recorder.Source == "" && !now[c.Key()] && t.AsksFor(c.Camera) {
				c.Recorder.Source, c.Recorder.Name = t.Source, t.Name
				all = append(all, *c)
			}
		}
	}
	return all
}

// untouched reports whether the run ended before it reached the camera.
func (c *Coverage) untouched() bool {
	v := c.Camera
	return !v.State.Ended() && v.Recordings == 0 && v.Failure.Kind == ""
}

// Key returns the camera's key in the journal.
func (c *Coverage) Key() archive.CameraKey {
	key := archive.CameraKey{Recorder: c.Recorder.Address}
	if c.Camera.Channel != 0 {
		key.Track = nvr.TrackOf(c.Camera.Channel, c.Camera.Stream)
	}
	return key
}

func (c *Coverage) count(f archive.Finished) {
	v := &c.Camera
	v.Name, v.Files, v.Recordings, v.Bytes = f.Camera, v.Files+1, v.Recordings+1, v.Bytes+f.Bytes
	c.hold(f.Start, f.End)
}
