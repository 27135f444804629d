package collect

import (
	"slices"
	"time"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/fleet"
)

// firstID is the ID of the first file and of the first machine. A board of
// recorders, which may be shown beside them, counts from 1.
const firstID = 1 << 24

// Has reports whether a camera of a snapshot is a file of this queue, or
// something made of files.
func (q *Queue) Has(id tasks.CameraID) bool { return id >= firstID }

// each calls do for the files with these IDs, then starts what is due.
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

// leave changes the state of a file, at once or when its transfer has stopped.
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

// Pause stops files and keeps what arrived.
func (q *Queue) Pause(ids ...tasks.CameraID) { q.stop(ids, tasks.Paused) }

func (q *Queue) stop(ids []tasks.CameraID, to tasks.State) {
	q.each(ids, func(f *file) {
		if !f.state.Ended() {
			f.leave(to)
		}
	})
}

// Resume resumes paused files.
func (q *Queue) Resume(ids ...tasks.CameraID) {
	q.each(ids, func(f *file) {
		if f.state == tasks.Paused || f.state == tasks.Pausing {
			f.leave(tasks.Waiting)
		}
	})
}

// Skip leaves files where they are for the rest of this run.
func (q *Queue) Skip(ids ...tasks.CameraID) { q.stop(ids, tasks.Skipped) }

// Retry restarts files at once, and repeats the derivations that failed.
func (q *Queue) Retry(ids ...tasks.CameraID) {
	q.change(func(time.Time) {
		q.derivations.stale = q.derivations.stale || slices.ContainsFunc(q.derivations.rows, func(m *derivation) bool {
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

// again looks for a file's machines again, with their full patience.
func (q *Queue) again(f *file) {
	for _, s := range f.sources {
		if m := s.machine; !m.present {
			m.since, m.missed = time.Now(), false
			fleet.Poke(m.look)
		}
	}
}

// PauseAll pauses everything, or resumes every paused file.
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

// SetJobs changes how many files are collected at once.
func (q *Queue) SetJobs(n int) { q.change(func(time.Time) { q.jobs = max(n, 1) }) }

// Drain lets active transfers finish and starts nothing new.
func (q *Queue) Drain() { q.change(func(time.Time) { q.draining = true }) }
