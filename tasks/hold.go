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
	// firstPatience is the same for one that has not answered yet: its address
	// may as well be wrong.
	firstPatience = 15 * time.Second
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
	if e, ok := errors.AsType[*panicError](err); ok {
		q.note(func() {
			q.log.Error("a worker panicked", "recorder", r.address, "panic", fmt.Sprint(e.value), "stack", string(e.stack))
		})
		return verdict{never: true}
	}
	switch archive.KindOf(err) {
	case archive.Full:
		q.holdVolume(failureOf(err, now), now)
		return verdict{}
	case archive.Denied:
		if _, ok := errors.AsType[*placeError](err); ok {
			return verdict{burn: true, after: backoff(1)} // the disk takes data, but not under that name
		}
		q.denied(failureOf(err, now), now)
		return verdict{}
	case archive.InUse:
		return verdict{after: inUseAgain}
	case archive.Damaged:
		return verdict{burn: true, after: backoff(1)}
	case archive.TooLarge:
		return verdict{never: true}
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
	switch {
	case progress && r.probing:
		q.answered(r, now)
	case progress:
		r.streak = 0
	default:
		r.streak++
	}
	if !r.signedIn || r.streak >= hopeless {
		q.unreachable(r, e, now)
		return verdict{burn: r.signedIn, after: max(backoff(r.misses), e.RetryAfter)}
	}
	return verdict{burn: true, after: max(backoff(r.streak), e.RetryAfter)}
}

// answered notes that a recorder did what it was asked. That ends a hold unless
// only the operator can, or unless what was asked is older than a lock-out.
func (q *Queue) answered(r *recorder, now time.Time) {
	r.known, r.misses, r.streak = true, 0, 0
	if r.probing || (r.hold.Kind != nvr.Locked && !r.hold.Until.IsZero()) {
		q.release(r, now)
	}
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
	if r.hold.Kind != e.Kind || !r.hold.Until.IsZero() {
		q.giveUp(r, e, e.Kind, now)
	}
}

// locked waits for the end of a lock-out only when this login was good before:
// else nobody knows whether the next try would lock the account again.
func (q *Queue) locked(r *recorder, e *nvr.Error, now time.Time) {
	if !r.signedIn || e.RetryAfter <= 0 {
		q.refuse(r, e, now)
		return
	}
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
	if r.misses >= q.options.Retries && now.Sub(r.busySince) > patience && r.active == 0 {
		q.giveUp(r, e, nvr.Busy, now)
		return
	}
	q.holdUntil(r, e, nvr.Busy, now.Add(max(backoff(min(r.misses, 4)), e.RetryAfter)), now)
}

// unreachable holds a recorder and has it probed by one request at a time. One
// that never answered in this run gets as many probes as a recording gets
// tries; one that did gets patience as well.
func (q *Queue) unreachable(r *recorder, e *nvr.Error, now time.Time) {
	if r.hold.Held() && (r.hold.Until.IsZero() || r.hold.Until.After(now)) {
		return // one of several requests that died together
	}
	if r.misses == 0 {
		r.missing = now // not since when it was last heard of: this machine may have slept since
	}
	r.misses++
	tried := r.misses >= q.options.Retries
	if tried && (now.Sub(r.missing) > r.patience() || !r.known && q.options.Retries == 1) {
		q.giveUp(r, e, nvr.Unreachable, now)
		return
	}
	q.holdUntil(r, e, nvr.Unreachable, now.Add(max(backoff(min(r.misses, 5)), e.RetryAfter)), now)
}

// patience is how long the recorder may stay away.
func (r *recorder) patience() time.Duration {
	if r.known {
		return patience
	}
	return firstPatience
}

// giveUp holds a recorder until the operator retries.
func (q *Queue) giveUp(r *recorder, e *nvr.Error, kind nvr.Kind, now time.Time) {
	f := failureOf(e, now)
	r.hold = Hold{Kind: kind, What: f.What, Hint: f.Hint}
	r.probing, r.misses, r.busySince = false, 0, time.Time{}
	q.abandon(r, f, now)
}

// abandon fails every camera of a recorder that still waits for something, as
// one event.
func (q *Queue) abandon(r *recorder, f Failure, now time.Time) {
	if r.failAll(f) > 0 {
		q.tell(r, now, Event{Type: EventError, Failure: f, Message: f.sentence()})
	}
}

// failAll gives up every camera that still waits for something and returns how
// many those were.
func (r *recorder) failAll(f Failure) int {
	failed := 0
	for _, c := range r.cameras {
		if !c.skip && c.open() {
			c.fail(f)
			failed++
		}
	}
	return failed
}

// fail gives a camera up until the operator retries.
func (c *camera) fail(f Failure) {
	c.gaveUp, c.failure = &f, f
}

func wholeSeconds(d time.Duration) time.Duration {
	return max(d.Round(time.Second), time.Second)
}
