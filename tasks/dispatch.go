package tasks

import (
	"context"
	"slices"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/worker"
)

// advance is the one place that starts work: it gives free slots to what may
// start and derives the cameras' states from the facts. It looks at every
// recorder or, if only one changed, at that one and those that something was
// started for. The caller holds the mutex.
func (q *Queue) advance(now time.Time, changed *recorder) {
	if q.run != nil && q.run.Err() == nil && !q.draining {
		q.startQueries(now)
		q.startDownloads(now)
		q.startDerivers(now)
	}
	for _, r := range q.recorders {
		if changed != nil && changed != r && !r.dirty {
			continue
		}
		r.dirty = false
		for _, c := range r.cameras {
			q.settle(c, now)
		}
	}
	if !q.done() {
		q.finished = time.Time{}
	} else if q.finished.IsZero() { // the clock of a finished run stands still
		q.finished = now
	}
}

func (q *Queue) startQueries(now time.Time) {
	for _, r := range q.recorders {
		if q.queries >= mostQueries {
			return
		}
		if a := r.nextQuery(now); a != (ask{}) && !q.fenced(r) {
			q.startQuery(r, a, now)
		}
	}
}

func (q *Queue) startQuery(r *recorder, a ask, now time.Time) {
	if r.client == nil {
		r.client = nvr.New(r.config)
	}
	ctx, cancel := context.WithCancelCause(q.run)
	q.queries++
	r.workers++
	r.querying, r.stopQuery, r.dirty = true, cancel, true
	r.queryID = q.ask(r, a, now)
	var shown *camera
	switch {
	case a.meet:
		shown = r.camera(0, 0)
	case !a.proof:
		shown = a.camera
	}
	if shown != nil {
		shown.searching = true
		if shown.began.IsZero() {
			shown.began = now
		}
	}
	work := q.queryOf(r, a)
	q.workers.Go(func() {
		defer cancel(nil)
		q.runQuery(ctx, r, a, shown, work)
	})
}

// startDownloads gives free slots to recordings, in the order of claims.
func (q *Queue) startDownloads(now time.Time) {
	for q.active < q.jobs && q.volume.open(now, q.active+q.derivers) {
		r, next := q.nextDownload(now)
		if r == nil {
			return
		}
		q.startDownload(r, next, now)
	}
}

// ask numbers a request. It remembers a request that shows whether a recorder
// serves: no other goes out meanwhile.
func (q *Queue) ask(r *recorder, a ask, now time.Time) uint64 {
	q.number++
	if r.hold.Held() || len(r.doubt.suspects) > 0 { // does it serve?
		r.probing = q.number
		r.doubt.again, r.doubt.beside = r.doubt.has(a.part()), r.flowing(now)
	}
	return q.number
}

func (q *Queue) startDownload(r *recorder, a ask, now time.Time) {
	ctx, cancel := context.WithCancelCause(q.run)
	c, rec := a.camera, a.recording
	c.takeReady(rec)
	c.settled -= rec.have
	if c.began.IsZero() {
		c.began = now
	}
	rec.state, rec.meter, rec.cancel = RecordingActive, &worker.Meter{}, cancel
	rec.meter.Have.Store(rec.have)
	rec.number, rec.sent = q.ask(r, a, now), now
	r.turn = rec.number
	c.active = append(c.active, rec)
	q.active++
	r.active++
	r.workers++
	r.dirty = true
	q.volume.probing = q.volume.held()
	fetch := worker.Fetch{
		Recorder: r.client,
		Archive:  q.options.Archive,
		Item:     q.item(c, rec),
		Attempt:  rec.attempts + 1,
		Last:     rec.attempts+1 >= q.options.Retries,
		Meter:    rec.meter,
		Limiter:  q.limiter,
		Lane:     r.lane,
		Fence:    q.fence(r),
	}
	q.workers.Go(func() {
		defer cancel(nil)
		out := q.fetch(ctx, fetch)
		q.changeOf(r, func(now time.Time) {
			if out.Err != nil && fetch.Recorder != r.client { // what the old login met says nothing about the new one
				out.Err = &worker.LeftError{Cause: errRestarted}
			}
			q.took(r, c, rec, out, now)
		})
	})
}

func (q *Queue) item(c *camera, rec *recording) archive.Item {
	whole, device := rec.Recording, c.recorder.device
	whole.Size += rec.spare
	return archive.Item{
		Recorder:  c.recorder.address,
		Network:   c.recorder.network,
		Label:     c.recorder.name,
		Camera:    c.name,
		Recording: whole,
		Clock:     archive.Clock{Known: device.ClockKnown && device.ZoneKnown, Ahead: device.ClockError},
		Format:    q.options.Format,
		DropAudio: q.options.DropAudio,
		Clip:      q.clip(c, rec.Recording),
	}
}

// Outcome returns what the journal remembers of a camera that ended at a
// moment, except the period that was asked. Label is the operator's name for
// the recorder.
func (v CameraView) Outcome(label string, at time.Time) archive.Outcome {
	o := archive.Outcome{State: v.State.String(), Label: label, Camera: v.Name, At: at, Files: v.Files, Bytes: v.Bytes, What: v.Reason}
	if v.State == Failed || v.State == Incomplete {
		o.Failure, o.What, o.Remedy = v.Failure.Kind, v.Failure.What, string(v.Failure.Remedy)
	}
	return o
}

// settle derives a camera's state and announces a change.
func (q *Queue) settle(c *camera, now time.Time) {
	next := c.stateNow(now)
	if next == c.state {
		return
	}
	if !slices.Contains(moves[c.state], next) {
		q.log.Error("a camera made a move that the table of states does not know", "from", c.state.String(), "to", next.String())
	}
	c.state = next
	if !c.busy() {
		c.speed.reset()
	}
	if !next.Ended() {
		c.ended = time.Time{}
	} else if c.ended.IsZero() {
		c.ended = now
	}
	q.tellState(c, now)
	if next.Ended() {
		address, track, o := c.recorder.address, c.track(), c.view(0, now).Outcome(c.recorder.name, now)
		if len(c.spans) > 0 {
			o.From, o.To = c.spans[0].From, c.spans[len(c.spans)-1].To
		}
		q.note(func() { q.noteCamera(address, track, o) })
	}
}

// done reports whether nothing more will happen by itself.
func (q *Queue) done() bool {
	if q.active > 0 || q.derivers > 0 {
		return false
	}
	if q.draining {
		return q.queries == 0
	}
	for c := range q.every() {
		if !c.state.Ended() {
			return false
		}
	}
	return true
}
