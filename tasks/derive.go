package tasks

import (
	"context"
	"errors"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/derive"
	"example.com/hikgrab/tasks/worker"
)

// Derivations says which files to derive from a camera's recordings once these
// are there. The zero value derives none.
type Derivations struct {
	Join  bool         // one more MP4 for each period asked
	Every derive.Every // stills
}

// Wanted reports whether anything is to be derived.
func (x Derivations) Wanted() bool { return x.Join || x.Every != derive.Every{} }

// mostDerivers is for how many cameras files are derived at once. It is
// separate from Options.Jobs: deriving loads the disk, downloading the network.
const mostDerivers = 2

// derivable reports whether the only work left for a camera is to derive files.
func (c *camera) derivable() bool {
	return c.derives && !c.derived && c.done > 0 && (c.gaveUp != nil || !c.lacking())
}

func (q *Queue) startDerivers(now time.Time) {
	if !q.options.Derivations.Wanted() {
		return
	}
	for c := range q.every() {
		if q.derivers >= mostDerivers || !q.volume.open(now, q.active+q.derivers) {
			return
		}
		if c.derivable() && c.elsewhere != "" {
			c.derived = true
			q.tellOf(c, now, Event{Type: EventNotice, Message: "nothing is made from the recordings, because some of them are on " + c.elsewhere})
		}
		if c.derivable() && !c.busy() && !c.skip && !c.pause && !c.deriveNext.After(now) {
			q.startDeriver(c.recorder, c)
		}
	}
}

func (q *Queue) startDeriver(r *recorder, c *camera) {
	ctx, cancel := context.WithCancelCause(q.run)
	items := make([]archive.Item, 0, c.done)
	for _, rec := range c.recordings {
		if rec.state == RecordingDone {
			items = append(items, q.item(c, rec))
		}
	}
	work := worker.Derive{
		Archive: q.options.Archive, Items: items,
		Camera: derive.Camera{Recorder: r.address, Label: r.name, Name: c.name, Track: c.track()},
		Join:   q.options.Derivations.Join, Every: q.options.Derivations.Every, Progress: &worker.Progress{},
	}
	for _, s := range c.spans {
		work.Windows = append(work.Windows, worker.Window{Span: s, Everything: Everything(s)})
	}
	q.derivers++
	r.workers++
	r.dirty = true
	q.volume.probing = q.volume.held()
	c.deriving, c.stopDeriving = work.Progress, cancel
	q.workers.Go(func() {
		defer cancel(nil)
		out := q.derive(ctx, work)
		q.changeOf(r, func(now time.Time) { q.derived(r, c, out, now) })
	})
}

func (q *Queue) derived(r *recorder, c *camera, out worker.Derived, now time.Time) {
	q.derivers--
	c.deriving, c.stopDeriving = nil, nil
	if !r.depart() {
		return
	}
	for _, n := range out.Notes {
		q.tellOf(c, now, Event{Type: EventNotice, Message: n})
	}
	for _, f := range out.Files { // including those before a failure
		e := Event{Type: EventMade, Path: f.Path, Bytes: f.Bytes, Message: f.Path + ": " + derive.Describe(f)}
		if len(out.Files) == 1 { // otherwise it is unknown which took how long
			e.Took = out.Took
		}
		q.tellOf(c, now, e)
	}
	if out.Err == nil {
		c.derived = true
		q.volumeTakes(now)
		return
	}
	d := q.resolve(r, part{}, 0, trouble{asked: askedDerived, err: out.Err}, now)
	if q.volume.probing && archive.KindOf(out.Err) == archive.Denied { // the next tries the volume
		q.volume.probing, q.volume.until = false, now.Add(volumeAgain)
	}
	if d.part == asksAgain {
		c.deriveNext = now.Add(d.atLeast) // stopped, held with the volume, or already being made
		return
	}
	f := FailureOf(out.Err, now)
	if e, ok := errors.AsType[*archive.Error](out.Err); ok {
		f.What = nvr.CleanText(e.Error(), 200) // with the path, which is not a recording's
	}
	c.failDerived(f)
	q.tellOf(c, now, Event{Type: EventError, Failure: c.failure, Message: c.failure.What})
}

// failDerived notes that a camera's files cannot be derived until the operator
// retries.
func (c *camera) failDerived(f Failure) {
	f.What = "the derived files could not be made: " + f.What
	c.derived, c.notDerived, c.failure = true, &f, f
}

// clip returns the part of a recording to keep: all of it, or what lies within
// the periods asked, from the first to the last.
func (q *Queue) clip(c *camera, rec nvr.Recording) Span {
	if !q.options.Cut {
		return Span{}
	}
	parts := within([]Span{{From: rec.Start, To: rec.End}}, joined(c.spans))
	if len(parts) == 0 {
		return Span{}
	}
	return Span{From: parts[0].From, To: worker.PastMidnight(parts[len(parts)-1].To)}
}
