package tasks

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

const (
	backoffBase = 2 * time.Second
	backoffMost = 5 * time.Minute
	// patience is how long a recorder that has answered in this run may stay
	// away, or busy, before its cameras fail: longer than a reboot with a disk
	// check, shorter than an operator's coffee.
	patience = 10 * time.Minute
	// hopeless is how many attempts in a row may bring not one byte before the
	// recorder is held and probed instead of burning every camera's attempts.
	hopeless = 5
	// quiet is how long a recorder that was busy has to be quiet before it gets
	// one download more at once.
	quiet = time.Minute
	// inUseAgain is when a recording is looked at again that another camera of
	// this run is writing.
	inUseAgain = 5 * time.Second
)

// backoff returns how long to wait after the n-th failure in a row: full
// jitter, so that many cameras that failed together do not come back together.
func backoff(n int) time.Duration {
	most := backoffMost
	if n < 10 {
		most = min(most, backoffBase<<max(n-1, 0))
	}
	return backoffBase/4 + rand.N(most)
}

// verdict says what follows from a failed attempt.
type verdict struct {
	burn  bool          // it counts against the camera's tries
	never bool          // another try would be no use
	after time.Duration // when to try again
}

// leftError is how a worker reports that it was made to leave.
type leftError struct{ cause error }

func (e *leftError) Error() string { return e.cause.Error() }

// leaving returns err, or why the worker was made to leave when that is what
// ended its work.
func leaving(ctx context.Context, err error) error {
	if err != nil && ctx.Err() != nil {
		return &leftError{cause: context.Cause(ctx)}
	}
	return err
}

// judge decides what a failure means for the recorder and the volume, and
// returns what it means for the attempt. progress says that bytes came.
func (q *Queue) judge(r *recorder, err error, progress bool, now time.Time) verdict {
	if _, ok := errors.AsType[*leftError](err); ok {
		return verdict{}
	}
	if _, ok := errors.AsType[*panicError](err); ok {
		return verdict{never: true}
	}
	switch archive.KindOf(err) {
	case archive.Full:
		q.holdVolume(failureOf(err, now), now)
		return verdict{}
	case archive.Denied:
		q.holdVolume(failureOf(err, now), now)
		// Space comes back by itself, rights hardly ever do.
		return verdict{burn: now.Sub(q.volume.since) > patience, after: backoff(1)}
	case archive.InUse:
		return verdict{after: inUseAgain}
	case archive.Damaged:
		return verdict{burn: true, after: backoff(1)}
	case archive.KindUnknown:
	}
	e, ok := errors.AsType[*nvr.Error](err)
	if !ok {
		return verdict{burn: true, after: backoff(1)}
	}
	switch e.Kind {
	case nvr.Auth, nvr.TLS:
		q.refuse(r, e, now)
		return verdict{}
	case nvr.Locked:
		q.locked(r, e, now)
		return verdict{}
	case nvr.Forbidden:
		return verdict{never: true}
	case nvr.Busy:
		q.busy(r, e, now)
		return verdict{}
	case nvr.Unreachable:
		q.unreachable(r, e, now)
		return verdict{}
	case nvr.Gone:
		return verdict{burn: true, after: backoff(1)}
	case nvr.Timeout, nvr.Slow, nvr.Short, nvr.Protocol, nvr.KindUnknown:
	}
	if progress {
		q.answered(r, now)
	} else {
		r.streak++
	}
	if !r.signedIn || r.streak >= hopeless {
		q.unreachable(r, e, now)
		return verdict{burn: r.signedIn, after: max(backoff(r.misses), e.RetryAfter)}
	}
	return verdict{burn: true, after: max(backoff(r.streak), e.RetryAfter)}
}

// answered notes that a recorder did what it was asked.
func (q *Queue) answered(r *recorder, now time.Time) {
	r.contact, r.misses, r.streak = now, 0, 0
	q.release(r, now)
}

// release ends a hold and says so.
func (q *Queue) release(r *recorder, now time.Time) {
	held := r.hold
	r.hold, r.probing, r.busySince = Hold{}, false, time.Time{}
	if held.Kind == nvr.Unreachable || held.Kind == nvr.Locked {
		q.tell(r, now, Event{Type: EventRecorder, Message: "answers again; work goes on"})
	}
}

// holdUntil holds a recorder until a probe is due, and says so when that is
// news.
func (q *Queue) holdUntil(r *recorder, e *nvr.Error, kind nvr.Kind, until, now time.Time) {
	news := r.hold.Kind != kind
	r.hold = Hold{Kind: kind, Until: until, What: e.What(), Hint: e.Hint()}
	r.probing = false
	if kind != nvr.Busy && news {
		q.tell(r, now, Event{
			Type: EventRecorder, Failure: failureOf(e, now), Next: until,
			Message: fmt.Sprintf("%s; held, next try at %s", e.What(), until.Format("15:04:05")),
		})
	}
}

