package collect

import (
	"context"
	"errors"
	"slices"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/derive"
	"example.com/hikgrab/tasks/worker"
)

// derivations is the making of files from the recordings once everything has
// arrived.
type derivations struct {
	busy  bool
	made  bool // at least once
	stale bool // something has arrived since
	rows  []*derivation
}

// firstDerived is the ID of the first camera that something is made of, and of
// their group.
const firstDerived = 1 << 25

// derivation is a camera that something is made of.
type derivation struct {
	id       tasks.CameraID
	camera   derive.Camera
	windows  []worker.Window
	state    tasks.State
	progress *worker.Progress
	failure  tasks.Failure
	took     time.Duration
}

// derivationsDue reports whether something must be made once everything has
// arrived.
func (q *Queue) derivationsDue() bool {
	return q.o.Derivations.Wanted() && (!q.derivations.made || q.derivations.stale) && !q.draining && q.o.Ready()
}

func (q *Queue) derive(now time.Time) {
	if q.run.Err() != nil || q.derivations.busy || !q.derivationsDue() || q.waitsToHear(now) ||
		slices.ContainsFunc(q.files, func(f *file) bool { return !f.state.Ended() }) {
		return
	}
	q.derivations = derivations{busy: true, made: true}
	q.workers.Go(func() { q.make(q.run) })
}

func (q *Queue) make(ctx context.Context) {
	files, err := q.o.Archive.Finished()
	q.mu.Lock()
	if err != nil {
		q.o.Tell(tasks.Event{Type: tasks.EventError, Failure: tasks.FailureOf(err, time.Now()), Message: err.Error()})
	}
	for _, c := range derive.Cameras(files) {
		if windows := q.windows(&c); len(windows) > 0 {
			q.derivations.rows = append(q.derivations.rows, &derivation{
				id: tasks.CameraID(firstDerived + len(q.derivations.rows)), camera: c, windows: windows, progress: &worker.Progress{},
			})
		}
	}
	rows := q.derivations.rows
	q.mu.Unlock()
	for _, m := range rows {
		if ctx.Err() != nil {
			break
		}
		q.change(func(time.Time) { m.state = tasks.Downloading })
		out := worker.Derive{
			Archive: q.o.Archive, Camera: m.camera, Windows: m.windows, Join: q.o.Derivations.Join, Every: q.o.Derivations.Every, Progress: m.progress,
		}.Do(ctx)
		q.change(func(now time.Time) { q.derived(m, out, now) })
	}
	q.change(func(time.Time) { q.derivations.busy = false })
}

// windows returns the parts of a camera that something is made of.
func (q *Queue) windows(c *derive.Camera) (all []worker.Window) {
	if len(q.o.Tasks) == 0 {
		return []worker.Window{{Everything: true}}
	}
	view := tasks.CameraView{Channel: c.Track.Channel(), Stream: c.Track.Stream(), Name: c.Name}
	for _, t := range q.o.Tasks {
		if archive.AtHome(t.Network, t.Address.String()) != c.Recorder || !t.AsksFor(view) {
			continue
		}
		p := t.Period
		if p.IsZero() {
			p = q.o.Period
		}
		if from, to, err := p.Resolve(nvr.WallTime(q.started)); err == nil {
			span := tasks.Span{From: from, To: to}
			all = append(all, worker.Window{Span: span, Everything: tasks.Everything(span)})
		}
	}
	return all
}

func (q *Queue) derived(m *derivation, out worker.Derived, now time.Time) {
	m.state, m.took = tasks.Done, out.Took
	e := tasks.Event{
		Recorder: firstDerived, Address: m.camera.Recorder, Camera: m.id, Channel: m.camera.Track.Channel(), Track: m.camera.Track,
		CameraName: m.camera.Name, State: m.state,
	}
	for _, note := range out.Notes {
		e := e
		e.Type, e.Message = tasks.EventNotice, note
		q.o.Tell(e)
	}
	for _, f := range out.Files {
		e := e
		e.Type, e.Path, e.Bytes, e.Message = tasks.EventMade, f.Path, f.Bytes, f.Path+": "+derive.Describe(f)
		q.o.Tell(e)
	}
	if _, stopped := errors.AsType[*worker.LeftError](out.Err); stopped {
		m.state = tasks.Waiting
		return
	}
	if out.Err != nil {
		m.failure = tasks.FailureOf(out.Err, now)
		m.failure.What = "the derived files could not be made: " + m.failure.What
		m.state = tasks.Failed
		e.Type, e.State, e.Failure, e.Message = tasks.EventError, m.state, m.failure, m.failure.What
		q.o.Tell(e)
	}
}
