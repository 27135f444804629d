package tasks

import (
	"context"
	"fmt"
	"slices"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/worker"
)

// settleMargin is how long a recording is left alone after its end: recorders
// go on writing for a while, and a file fetched too early comes out short (seen
// on an iDS-7216HQHI-M2/S).
const settleMargin = 90 * time.Second

// runQuery does the work of a query and reports the result; shown is the
// camera, if any, that shows the query as its search.
func (q *Queue) runQuery(ctx context.Context, r *recorder, a ask, shown *camera, work func(context.Context) (done func(time.Time), err error)) {
	done, err := work(ctx)
	q.changeOf(r, func(now time.Time) {
		q.queries--
		r.querying, r.stopQuery = false, nil
		if shown != nil {
			shown.searching = false
		}
		if r.depart() {
			if err != nil {
				q.queryFailed(r, a, err, now)
			} else {
				done(now)
			}
		}
		r.answeredProbe(r.queryID)
	})
}

// queryOf returns the work of a query, with everything it needs of the queue,
// and the function that applies its result. The caller holds the mutex.
func (q *Queue) queryOf(r *recorder, a ask) func(context.Context) (done func(time.Time), err error) {
	c := a.camera
	switch {
	case a.meet:
		meet := worker.Meet{NeedList: r.camera(0, 0) != nil, Health: q.options.Look, ByTime: q.options.clipsAlone()}
		return func(ctx context.Context) (func(time.Time), error) {
			meet.Recorder = q.freshLogin(r)
			met := meet.Do(ctx)
			return func(now time.Time) { q.met(r, met, now) }, met.Err
		}
	case a.proof:
		prove := worker.Prove{Recorder: r.client}
		if a.recording != nil {
			prove.Recording = a.recording.Recording
		}
		return func(ctx context.Context) (func(time.Time), error) {
			return func(now time.Time) { q.served(r, a.part(), r.queryID, now) }, prove.Do(ctx)
		}
	}
	search := worker.Search{
		Recorder: r.client, Track: c.track(), Spans: slices.Clone(c.spans), From: c.reached,
		Why:   worker.Question{Device: r.device, Listed: r.listed, Channels: r.channels, Offline: c.offline, User: r.config.Login.User},
		Found: func(rec nvr.Recording) { q.found(r, c, rec) }, Before: q.options.Look && r.dated < datedCameras,
	}
	if c.reached.IsZero() {
		c.growing, c.others = nil, nil
	}
	return func(ctx context.Context) (func(time.Time), error) {
		out := search.Do(ctx)
		return func(now time.Time) { q.told(r, c, out, now) }, out.Err
	}
}

func (q *Queue) met(r *recorder, m worker.Met, now time.Time) {
	if other := m.Device.Serial; r.serial != "" && other != "" && other != r.serial {
		// In another network a private address is another recorder's.
		f := Failure{
			Kind:   nvr.Unreachable.String(),
			What:   fmt.Sprintf("another device answers here (serial number %s, not %s)", other, r.serial),
			Remedy: NameNetwork, At: now,
		}
		r.hold = Hold{Kind: nvr.Unreachable, What: f.What, Remedy: f.Remedy}
		q.abandon(r, f, now)
		return
	}
	q.served(r, part{}, r.queryID, now)
	q.release(r, now) // whatever an older request reported
	first, d, listing := !r.signedIn, m.Device, m.Listing
	r.device, r.signedIn, r.tries, r.disks = d, true, m.Tries, m.Disks
	q.expectAgain(r)
	if listing != nil {
		q.cannotList(r, listing, now)
	} else {
		r.channels, r.listed = m.Channels, true
		if f := q.unfold(r, m.Channels, now); f.Kind != "" {
			q.tell(r, now, Event{Type: EventError, Failure: f, Message: f.What})
		}
	}
	wall := d.WallClock(q.asked(now))
	for _, c := range r.cameras {
		q.span(c, wall, now)
	}
	if !first {
		return
	}
	if r.config.Facts.Load > 0 && r.client.Facts().Load == 0 { // another device has its address by now
		r.load = newLoad(q.options.PerRecorder, 0)
	}
	learned := r.facts()
	q.note(func() { q.noteFacts(r.address, learned) })
	q.tell(r, now, Event{Type: EventRecorder, Message: greeting(d, len(m.Channels))})
	if d.ZoneKnown && d.ClockError.Abs() > 2*time.Minute {
		q.tell(r, now, Event{Type: EventNotice, Message: clockNotice(d.ClockError)})
	}
	if listing == nil && len(r.cameras) == 0 {
		q.tell(r, now, Event{Type: EventNotice, Message: "the recorder lists no cameras", Remedy: nvr.NameChannels})
	}
}

