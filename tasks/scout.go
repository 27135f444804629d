package tasks

import (
	"context"
	"fmt"
	"runtime/debug"
	"time"

	"example.com/hikgrab/nvr"
)

// settleMargin is how long after its end a recording is left alone: recorders
// go on writing for a while, and a file fetched too early comes out short
// (seen on an iDS-7216HQHI-M2/S).
const settleMargin = 90 * time.Second

// scout runs one errand and reports it; shown is the camera, if any, that
// shows the errand as its search. A panic fails the errand, not the program.
func (q *Queue) scout(ctx context.Context, r *recorder, e errand, shown *camera) {
	var done func(now time.Time)
	defer func() {
		if v := recover(); v != nil {
			err := &panicError{value: v, stack: debug.Stack()}
			done = func(now time.Time) { q.scoutFailed(r, e, err, now) }
		}
		q.report(func(now time.Time) {
			q.scouts--
			r.scouting, r.stopScout = false, nil
			if shown != nil {
				shown.searching = false
			}
			if r.depart() {
				done(now)
			}
		})
	}()
	var err error
	if e.meet {
		done, err = q.meet(ctx, r)
	} else {
		done, err = q.search(ctx, r, e.camera)
	}
	if err != nil {
		err = leaving(ctx, err)
		done = func(now time.Time) { q.scoutFailed(r, e, err, now) }
	}
}

// meet signs in and lists the recorder's channels.
func (q *Queue) meet(ctx context.Context, r *recorder) (func(time.Time), error) {
	client := q.freshLogin(r)
	device, err := client.SignIn(ctx)
	if err != nil {
		return nil, err
	}
	channels, listing := client.Channels(ctx)
	if kind := nvr.KindOf(listing); ctx.Err() != nil || (kind.Temporary() && kind != nvr.Protocol && q.needsList(r)) {
		return nil, listing
	}
	return func(now time.Time) { q.met(r, device, channels, listing, now) }, nil
}

// needsList reports whether cameras of r are wanted that the sheet does not
// number. For the others the list only brings their names.
func (q *Queue) needsList(r *recorder) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return r.camera(0, 0) != nil
}

// freshLogin returns the client to sign in with. After a refused login that
// the operator has asked to try again, the sheet is read once more, so that a
// password mended there counts.
func (q *Queue) freshLogin(r *recorder) *nvr.Recorder {
	q.mu.Lock()
	again := r.again
	r.again = false
	q.mu.Unlock()
	if !again || q.options.Reread == nil {
		return r.client
	}
	list, err := q.options.Reread()
	if err != nil {
		q.report(func(now time.Time) {
			q.tell(r, now, Event{
				Type:    EventNotice,
				Message: "the sheet cannot be read again, so the old login is used: " + nvr.CleanText(err.Error(), 200),
			})
		})
		return r.client
	}
	for _, t := range list {
		if t.Address.String() != r.address || t.Source != r.source || t.Login == r.config.Login {
			continue
		}
		q.mu.Lock()
		r.config.Login = t.Login
		old := r.client
		r.client = nvr.New(r.config)
		q.mu.Unlock()
		old.Close()
		break
	}
	return r.client
}

// met takes in what a recorder said of itself.
func (q *Queue) met(r *recorder, d nvr.Device, channels []nvr.Channel, listing error, now time.Time) {
	q.answered(r, now)
	q.release(r, now) // whatever an older request had to say
	first := !r.signedIn
	r.device, r.signedIn = d, true
	if listing != nil {
		q.cannotList(r, listing, now)
	} else {
		q.unfold(r, channels)
	}
	wall := d.WallClock(now)
	for _, c := range r.cameras {
		q.span(c, wall, now)
	}
	if !first {
		return
	}
	q.tell(r, now, Event{Type: EventRecorder, Message: greeting(d, len(channels))})
	if d.ZoneKnown && d.ClockError.Abs() > 2*time.Minute {
		q.tell(r, now, Event{Type: EventNotice, Message: clockNotice(d.ClockError)})
	}
	if listing == nil && len(r.cameras) == 0 && !q.options.OnlyFailed {
		q.tell(r, now, Event{Type: EventNotice, Message: "the recorder lists no cameras; name the channels in the sheet to search them all the same"})
	}
}

