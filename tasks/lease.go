package tasks

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/worker"
)

// Add adds tasks, before or during Run. Rows of a known recorder extend it;
// cameras that have ended start again if a row asks for more of them. Otherwise
// they are treated like the tasks given to NewQueue.
func (q *Queue) Add(list []Task) {
	q.change(func(now time.Time) {
		q.plan(list)
		for _, r := range q.recorders {
			if !r.signedIn {
				continue
			}
			wall := r.device.WallClock(q.asked(now))
			for _, c := range r.cameras {
				if c.channel != 0 && c.spanned != len(c.asked) {
					q.span(c, wall, now)
				}
			}
		}
	})
}

// Drop gives a recorder up at once and reports cause. Its cameras leave the
// snapshot. What is on disk stays, recordings and parts, so that the recorder's
// next holder can continue. The channel is closed when the last of its workers
// has left; after that nothing is asked of the recorder or written for it. For
// an unknown recorder it is already closed.
func (q *Queue) Drop(id RecorderID, cause error) (left <-chan struct{}) {
	closed := make(chan struct{})
	close(closed)
	left = closed
	q.change(func(now time.Time) {
		i := slices.IndexFunc(q.recorders, func(r *recorder) bool { return r.id == id })
		if i < 0 {
			return
		}
		r := q.recorders[i]
		left = r.left
		q.recorders = slices.Delete(q.recorders, i, i+1)
		q.tell(r, now, Event{Type: EventRecorder, Message: fmt.Sprintf("given up here: %s", nvr.CleanText(cause.Error(), 200))})
		r.dropped = true
		r.cancelQuery(cause)
		for _, c := range r.cameras {
			c.stop(cause)
		}
		for i, c := range q.cameras {
			if c != nil && c.recorder == r {
				q.cameras[i] = nil
			}
		}
		r.workers++ // for this call
		r.depart()
	})
	return left
}

// errFenced is why a worker leaves a recorder that may not be touched now.
var errFenced = errors.New("the recorder may not be touched now")

func (q *Queue) fenced(r *recorder) bool {
	return q.options.Fence != nil && q.options.Fence(r.address) != nil
}

// fence returns the function that a recorder's worker must call before it
// writes.
func (q *Queue) fence(r *recorder) func() error {
	if q.options.Fence == nil {
		return func() error { return nil }
	}
	address := r.address
	return func() error {
		if err := q.options.Fence(address); err != nil {
			return &worker.LeftError{Cause: err}
		}
		return nil
	}
}

// Facts returns what is known of a recorder so far, for its next holder, or
// nothing if another device answers at its address.
func (q *Queue) Facts(id RecorderID) nvr.Facts {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, r := range q.recorders {
		if f := r.facts(); r.id == id && (r.serial == "" || f.Serial == r.serial) {
			return f
		}
	}
	return nvr.Facts{}
}

// asked returns the moment that relative periods count from: when the job
// began, otherwise now.
func (q *Queue) asked(now time.Time) time.Time {
	if q.options.Began.IsZero() {
		return now
	}
	return q.options.Began
}