// cannotList handles a recorder that refuses to list its channels. Those that
// the sheet numbers can be searched anyway.
func (q *Queue) cannotList(r *recorder, err error, now time.Time) {
	all := r.camera(0, 0)
	if all == nil {
		return
	}
	f := FailureOf(err, now)
	f.Remedy = nvr.NameChannels
	all.fail(f)
	q.tell(r, now, Event{Type: EventError, Failure: f, Message: f.What})
}

func greeting(d nvr.Device, channels int) string {
	if d.Model == "" {
		return "signed in, " + nvr.Count(channels, "camera")
	}
	return fmt.Sprintf("signed in: %s %s, %s", d.Kind, d.Model, nvr.Count(channels, "camera"))
}

func clockNotice(off time.Duration) string {
	direction := "ahead of"
	if off < 0 {
		direction = "behind"
	}
	return fmt.Sprintf("the recorder's clock is %s %s this machine's; times are the recorder's", worker.Roughly(off.Abs()), direction)
}

// told notes that a recorder has reported all recordings of a camera.
func (q *Queue) told(r *recorder, c *camera, out worker.Searched, now time.Time) {
	q.served(r, part{camera: c}, r.queryID, now)
	c.searched, c.tries, c.reached, c.reason = true, 0, time.Time{}, out.Reason
	r.keeps(c, out.Before)
	if len(c.recordings) == 0 && len(c.others) > 0 {
		c.reason = "the recordings there are of kinds that were not asked for"
	}
	if notice := r.client.ClockNotice(); notice != (nvr.Notice{}) && notice != r.clockNotice { // only a search finds that out
		r.clockNotice = notice
		q.tell(r, now, Event{Type: EventNotice, Message: notice.What, Remedy: notice.Remedy})
	}
	q.tellKinds(c, now)
	if n := len(c.growing); n > 0 {
		q.tellOf(c, now, Event{Type: EventNotice, Message: nvr.Count(n, "recording") + " still being written on the recorder; the next run fetches what is finished by then"})
	}
}

// tellKinds says which recordings of a camera are left out for their kind, and
// that a recorder does not say what its recordings are for.
func (q *Queue) tellKinds(c *camera, now time.Time) {
	if len(c.others) > 0 {
		q.tellOf(c, now, Event{Type: EventNotice, Message: "left out, of other kinds: " + kindCounts(c.others)})
	}
	chosen := slices.ContainsFunc(c.kinds, func(k Kinds) bool { return k != "" && k != kindAll })
	untold := slices.ContainsFunc(c.recordings, func(r *recording) bool { return r.Kind == "" })
	if chosen && untold {
		q.tellOf(c, now, Event{Type: EventNotice, Message: kindsUntold})
	}
}

// kindsUntold is the notice that a choice of kinds has no effect.
const kindsUntold = "the recorder does not say what some recordings were made for; those are not left out"

