package tasks

import (
	"context"
	"errors"
	"runtime/debug"
	"slices"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/derive"
)

// Extras are files that are made of a camera's recordings once these are there.
// The zero value makes none.
type Extras struct {
	Join  bool         // one MP4 more for each period asked
	Every derive.Every // stills
}

func (x Extras) wanted() bool { return x.Join || x.Every != derive.Every{} }

// mostMakers is how many cameras' extras are made at once. It is apart from
// Options.Jobs: making loads the disk, downloading the network.
const mostMakers = 2

// Making is everything that a worker needs to make the extras of one camera.
type Making struct {
	Archive *archive.Archive
	Camera  derive.Camera
	Spans   []Span // asked, on the recorder's clock
	Extras  Extras

	progress *making
}

// making is how a worker shows how far it is.
type making struct {
	joining, stills derive.Progress
}

// Made is everything that a worker reports of a Making.
type Made struct {
	Files []archive.Derived // made now
	Notes []string          // what is not in them, each a sentence
	Took  time.Duration
	Err   error
}

// Make makes the extras. A panic becomes the outcome's error, so that it costs
// this camera's extras and nothing else.
func (m Making) Make(ctx context.Context) (out Made) {
	began := time.Now()
	defer func() {
		if v := recover(); v != nil {
			out.Err = &panicError{value: v, stack: debug.Stack()}
		}
		out.Took = time.Since(began)
	}()
	for _, s := range m.Spans {
		w := m.window(s)
		if m.Extras.Join {
			out.take(derive.Join(ctx, m.Archive, m.Camera, w, &m.progress.joining))
		}
		if m.Extras.Every != (derive.Every{}) && out.goesOn(ctx) {
			out.take(derive.Frames(ctx, m.Archive, m.Camera, w, m.Extras.Every, &m.progress.stills))
		}
		if !out.goesOn(ctx) {
			break
		}
	}
	return out
}

// window returns the stretch that s stands for: where everything was asked for,
// what there is names its ends.
func (m Making) window(s Span) derive.Window {
	w := derive.Window{From: s.From, To: pastMidnight(s.To)}
	if !s.Everything() {
		return w
	}
	later := func(f archive.Finished) bool { return f.End.After(s.To) }
	if w.From = (time.Time{}); !slices.ContainsFunc(m.Camera.Files, later) {
		w.To = time.Time{}
	}
	return w
}

// goesOn reports whether the next is worth trying: what went wrong with one
// period, or with joining, need not go wrong with others.
func (m *Made) goesOn(ctx context.Context) bool {
	return ctx.Err() == nil && archive.KindOf(m.Err) != archive.Full
}

// take takes in one result. Of several failures the first is told.
func (m *Made) take(r derive.Result, err error) {
	m.Files = append(m.Files, r.Made...)
	m.Notes = append(m.Notes, r.Notes...)
	if m.Err == nil {
		m.Err = err
	}
}

// view returns what the worker is at, and how much of that is done, 0 to 1.
func (p *making) view() (what string, done float64) {
	for _, step := range []struct {
		word string
		at   *derive.Progress
	}{{"stills", &p.stills}, {"joining", &p.joining}} {
		if total := step.at.Total.Load(); total > 0 {
			return step.word, min(float64(step.at.Done.Load())/float64(total), 1)
		}
	}
	return "joining", 0
}

// ripe reports whether nothing but a camera's extras is left to make.
func (c *camera) ripe() bool {
	return c.extras && !c.made && c.done > 0 && (c.gaveUp != nil || !c.lacking())
}

// sendMakers starts making the extras of cameras that are ripe for it.
func (q *Queue) sendMakers(now time.Time) {
	if !q.options.Extras.wanted() {
		return
	}
	for _, r := range q.recorders {
		for _, c := range r.cameras {
			if q.makers >= mostMakers || !q.volume.open(now, q.active+q.makers) {
				return
			}
			if c.ripe() && !c.busy() && !c.skip && !c.pause && !c.makeNext.After(now) {
				q.sendMaker(r, c)
			}
		}
	}
}