// cannotList deals with a recorder that refuses to list its channels. Those
// that the sheet numbers can be searched all the same.
func (q *Queue) cannotList(r *recorder, err error, now time.Time) {
	all := r.camera(0, 0)
	if all == nil {
		return
	}
	f := failureOf(err, now)
	f.Hint = "type the channels wanted, for example 1-4, in the cameras column of " + r.source
	all.fail(f)
	q.tell(r, now, Event{Type: EventError, Failure: f, Message: f.What + ": " + f.Hint})
}

func greeting(d nvr.Device, channels int) string {
	cameras := "cameras"
	if channels == 1 {
		cameras = "camera"
	}
	if d.Model == "" {
		return fmt.Sprintf("signed in, %d %s", channels, cameras)
	}
	return fmt.Sprintf("signed in: %s %s, %d %s", d.Kind, d.Model, channels, cameras)
}

func clockNotice(off time.Duration) string {
	direction := "ahead of"
	if off < 0 {
		direction = "behind"
	}
	return fmt.Sprintf("the recorder's clock is %s %s this machine's; times are the recorder's", off.Abs().Round(time.Second), direction)
}

// search asks for a camera's recordings and hands over each as it comes, so
// that downloads begin while later ones are still being looked for.
func (q *Queue) search(ctx context.Context, r *recorder, c *camera) (func(time.Time), error) {
	q.report(func(time.Time) { c.growing = nil })
	for _, span := range c.spans {
		for rec, err := range r.client.Search(ctx, c.track(), span.From, span.To) {
			if err != nil {
				return nil, err
			}
			q.found(r, c, rec)
		}
	}
	return func(now time.Time) {
		q.answered(r, now)
		c.searched, c.tries = true, 0
		q.tellClock(r, now)
		if n := len(c.growing); n > 0 {
			q.tellOf(c, now, Event{Type: EventNotice, Message: fmt.Sprintf("%d still being written on the recorder; the next run fetches what is finished by then", n)})
		}
	}, nil
}

// tellClock tells which clock the recorder's searches go by, when that is not
// what was to be expected. Only a search finds that out.
func (q *Queue) tellClock(r *recorder, now time.Time) {
	if notice := r.client.ClockNotice(); notice != "" && notice != r.clockNotice {
		r.clockNotice = notice
		q.tell(r, now, Event{Type: EventNotice, Message: notice})
	}
}

// found takes in one recording of a search.
func (q *Queue) found(r *recorder, c *camera, rec nvr.Recording) {
	item := q.item(c, &recording{Recording: rec})
	file, stored := q.options.Archive.Stored(item)
	prior := q.options.Archive.Attempts(item)

	q.mu.Lock()
	defer q.mu.Unlock()
	if r.dropped {
		return
	}
	now := time.Now()
	if !stored && r.device.ClockKnown && r.device.WallClock(now).Sub(rec.End) < settleMargin {
		c.growing = append(c.growing, Span{rec.Start, rec.End})
		return
	}
	known, isNew := c.add(rec)
	switch {
	case !isNew:
		return
	case stored:
		c.finish(known, file.Path, file.Fetched)
		return
	case prior.Count < q.options.Retries && now.Sub(prior.Next) < patience:
		// hikgrab was started again on the way. A clock that was set back must
		// not make it wait for longer than any retry does.
		known.attempts = prior.Count
		next := prior.Next
		if latest := now.Add(backoffMost); next.After(latest) {
			next = latest
		}
		q.retryAt(c, known, next)
	default:
		c.enqueue(known, false)
	}
	if q.active < q.jobs && r.free(now) && q.volume.open(now, q.active+q.makers) {
		q.advance(now)
	}
}

// scoutFailed decides what follows from an errand that failed.
func (q *Queue) scoutFailed(r *recorder, e errand, err error, now time.Time) {
	v := q.judge(r, err, false, now)
	if e.camera == nil {
		if v.burn || v.never { // nothing of the recorder can be had without it
			q.abandon(r, failureOf(err, now), now)
		}
		return
	}
	c := e.camera
	switch {
	case v.never:
		c.fail(failureOf(err, now))
	case v.burn:
		c.tries++
		c.failure = failureOf(err, now)
		if c.tries >= q.options.Retries {
			c.fail(c.failure)
			return
		}
		c.searchNext = now.Add(v.after)
		q.tellOf(c, now, Event{
			Type: EventRetry, Failure: c.failure, Attempt: c.tries, Next: c.searchNext,
			Message: fmt.Sprintf("search: %s; attempt %d of %d in %s", c.failure.What, c.tries+1, q.options.Retries, wholeSeconds(v.after)),
		})
	}
}
