package tasks

import (
	"fmt"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

// took takes in the outcome of an order.
func (q *Queue) took(r *recorder, c *camera, rec *recording, out Outcome, now time.Time) {
	q.leave(r, c, rec)
	if !r.depart() {
		return
	}
	if out.Err == nil {
		c.release(rec)
		q.stored(r, c, rec, out, now)
		return
	}
	v := q.judge(r, out.Err, out.Receipt.Received > 0, now) // which may give up cameras that lack something: this one does
	c.release(rec)
	switch {
	case v.never:
		q.lost(c, rec, failureOf(out.Err, now), now)
	case v.burn:
		q.burnt(c, rec, out.Err, v, now)
	case v.after > 0:
		q.retryAt(c, rec, now.Add(v.after))
	default:
		c.enqueue(rec, true)
	}
}

// leave takes the worker off the books.
func (q *Queue) leave(r *recorder, c *camera, rec *recording) {
	q.active--
	r.active--
	rec.have = rec.meter.have.Load()
	fetched := rec.meter.fetched.Load()
	c.settled += rec.have
	c.fetched += fetched
	q.fetched += fetched
	rec.meter, rec.cancel = nil, nil
}

// stored notes a recording that is on disk.
func (q *Queue) stored(r *recorder, c *camera, rec *recording, out Outcome, now time.Time) {
	attempt := rec.attempts + 1
	c.finish(rec, out.File.Path, out.File.Fetched)
	q.answered(r, now)
	q.volumeTakes(now)
	message := spanText(rec.Start, rec.End) + " on disk"
	for _, n := range out.File.Notes {
		message += "; " + n
	}
	q.tellOf(c, now, Event{
		Type: EventFile, Path: out.File.Path, Bytes: out.File.Bytes, Took: out.Took, Attempt: attempt, Message: message,
	})
}

// burnt counts a failed attempt and sets the next, or gives the recording up.
func (q *Queue) burnt(c *camera, rec *recording, err error, v verdict, now time.Time) {
	f := failureOf(err, now)
	rec.attempts++
	rec.failure, c.failure = &f, f
	secondGone := nvr.KindOf(err) == nvr.Gone && rec.gone
	rec.gone = nvr.KindOf(err) == nvr.Gone
	if rec.attempts >= q.options.Retries || secondGone {
		q.lost(c, rec, f, now)
		return
	}
	wait := max(v.after, backoff(rec.attempts))
	q.retryAt(c, rec, now.Add(wait))
	q.noteAttempt(c, rec)
	q.tellOf(c, now, Event{
		Type: EventRetry, Failure: f, Attempt: rec.attempts, Next: rec.next,
		Message: fmt.Sprintf("%s; attempt %d of %d in %s (%s)", f.What, rec.attempts+1, q.options.Retries, wholeSeconds(wait), spanText(rec.Start, rec.End)),
	})
}

func (q *Queue) retryAt(c *camera, rec *recording, next time.Time) {
	rec.state, rec.next = RecordingRetrying, next
	c.later = append(c.later, rec)
}

// lost gives a recording up.
func (q *Queue) lost(c *camera, rec *recording, f Failure, now time.Time) {
	c.giveUp(rec, f)
	q.noteAttempt(c, rec)
	told := f
	told.What = fmt.Sprintf("%s; gave up after %s (%s)", f.What, plural(max(rec.attempts, 1), "attempt"), spanText(rec.Start, rec.End))
	q.tellOf(c, now, Event{Type: EventError, Failure: f, Attempt: rec.attempts, Message: told.sentence()})
}

// noteAttempt has the journal remember a recording's tries, so that a restart
// does not begin to hammer a recorder afresh.
func (q *Queue) noteAttempt(c *camera, rec *recording) {
	item := q.item(c, rec)
	attempt := archive.Attempt{Count: rec.attempts, Next: rec.next}
	if rec.failure != nil {
		attempt.Failure = rec.failure.Kind
	}
	q.note(func() {
		if err := q.options.Archive.NoteAttempt(item, attempt); err != nil {
			q.log.Error("cannot note a failed attempt", "error", err)
		}
	})
}

// tellState tells that a camera has changed its state, when somebody wants to
// know: the turns of everyday work are seen on the screen and need no line.
func (q *Queue) tellState(c *camera, now time.Time) {
	e := Event{Type: EventCamera, Took: c.tookUntil(now), Message: c.state.String()}
	switch c.state {
	case Done:
		e.Bytes = c.settled
		e.Message = "done: " + plural(c.done, "file")
	case Incomplete:
		e.Bytes, e.Failure = c.settled, c.failure
		e.Message = "incomplete: " + plural(c.done, "file") + " on disk"
		if lost := len(c.recordings) - c.done; lost > 0 {
			e.Message += fmt.Sprintf(", %d could not be had", lost)
		}
		e.Message += ": " + c.failure.What
	case Failed:
		if c.recorder.hold.Held() && c.gaveUp != nil {
			return // told once, for the recorder
		}
		e.Failure = c.failure
		e.Message = "failed: " + c.failure.What
	case Empty:
		e.Message = "the recorder has no recordings in this period"
	case Paused, Skipped:
		c.told = [numStates]bool{} // going on afterwards is news
	case Searching, Downloading: // once, however often the camera is put back into the line
		if c.told[c.state] || c.making != nil {
			return
		}
		c.told[c.state] = true
	case Waiting, Retrying, Pausing, numStates:
		return
	}
	q.tellOf(c, now, e)
}

// tookUntil returns how long the camera has been worked on.
func (c *camera) tookUntil(now time.Time) time.Duration {
	switch {
	case c.began.IsZero():
		return 0
	case !c.ended.IsZero():
		return c.ended.Sub(c.began)
	}
	return now.Sub(c.began)
}

// spanText names a recording by its time on the recorder's clock.
func spanText(from, to time.Time) string {
	return from.Format("2006-01-02 15:04:05") + "–" + to.Format("15:04:05")
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