// refuse gives a recorder up until the operator retries: asking again by itself
// would lock the account.
func (q *Queue) refuse(r *recorder, e *nvr.Error, now time.Time) {
	f := failureOf(e, now)
	news := r.hold.Kind != e.Kind || !r.hold.Until.IsZero()
	r.hold = Hold{Kind: e.Kind, What: f.What, Hint: f.Hint}
	r.probing = false
	if news {
		q.abandon(r, f, now)
	}
}

// locked waits for the end of a lock-out only when this login was good before:
// else nobody knows whether the next try would lock the account again.
func (q *Queue) locked(r *recorder, e *nvr.Error, now time.Time) {
	if !r.signedIn || e.RetryAfter <= 0 {
		q.refuse(r, e, now)
		return
	}
	r.client.Forgive()
	q.holdUntil(r, e, nvr.Locked, now.Add(e.RetryAfter), now)
}

// busy lowers what is asked of a recorder at once and leaves it alone for a
// while.
func (q *Queue) busy(r *recorder, e *nvr.Error, now time.Time) {
	if limit := max(1, min(r.limit, r.active+1)-1); limit < r.limit || now.Sub(r.lastBusy) > quiet {
		r.limit = limit
		q.tell(r, now, Event{
			Type:    EventRecorder,
			Message: fmt.Sprintf("%s; asking for %s at once, more again when it is quiet", e.What(), plural(limit, "recording")),
		})
	}
	r.lastBusy = now
	r.misses++
	if r.busySince.IsZero() {
		r.busySince = now
	}
	if now.Sub(r.busySince) > patience && r.active == 0 {
		q.abandon(r, failureOf(e, now), now)
		r.busySince = time.Time{}
		return
	}
	q.holdUntil(r, e, nvr.Busy, now.Add(max(backoff(min(r.misses, 4)), e.RetryAfter)), now)
}

// unreachable holds a recorder and has it probed by one request at a time. One
// that never answered in this run gets as many probes as a recording gets
// tries; one that did gets patience as well.
func (q *Queue) unreachable(r *recorder, e *nvr.Error, now time.Time) {
	if r.hold.Kind == nvr.Unreachable && r.hold.Until.After(now) {
		return // one of several requests that died together
	}
	r.misses++
	if r.misses >= q.options.Retries && now.Sub(r.contact) > patience {
		q.abandon(r, failureOf(e, now), now)
		r.hold = Hold{Kind: nvr.Unreachable, What: e.What(), Hint: e.Hint()}
		r.misses = 0
		return
	}
	q.holdUntil(r, e, nvr.Unreachable, now.Add(max(backoff(min(r.misses, 5)), e.RetryAfter)), now)
}

// abandon fails every camera of a recorder that still waits for something, as
// one event.
func (q *Queue) abandon(r *recorder, f Failure, now time.Time) {
	failed := 0
	for _, c := range r.cameras {
		if c.skip || !c.open() {
			continue
		}
		c.fail(f)
		failed++
	}
	if failed == 0 {
		return
	}
	message := f.What
	if f.Hint != "" {
		message += ". " + f.Hint
	}
	q.tell(r, now, Event{Type: EventError, Failure: f, Message: message})
}

// fail gives a camera up until the operator retries.
func (c *camera) fail(f Failure) {
	c.gaveUp, c.failure = &f, f
}

// volume is the state of the disk under the output directory.
type volume struct {
	failure Failure
	since   time.Time
	until   time.Time // when one download tries whether it can be written to
	probing bool      // that download is under way
	told    time.Time // when the operator last heard of a hold
}

func (v *volume) held() bool { return v.failure.Kind != "" }

// open reports whether another download may start: on a held volume one at a
// time, to see whether it takes data again.
func (v *volume) open(now time.Time, active int) bool {
	return !v.held() || (active == 0 && !v.until.After(now))
}

const (
	// volumeAgain is how often a held volume is tried.
	volumeAgain = 5 * time.Second
	// volumeTold is how long the operator hears nothing of further holds: a
	// nearly full disk is held again and again while files still fit one by one.
	volumeTold = 5 * time.Minute
)

// holdVolume stops feeding a volume that is full or may not be written to.
func (q *Queue) holdVolume(f Failure, now time.Time) {
	v := &q.volume
	if !v.held() {
		v.since = now
		q.log.Warn("volume held", "kind", f.Kind, "failure", f.What)
	}
	v.failure, v.until, v.probing = f, now.Add(volumeAgain), false
	if now.Sub(v.told) > volumeTold {
		v.told = now
		q.events.push(Event{
			Time: now, Type: EventError, Camera: -1, Failure: f,
			Message: f.What + "; downloads wait and go on by themselves. " + f.Hint,
		})
	}
}

// volumeTakes notes that a download which tried a held volume could write.
func (q *Queue) volumeTakes(now time.Time) {
	if !q.volume.probing {
		return
	}
	q.volume = volume{told: q.volume.told}
	q.log.Info("volume released")
	q.events.push(Event{Time: now, Type: EventNotice, Camera: -1, Message: "the disk takes data again; downloads go on"})
}

func wholeSeconds(d time.Duration) time.Duration {
	return max(d.Round(time.Second), time.Second)
}
