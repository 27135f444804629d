package tasks

import (
	"iter"
	"time"

	"example.com/hikgrab/nvr"
)

// Drain lets active downloads finish and starts nothing new. Snapshot.Finished
// turns true when the last has ended.
func (q *Queue) Drain() {
	q.change(func(time.Time) {
		q.draining = true
		for _, r := range q.recorders {
			r.cancelQuery(errStopped)
		}
	})
}

// Pause pauses cameras and keeps what they have downloaded. Cameras that have
// ended stay as they are.
func (q *Queue) Pause(ids ...CameraID) {
	q.each(ids, func(c *camera, _ time.Time) { c.halt() })
}

// Resume resumes paused cameras.
func (q *Queue) Resume(ids ...CameraID) {
	q.each(ids, func(c *camera, _ time.Time) { c.pause = false })
}

// Retry restarts cameras that failed, were skipped, have ended, wait for a
// retry or are stuck. A recorder that is held is asked again. If a whole
// recorder was given up, all its cameras restart.
func (q *Queue) Retry(ids ...CameraID) {
	q.each(ids, func(c *camera, now time.Time) {
		switch r := c.recorder; {
		case r.hold.Held() && r.hold.Until.IsZero():
			q.reopen(r, now)
		case r.hold.Held():
			r.hold.Until = now // probe it at once
		case c.failure.Kind == nvr.Forbidden.String():
			r.forgive() // permission may have been granted meanwhile
		}
		c.revive()
	})
}

// reopen asks a recorder again that was given up, because the operator says so.
func (q *Queue) reopen(r *recorder, now time.Time) {
	r.forgive()
	r.again = true
	r.signedIn, r.serial = false, ""
	r.hold, r.doubt, r.probing, r.misses, r.strange, r.load.beforeBusy = Hold{}, doubt{}, 0, 0, 0, 0
	r.locked = time.Time{}
	q.tell(r, now, Event{Type: EventRecorder, Message: "asked again by the operator"})
	for _, c := range r.cameras {
		if c.gaveUp != nil {
			c.revive()
		}
	}
}

// Skip skips cameras for the rest of this run and keeps what they have
// downloaded. Retry undoes it. Cameras that have ended stay as they are.
func (q *Queue) Skip(ids ...CameraID) {
	q.each(ids, func(c *camera, _ time.Time) {
		if !c.state.Ended() {
			c.skip = true
			c.stop(errSkipped)
		}
	})
}

// PauseAll pauses every camera, including future ones, or resumes every paused
// camera.
func (q *Queue) PauseAll(paused bool) {
	q.change(func(time.Time) {
		q.pausedAll = paused
		for c := range q.every() {
			if paused {
				c.halt()
			} else {
				c.pause = false
			}
		}
	})
}

// SetJobs changes how many downloads run at once, at least one. With fewer,
// running downloads continue and the next ones wait.
func (q *Queue) SetJobs(n int) {
	q.change(func(time.Time) { q.jobs = max(n, 1) })
}

// SetLimit changes the bandwidth for everything, in bytes per second; 0 means
// no limit.
func (q *Queue) SetLimit(bytesPerSecond int64) { q.limiter.Set(bytesPerSecond) }

func (c *camera) halt() {
	if c.state.Ended() {
		return
	}
	c.pause = true
	c.stop(errPaused)
}

func (q *Queue) each(ids []CameraID, change func(c *camera, now time.Time)) {
	q.change(func(now time.Time) {
		for _, id := range ids {
			if c := q.camera(id); c != nil {
				change(c, now)
			}
		}
	})
}

func (q *Queue) every() iter.Seq[*camera] {
	return func(yield func(*camera) bool) {
		for _, r := range q.recorders {
			for _, c := range r.cameras {
				if !yield(c) {
					return
				}
			}
		}
	}
}

// camera returns the camera with that ID, or nil.
func (q *Queue) camera(id CameraID) *camera {
	if id < 1 || int(id) > len(q.cameras) {
		return nil
	}
	return q.cameras[id-1]
}

// stop makes the workers on this camera leave, because of cause.
func (c *camera) stop(cause error) {
	for _, r := range c.active {
		r.cancel(cause)
	}
	if c.searching {
		c.recorder.cancelQuery(cause)
	}
	if c.deriving != nil {
		c.stopDeriving(cause)
	}
}

// revive restarts a camera that ended or waits for a retry, and whatever is
// stuck.
func (c *camera) revive() {
	c.skip, c.pause = false, false
	if c.state.Ended() || c.gaveUp != nil {
		c.searched, c.reached, c.ended = false, time.Time{}, time.Time{}
	}
	c.gaveUp, c.failure = nil, Failure{}
	c.derived, c.notDerived, c.told = false, nil, [numStates]bool{}
	c.tries, c.searchNext, c.searchBlamed, c.refusals, c.lost = 0, time.Time{}, false, 0, 0
	for _, r := range c.recordings {
		if r.state == RecordingFailed {
			c.failed--
			r.attempts, r.gone, r.blamed, r.failure = 0, false, false, nil
			c.enqueue(r, false)
		}
	}
	for _, r := range c.later {
		r.next = time.Time{}
	}
	c.wake(time.Time{})
	c.stop(errRestarted)
}