func (q *Queue) found(r *recorder, c *camera, rec nvr.Recording) {
	var file archive.File
	var stored bool
	var prior archive.Attempt
	var elsewhere string
	var fetched int64
	if !q.options.Look {
		q.mu.Lock()
		item := q.item(c, &recording{Recording: rec})
		q.mu.Unlock()
		file, stored = q.options.Archive.Stored(item)
		prior = q.options.Archive.Attempts(item)
		if !stored && q.options.Elsewhere != nil {
			if who, bytes, ok := q.options.Elsewhere(item); ok {
				elsewhere, fetched = who, bytes
			}
		}
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	if r.dropped {
		return
	}
	now := time.Now()
	if !c.wants(rec) {
		if c.others == nil {
			c.others = map[string]int{}
		}
		c.others[rec.Kind]++
		return
	}
	if !stored && elsewhere == "" && r.device.ClockKnown && r.device.WallClock(now).Sub(rec.End) < settleMargin {
		if span := (Span{From: rec.Start, To: rec.End}); !slices.Contains(c.growing, span) {
			c.growing = append(c.growing, span)
		}
		return
	}
	known, isNew := c.add(rec)
	if isNew {
		q.expect(c, known)
	}
	switch {
	case !isNew, q.options.Look:
		return
	case stored:
		c.finish(known, file.Path, file.Fetched)
		return
	case elsewhere != "":
		c.finish(known, "", max(fetched, 1))
		c.elsewhere = elsewhere
		return
	case prior.Count < q.options.Retries && now.Sub(prior.Next) < patience:
		// hikgrab was restarted meanwhile. A clock that was set back must not make it
		// wait longer than any retry does.
		known.attempts, known.behind = prior.Count, true
		q.retryAt(c, known, earlier(prior.Next, now.Add(backoffMost)))
	default:
		known.behind = prior.Count > 0
		c.enqueue(known, false)
	}
	if r.probing == r.queryID {
		q.served(r, part{camera: c}, r.queryID, now)
	}
	if q.active < q.jobs && r.active < r.load.limit && !r.closed(now) && q.volume.open(now, q.active+q.derivers) {
		q.advance(now, r)
	}
}

// queryFailed decides what follows from a failed query.
func (q *Queue) queryFailed(r *recorder, a ask, err error, now time.Time) {
	p := a.part()
	if e := asRecorders(err); e != nil && a.asked() == askedSearch && e.Reached.After(a.camera.reached) {
		a.camera.reached = e.Reached
	}
	d := q.resolve(r, p, r.queryID, trouble{asked: a.asked(), err: err}, now)
	switch {
	case a.proof:
		if nvr.KindOf(err) == nvr.Gone && p.camera != nil {
			p.recording.gone, p.camera.sample = true, nil
		}
	case a.meet:
		if d.part == counts || d.part == isLost { // nothing of the recorder can be had without it
			q.abandon(r, FailureOf(err, now), now)
		}
	case d.part == isLost:
		a.camera.fail(FailureOf(err, now))
	case d.part == counts:
		if e := asRecorders(err); e != nil && e.Kind == nvr.Busy && !e.Faulty() {
			d.atLeast = max(d.atLeast, time.Duration(a.camera.tries+1)*loneWait)
		}
		q.searchFailed(a.camera, failureOfPart(err, p, a.camera.searchBlamed, now), d, now)
	}
}

// searchFailed counts a failed search of a camera and sets the next, or gives
// the camera up.
func (q *Queue) searchFailed(c *camera, f Failure, d decision, now time.Time) {
	c.tries++
	c.failure = f
	if c.tries >= q.options.Retries {
		c.fail(f)
		return
	}
	wait := max(d.atLeast, backoff(max(d.step, c.tries)))
	if q.tooLong(wait) {
		c.fail(f.until(now.Add(wait)))
		return
	}
	c.searchNext = now.Add(wait)
	q.tellOf(c, now, Event{
		Type: EventRetry, Failure: f, Attempt: c.tries, Next: c.searchNext,
		Message: fmt.Sprintf("search: %s; attempt %d of %d in %s", f.What, c.tries+1, q.options.Retries, wholeSeconds(wait)),
	})
}