func (q *Queue) sendMaker(r *recorder, c *camera) {
	ctx, cancel := context.WithCancelCause(q.run)
	items := make([]archive.Item, 0, c.done)
	for _, rec := range c.recordings {
		if rec.state == RecordingDone {
			items = append(items, q.item(c, rec))
		}
	}
	order := Making{
		Archive: q.options.Archive,
		Camera:  derive.Camera{Recorder: r.address, Label: r.name, Name: c.name, Track: c.track()},
		Spans:   append([]Span(nil), c.spans...),
		Extras:  q.options.Extras, progress: &making{},
	}
	q.makers++
	r.workers++
	q.volume.probing = q.volume.held()
	c.making, c.stopMaking = order.progress, cancel
	q.workers.Go(func() {
		defer cancel(nil)
		order.Camera.Files = order.Archive.FinishedOf(items)
		out := q.make(ctx, order)
		out.Err = leaving(ctx, out.Err)
		q.report(func(now time.Time) { q.made(r, c, out, now) })
	})
}

// made takes in the extras of a camera.
func (q *Queue) made(r *recorder, c *camera, out Made, now time.Time) {
	q.makers--
	c.making, c.stopMaking = nil, nil
	if !r.depart() {
		return
	}
	for _, n := range out.Notes {
		q.tellOf(c, now, Event{Type: EventNotice, Message: n})
	}
	q.tellMade(c, out, now)
	if out.Err == nil {
		c.made = true
		q.volumeTakes(now)
		return
	}
	d := q.judge(r, part{}, 0, trouble{asked: askedDerived, err: out.Err}, now)
	if q.volume.probing && archive.KindOf(out.Err) == archive.Denied { // the next tries the volume
		q.volume.probing, q.volume.until = false, now.Add(volumeAgain)
	}
	if d.part == asksAgain {
		c.makeNext = now.Add(d.atLeast) // stopped, held with the volume, or being made already
		return
	}
	f := failureOf(out.Err, now)
	if e, ok := errors.AsType[*archive.Error](out.Err); ok {
		f.What = nvr.CleanText(e.Error(), 200) // with the path, which is no recording's
	}
	c.spoil(f)
	q.tellOf(c, now, Event{Type: EventError, Failure: c.failure, Message: c.failure.What})
}

// tellMade tells of the files that were made, those in front of a failure, too.
func (q *Queue) tellMade(c *camera, out Made, now time.Time) {
	for _, f := range out.Files {
		e := Event{Type: EventMade, Path: f.Path, Bytes: f.Bytes, Message: f.Path + ": " + derive.Describe(f)}
		if len(out.Files) == 1 { // else it is not known which took how long
			e.Took = out.Took
		}
		q.tellOf(c, now, e)
	}
}

// spoil notes that a camera's extras cannot be made, until the operator retries.
func (c *camera) spoil(f Failure) {
	f.What = "the extra files could not be made: " + f.What
	c.made, c.unmade, c.failure = true, &f, f
}

// clip returns which part of a recording is to be kept: all of it, or what lies
// within the periods asked, from the first to the last.
func (q *Queue) clip(c *camera, rec nvr.Recording) archive.Span {
	if !q.options.Cut {
		return archive.Span{}
	}
	parts := within([]Span{{rec.Start, rec.End}}, joined(c.spans))
	if len(parts) == 0 {
		return archive.Span{}
	}
	return archive.Span{From: parts[0].From, To: pastMidnight(parts[len(parts)-1].To)}
}

// pastMidnight takes the last second of a day in: to recorders it is where the
// day ends, in an MP4 a second is many pictures.
func pastMidnight(to time.Time) time.Time {
	if to.Equal(midnight(to).Add(lastSecond)) {
		return to.Add(time.Second)
	}
	return to
}
