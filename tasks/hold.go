package tasks

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/worker"
)

const (
	backoffBase = 2 * time.Second
	backoffMost = 5 * time.Minute
	// patience is how long a recorder that has answered in this run may stay away
	// or busy before its cameras fail: longer than a reboot with a disk check,
	// shorter than an operator's coffee break.
	patience = 10 * time.Minute
	// firstPatience is the same for one that has not answered yet: its address may
	// be wrong.
	firstPatience = 15 * time.Second
	// mostStrange is how many broken answers in a row a recorder may give before it
	// is held and probed, to save every camera's attempts.
	mostStrange = 5
	// inUseAgain is when to try again a recording that another camera of this run
	// is writing.
	inUseAgain = 5 * time.Second
	// loneWait is how much longer each wait is if only one thing is left to ask a
	// busy recorder for, and for a search, of which it may serve only one at a
	// time: it may really be busy.
	loneWait = 10 * time.Second
	// noRoomAgain is when to try again a recording that does not fit beside the
	// active ones; others that fit go on meanwhile.
	noRoomAgain = 30 * time.Second
)

// backoff returns how long to wait after the n-th failure in a row. It uses
// full jitter, so that many cameras that failed together do not come back
// together.
func backoff(n int) time.Duration {
	if n == 0 {
		return 0
	}
	most := backoffMost
	if n < 10 {
		most = min(most, backoffBase<<max(n-1, 0))
	}
	return backoffBase/4 + rand.N(most)
}

// standing gathers what decide needs to know about a part of a recorder; number
// is that of its request.
func (q *Queue) standing(r *recorder, p part, number uint64, now time.Time) standing {
	s := standing{
		signedIn: r.signedIn, known: r.known, early: number <= r.doubt.since, tries: q.options.Retries,
		held:    r.hold.Held() && (r.hold.Until.IsZero() || r.hold.Until.After(now)),
		strange: r.strange, misses: r.misses, idle: r.active == 0,
		unattended: q.options.Unattended,
	}
	if !r.locked.IsZero() {
		s.locked = now.Sub(r.locked)
	}
	if r.misses > 0 {
		s.missing = now.Sub(r.missing)
	}
	if c := p.camera; c != nil {
		if r.strangeOf == c {
			s.strange = 0
		}
		if s.suspects = len(r.doubt.suspects); r.doubt.has(p) {
			s.suspects--
		}
		s.blamed = p.blamed()
		s.oneCamera = !slices.ContainsFunc(r.doubt.suspects, func(o suspect) bool { return o.camera != c })
		s.elsewhere = r.elsewhere(p, now)
		s.alone = s.suspects == 0 && r.alone(p, now)
	}
	return s
}

// resolve decides what follows from a trouble and applies it to the recorder
// and the volume. The caller, who knows the part, applies it to the part.
// Number is that of its request.
func (q *Queue) resolve(r *recorder, p part, number uint64, t trouble, now time.Time) decision {
	if t.bytes {
		q.served(r, p, number, now)
	}
	d := decide(t, q.standing(r, p, number, now))
	if d.volume == archive.Denied {
		q.denied(FailureOf(t.err, now), now)
	} else if d.volume == archive.Full || d.volume == archive.NoRoom && q.active == 0 && q.derivers == 0 { // no active download will free space
		q.holdVolume(FailureOf(t.err, now), now)
	}
	if e, panicked := errors.AsType[*worker.PanicError](t.err); panicked {
		q.note(func() {
			q.log.Error("a worker panicked", "recorder", r.address, "panic", fmt.Sprint(e.Value), "stack", string(e.Stack))
		})
	}
	switch {
	case d.strange && r.strange == 0:
		r.strange, r.strangeOf = 1, p.camera
	case d.strange:
		r.strange++
		if r.strangeOf != p.camera {
			r.strangeOf = nil
		}
	}
	if d.part == suspected {
		r.doubt.add(p, t.err, r.flowing(now), q.number)
	}
	if d.move == isHeld || d.move == givesUp {
		q.hold(r, asRecorders(t.err), d, now)
	}
	return d
}

// hold holds a recorder as decided.
func (q *Queue) hold(r *recorder, e *nvr.Error, d decision, now time.Time) {
	if d.kind != nvr.Busy && d.kind != nvr.KindUnknown && e.Kind == d.kind {
		r.doubt = doubt{} // this explains every refusal so far
	}
	if d.move == givesUp {
		if r.hold.Kind != d.kind || !r.hold.Until.IsZero() {
			q.giveUp(r, e, d.kind, now)
		}
		return
	}
	if !r.known && e.Kind == nvr.Unreachable { // nothing was learned: the next probe connects anew
		r.close()
		r.client = nil
	}
	if r.misses == 0 {
		r.missing = now // not since it last answered: this machine may have slept since
	}
	if d.kind == nvr.Busy && r.load.lower(now, r.active) {
		q.tell(r, now, Event{
			Type:    EventRecorder,
			Message: fmt.Sprintf("%s; down to %s at once, more again when it has calmed down", e.What(), nvr.Count(r.load.limit, "recording")),
		})
	}
	if d.kind != nvr.Locked {
		r.misses++
	} else if r.locked.IsZero() {
		r.locked = now
	}
	news, until := r.hold.Kind != d.kind, now.Add(max(backoff(d.step), d.atLeast))
	r.hold = Hold{Kind: d.kind, Until: until, What: e.What(), Remedy: e.Remedy()}
	if d.kind != nvr.Busy && news {
		q.tell(r, now, Event{
			Type: EventRecorder, Failure: FailureOf(e, now), Next: until,
			Message: fmt.Sprintf("%s; held, next try at %s", e.What(), clockText(until, now)),
		})
	}
}

