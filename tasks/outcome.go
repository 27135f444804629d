package tasks

import (
	"fmt"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/worker"
)

func (q *Queue) took(r *recorder, c *camera, rec *recording, out worker.Fetched, now time.Time) {
	q.leave(r, c, rec, now)
	if !r.depart() {
		return
	}
	p := part{c, rec}
	if out.Err == nil {
		c.release(rec)
		q.stored(r, c, rec, out, now)
		return
	}
	d := q.resolve(r, p, rec.number, trouble{askedRecording, out.Err, out.Receipt.Received > 0}, now) // it may give up cameras that lack something: this one does
	r.answeredProbe(rec.number)
	c.release(rec)
	switch {
	case d.part == isLost:
		q.lost(c, rec, FailureOf(out.Err, now), now)
	case d.part == counts:
		q.countAttempt(c, rec, failureOfPart(out.Err, p, rec.blamed, now), out.Err, d, now)
	case d.move == goesOn && d.atLeast > 0:
		q.retryAt(c, rec, now.Add(d.atLeast))
	default:
		c.enqueue(rec, true)
	}
}

// leave removes the worker from the counts.
func (q *Queue) leave(r *recorder, c *camera, rec *recording, now time.Time) {
	q.active--
	r.active--
	r.idle = now
	rec.have = rec.meter.Have.Load()
	fetched := rec.meter.Fetched.Load()
	c.settled += rec.have
	c.fetched += fetched
	q.fetched += fetched
	rec.meter, rec.cancel = nil, nil
}

func (q *Queue) stored(r *recorder, c *camera, rec *recording, out worker.Fetched, now time.Time) {
	attempt := rec.attempts + 1
	c.finish(rec, out.File.Path, out.File.Fetched)
	if out.Receipt.Received > 0 { // otherwise it was already here
		q.served(r, part{c, rec}, rec.number, now)
		c.sample = rec
	}
	r.answeredProbe(rec.number)
	q.volumeTakes(now)
	message := spanText(rec.Start, rec.End) + " on disk"
	for _, n := range out.File.Notes {
		message += "; " + n
	}
	q.tellOf(c, now, Event{
		Type: EventFile, Path: out.File.Path, Bytes: out.File.Bytes, Took: out.Took, Attempt: attempt, Message: message,
	})
}

// countAttempt counts a failed attempt and sets the next, or gives the
// recording up.
func (q *Queue) countAttempt(c *camera, rec *recording, f Failure, err error, d decision, now time.Time) {
	kind := nvr.KindOf(err)
	rec.attempts++
	rec.failure, c.failure = &f, f
	secondGone := kind == nvr.Gone && rec.gone
	rec.gone = kind == nvr.Gone
	tries := q.options.Retries
	if kind == nvr.Busy && c.recorder.spurious > mostSpurious {
		tries *= 2 // it refuses at random
	}
	if c.lost >= lostInARow {
		tries = 1 // whatever is asked of this camera
	}
	if rec.attempts >= tries || secondGone {
		q.lost(c, rec, f, now)
		return
	}
	wait := max(d.atLeast, backoff(rec.attempts))
	if kind == nvr.Timeout { // it has been waited for long enough
		wait = max(d.atLeast, backoff(1))
	}
	if q.tooLong(wait) {
		q.lost(c, rec, f.until(now.Add(wait)), now)
		return
	}
	q.retryAt(c, rec, now.Add(wait))
	q.noteAttempt(c, rec)
	q.tellOf(c, now, Event{
		Type: EventRetry, Failure: f, Attempt: rec.attempts, Next: rec.next,
		Message: fmt.Sprintf("%s; attempt %d of %d in %s (%s)", f.What, rec.attempts+1, tries, wholeSeconds(wait), spanText(rec.Start, rec.End)),
	})
}

// tooLong reports whether a wait for one thing is too long for an unattended
// run.
func (q *Queue) tooLong(wait time.Duration) bool { return q.options.Unattended && wait > patience }

// lostInARow is how many recordings of a camera may be lost in a row before the
// rest get one try each: a camera with hundreds that hang would take hours.
const lostInARow = 3

// mostSpurious is how many recordings a recorder may refuse without reason before
// its refusals count half.
const mostSpurious = 3

func (q *Queue) retryAt(c *camera, rec *recording, next time.Time) {
	rec.state, rec.next = RecordingRetrying, next
	c.later = append(c.later, rec)
}

func (q *Queue) lost(c *camera, rec *recording, f Failure, now time.Time) {
	rec.state, rec.next, rec.failure = RecordingFailed, time.Time{}, &f
	c.failed++
	c.lost++
	c.failure = f
	q.noteAttempt(c, rec)
	q.tellOf(c, now, Event{
		Type: EventError, Failure: f, Attempt: rec.attempts,
		Message: fmt.Sprintf("%s; gave up after %s (%s)", f.What, nvr.Count(max(rec.attempts, 1), "attempt"), spanText(rec.Start, rec.End)),
	})
}

// noteAttempt records a recording's tries in the journal, so that a restart
// does not hammer a recorder again.
func (q *Queue) noteAttempt(c *camera, rec *recording) {
	item := q.item(c, rec)
	attempt := archive.Attempt{Count: rec.attempts, Next: rec.next}
	if rec.failure != nil {
		attempt.Failure = rec.failure.Kind
	}
	q.note(func() {
		if err := q.options.Archive.NoteAttempt(item, attempt); err != nil {
			q.log.Error("cannot save a failed attempt", "error", err)
		}
	})
}

// tellState announces a camera's new state if somebody wants to know. Everyday
// changes are visible on the screen and need no line.
func (q *Queue) tellState(c *camera, now time.Time) {
	e := Event{Type: EventCamera, Took: c.tookUntil(now), Message: c.state.String()}
	switch c.state {
	case Done:
		e.Bytes = c.settled
		e.Message = "done: " + nvr.Count(c.done, "file")
	case Incomplete:
		e.Bytes, e.Failure = c.settled, c.why()
		e.Message = "incomplete: " + nvr.Count(c.done, "file") + " on disk"
		if lost := len(c.recordings) - c.done; lost > 0 {
			e.Message += fmt.Sprintf(", %d could not be fetched", lost)
		}
		if !c.searched {
			e.Message += fmt.Sprintf(", of at least %d that the recorder has", len(c.recordings))
		}
		e.Message += ": " + c.why().What
	case Failed:
		if c.recorder.hold.Held() && c.gaveUp != nil {
			return // told once, for the recorder
		}
		e.Failure = c.why()
		e.Message = "failed: " + c.why().What
	case Empty:
		e.Message = "the recorder has no recordings in this period"
		if c.reason != "" {
			e.Message += ": " + c.reason
		}
	case Paused, Skipped:
		c.told = [numStates]bool{} // going on afterwards is news
	case Searching, Downloading: // once, however often the camera goes back to waiting
		if c.told[c.state] || c.deriving != nil {
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

// clockText writes a time of day, with the date unless it is today's.
func clockText(t, now time.Time) string {
	if t.YearDay() != now.YearDay() || t.Year() != now.Year() {
		return t.Format("2006-01-02 15:04")
	}
	return t.Format("15:04:05")
}
