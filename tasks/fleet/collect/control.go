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

// Retry gives files a new start at once, and has what could not be made of them
// made again.
func (q *Queue) Retry(ids ...tasks.CameraID) {
	q.change(func(time.Time) {
		q.derivations.stale = q.derivations.stale || slices.ContainsFunc(q.derivations.rows, func(m *making) bool {
			return m.state == tasks.Failed && slices.Contains(ids, m.id)
		})
	})
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

// PauseAll stops everything, or takes that back and lets every paused file come.
func (q *Queue) PauseAll(paused bool) {
	q.change(func(time.Time) {
		q.paused = paused
		for _, f := range q.files {
			switch held := f.state == tasks.Paused || f.state == tasks.Pausing; {
			case paused && !f.state.Ended():
				f.leave(tasks.Paused)
			case !paused && held:
				f.leave(tasks.Waiting)
			}
		}
	})
}

// SetJobs changes how many files come at once.
func (q *Queue) SetJobs(n int) { q.change(func(time.Time) { q.jobs = max(n, 1) }) }

// Drain lets the files under way come and starts nothing new.
func (q *Queue) Drain() { q.change(func(time.Time) { q.draining = true }) }