// served notes that a recorder served part of a request. That ends a hold,
// unless only the operator can end it or the request is older than a lock-out.
// If the part was requested after others had been refused, it shows whose fault
// that was: the recorder's if the part was one of those, otherwise theirs.
func (q *Queue) served(r *recorder, p part, number uint64, now time.Time) {
	probed := r.probing == number && number != 0
	if probed {
		r.probing = 0
	}
	long := r.misses > convinced && now.Sub(r.missing) > quiet // after so long it is the recorder, whatever was asked for
	r.known, r.misses, r.strange, r.locked = true, 0, 0, time.Time{}
	if p.recording != nil {
		p.camera.refusals, p.camera.lost = 0, 0
		if p.recording.blamed {
			p.recording.blamed = false
			r.spurious++
		}
		if p.recording.excused {
			p.recording.excused, r.load.beforeBusy = false, 0
		}
	} else if p.camera != nil {
		p.camera.searchBlamed = false
	}
	if probed || (r.hold.Kind != nvr.Locked && !r.hold.Until.IsZero()) {
		q.release(r, now)
	}
	d := r.doubt
	switch {
	case len(d.suspects) == 0 || number <= d.since:
		return
	case long: // a recorder that refuses everything for so long is not overloaded by us
		r.load.restore()
		r.doubt = doubt{}
		return
	case p.camera != nil && d.has(p):
		r.doubt, r.load.beforeBusy = doubt{}, 0
		return
	}
	r.doubt = doubt{}
	for _, s := range d.suspects {
		switch {
		case s.beside <= d.beside:
			q.blame(s, p, now)
		case s.recording != nil:
			s.recording.excused = true // it may have come because less was asked for
		}
	}
}

// blame charges a refusal to the part that was asked for, because something
// else, came, has come since.
func (q *Queue) blame(s suspect, came part, now time.Time) {
	c, rec := s.camera, s.recording
	// That a recorder still answers other questions says less about recordings.
	sure := came.recording != nil || rec == nil && came.camera != nil
	f := failureOfPart(s.err, s.part, sure, now)
	d := decision{part: counts, step: 1}
	if e := asRecorders(s.err); e != nil {
		d.atLeast = e.RetryAfter
		tries := c.tries
		if rec != nil {
			tries = rec.attempts
		}
		if (!sure || rec == nil) && e.Kind == nvr.Busy && !e.Faulty() {
			d.atLeast = max(d.atLeast, time.Duration(tries+1)*loneWait)
		}
	}
	if rec == nil {
		c.searchBlamed = c.searchBlamed || sure
		q.searchFailed(c, f, d, now)
		return
	}
	if sure {
		rec.blamed = true
		c.refusals++
		c.recorder.load.restore()
	}
	if !c.takeReady(rec) {
		return // it has already been asked for again
	}
	q.countAttempt(c, rec, f, s.err, d, now)
}

func (q *Queue) release(r *recorder, now time.Time) {
	held := r.hold
	r.hold = Hold{}
	if held.Kind == nvr.Unreachable || held.Kind == nvr.Locked {
		q.tell(r, now, Event{Type: EventRecorder, Message: "answers again; downloads resume"})
	}
}

// giveUp holds a recorder until the operator retries.
func (q *Queue) giveUp(r *recorder, e *nvr.Error, kind nvr.Kind, now time.Time) {
	f := FailureOf(e, now)
	if e.RetryAfter > 0 {
		f = f.until(now.Add(e.RetryAfter))
	}
	if e.Kind == nvr.Auth {
		r.tries = max(0, e.TriesLeft)
	}
	r.hold = Hold{Kind: kind, What: f.What, Remedy: f.Remedy}
	r.doubt, r.misses = doubt{}, 0
	q.abandon(r, f, now)
}

// abandon fails every waiting camera of a recorder, as one event.
func (q *Queue) abandon(r *recorder, f Failure, now time.Time) {
	if r.failAll(f) > 0 {
		q.tell(r, now, Event{Type: EventError, Failure: f, Message: f.What})
	}
}

// failAll gives up every camera that still waits for something and returns
// their number.
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
