package collect

import (
	"slices"
	"time"

	"example.com/hikgrab/tasks"
)

// firstID is the number of the first file and of the first machine: a board of
// recorders, which may be shown beside, counts from 1.
const firstID = 1 << 24

// Has reports whether a camera of a snapshot is a file of this queue, or
// something that is made of files.
func (q *Queue) Has(id tasks.CameraID) bool { return id >= firstID }

// each does something with the files of that number, and starts what has become
// due.
func (q *Queue) each(ids []tasks.CameraID, do func(f *file)) {
	q.change(func(time.Time) {
		for _, id := range ids {
			if i := int(id) - firstID; i >= 0 && i < len(q.files) {
				do(q.files[i])
			}
		}
		for _, m := range q.machines {
			m.ended = 0
		}
	})
}

func (q *Queue) all(which func(f *file) bool) (ids []tasks.CameraID) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, f := range q.files {
		if which(f) {
			ids = append(ids, f.id)
		}
	}
	return ids
}

// leave has a file become something else, at once or when nobody brings it any
// more.
func (f *file) leave(to tasks.State) {
	if f.stop == nil {
		f.state = to
		return
	}
	f.wanted = to
	if to == tasks.Paused {
		f.state = tasks.Pausing
	}
	f.stop(errByOperator)
}

// Pause stops files; what came of them is kept.
func (q *Queue) Pause(ids ...tasks.CameraID) { q.stop(ids, tasks.Paused) }

func (q *Queue) stop(ids []tasks.CameraID, to tasks.State) {
	q.each(ids, func(f *file) {
		if !f.state.Ended() {
			f.leave(to)
		}
	})
}

// Resume lets paused files come.
func (q *Queue) Resume(ids ...tasks.CameraID) {
	q.each(ids, func(f *file) {
		if f.state == tasks.Paused || f.state == tasks.Pausing {
			f.leave(tasks.Waiting)
		}
	})
}

// Skip leaves files where they are, in this run.
func (q *Queue) Skip(ids ...tasks.CameraID) { q.stop(ids, tasks.Skipped) }

// Retry gives files a new start at once.
func (q *Queue) Retry(ids ...tasks.CameraID) {
	q.each(ids, func(f *file) {
		if f.stop == nil && f.state != tasks.Done {
			f.fresh()
			q.again(f)
		}
	})
}

// again has the machines of a file be looked at, and waited for, anew.
func (q *Queue) again(f *file) {
	for _, s := range f.sources {
		if m := s.machine; !m.present {
			m.since, m.missed = time.Now(), false
			m.lookAgain()
		}
	}
}

// PauseAll stops everything.
func (q *Queue) PauseAll() {
	q.Pause(q.all(func(f *file) bool { return !f.state.Ended() })...)
	q.change(func(time.Time) { q.paused = true })
}

// ResumeAll takes PauseAll back, and lets every paused file come.
func (q *Queue) ResumeAll() {
	q.change(func(time.Time) { q.paused = false })
	q.Resume(q.all(func(f *file) bool { return f.state == tasks.Paused || f.state == tasks.Pausing })...)
}

// RetryFailed retries every file that failed, and returns how many there were.
func (q *Queue) RetryFailed() int {
	ids := q.all(func(f *file) bool { return f.state == tasks.Failed })
	q.Retry(ids...)
	q.change(func(time.Time) {
		failed := slices.ContainsFunc(q.derivations.rows, func(m *making) bool { return m.state == tasks.Failed })
		q.derivations.stale = q.derivations.stale || failed
	})
	return len(ids)
}

// SetJobs changes how many files come at once.
func (q *Queue) SetJobs(n int) { q.change(func(time.Time) { q.jobs = max(n, 1) }) }

// Drain lets the files under way come and starts nothing new.
func (q *Queue) Drain() { q.change(func(time.Time) { q.draining = true }) }
