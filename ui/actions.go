package ui

import (
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// noRows, and the methods below that return a string, say why a key does
// nothing now.
func (m *model) noRows() string {
	if len(m.list.rows) == 0 {
		return "there is no row"
	}
	return ""
}

// targets are the cameras that a key acts on: the marked ones, or the row's,
// which for a recorder are all it has.
func (m *model) targets() []*tasks.CameraView {
	var all []*tasks.CameraView
	if len(m.marks) > 0 {
		for i := range m.snap.Cameras {
			if c := &m.snap.Cameras[i]; m.marks[c.ID] {
				all = append(all, c)
			}
		}
		return all
	}
	r, ok := m.list.current()
	if !ok {
		return nil
	}
	if r.camera >= 0 {
		return []*tasks.CameraView{&m.snap.Cameras[r.camera]}
	}
	rec := &m.snap.Recorders[r.recorder]
	for i := rec.First; i < rec.First+rec.Count; i++ {
		all = append(all, &m.snap.Cameras[i])
	}
	return all
}

// among returns the targets in a state that want accepts.
func (m *model) among(want func(tasks.State) bool) []tasks.CameraID {
	var ids []tasks.CameraID
	for _, c := range m.targets() {
		if want(c.State) {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

func isPaused(s tasks.State) bool  { return s == tasks.Paused || s == tasks.Pausing }
func isRunning(s tasks.State) bool { return !s.Ended() && !isPaused(s) }
func isOpen(s tasks.State) bool    { return !s.Ended() }
func isRetriable(s tasks.State) bool {
	return s != tasks.Done && s != tasks.Empty && !isPaused(s)
}

// pause pauses what runs or waits; when everything is paused already, it
// resumes it.
func (m *model) pause() {
	if ids := m.among(isRunning); len(ids) > 0 {
		m.queue.Pause(ids...)
		m.say("pausing " + m.nouns.rows(len(ids)) + "; space resumes")
		return
	}
	ids := m.among(isPaused)
	m.queue.Resume(ids...)
	m.say("resumed " + m.nouns.rows(len(ids)))
}

// pauseHint says which of the two pause would do now.
func (m *model) pauseHint() string {
	if len(m.among(isRunning)) == 0 && len(m.among(isPaused)) > 0 {
		return "resume"
	}
	return "pause"
}

func (m *model) pauseAllHint() string {
	if m.snap.AllPaused {
		return "resume all"
	}
	return "pause all"
}

func (m *model) cannotPause() string {
	if why := m.noRows(); why != "" {
		return why
	}
	if len(m.among(isOpen)) == 0 {
		return "it has ended"
	}
	return ""
}

func (m *model) pauseAll() {
	if m.snap.AllPaused {
		m.queue.ResumeAll()
		m.say("everything resumed")
		return
	}
	m.queue.PauseAll()
	m.say("everything is paused; P resumes")
}

func (m *model) over() string {
	if m.snap.Finished {
		return "everything has ended"
	}
	return ""
}

func (m *model) retry() {
	ids := m.among(isRetriable)
	m.queue.Retry(ids...)
	m.say("retrying " + m.nouns.rows(len(ids)))
}

func (m *model) cannotRetry() string {
	if why := m.noRows(); why != "" {
		return why
	}
	switch ids := m.among(isRetriable); {
	case len(ids) > 0:
		return ""
	case len(m.among(isPaused)) > 0:
		return "paused; space resumes"
	}
	return "it is complete"
}

func (m *model) retryFailed() {
	m.say("retrying " + m.nouns.rows(m.queue.RetryFailed()))
}

func (m *model) noFailed() string {
	if troubles(m.snap.Counts) == 0 {
		return "nothing has failed"
	}
	return ""
}

// skip gives up the marked cameras or the row; for a whole recorder it asks.
func (m *model) skip() {
	ids := m.among(isOpen)
	r, _ := m.list.current()
	if len(m.marks) == 0 && r.camera < 0 {
		m.dialog = skipDialog(recorderTitle(&m.snap.Recorders[r.recorder]), ids)
		return
	}
	m.queue.Skip(ids...)
	m.say("skipped " + m.nouns.rows(len(ids)) + "; r takes it back")
}

func (m *model) cannotSkip() string {
	if why := m.noRows(); why != "" {
		return why
	}
	if len(m.among(isOpen)) == 0 {
		return "it has ended"
	}
	return ""
}

// mark marks the row or takes its mark back, and goes to the next; a
// recorder's row stands for all its cameras in sight.
func (m *model) mark() {
	r, ok := m.list.current()
	if !ok {
		return
	}
	ids := []tasks.CameraID{r.id.camera}
	if r.camera < 0 {
		ids = ids[:0]
		rec := &m.snap.Recorders[r.recorder]
		match := m.filter.matcher()
		byRecorder := match.needle != "" && match.recorder(rec)
		for i := rec.First; i < rec.First+rec.Count; i++ {
			if c := &m.snap.Cameras[i]; match.camera(c, byRecorder) {
				ids = append(ids, c.ID)
			}
		}
	}
	all := true
	for _, id := range ids {
		all = all && m.marks[id]
	}
	for _, id := range ids {
		if all {
			delete(m.marks, id)
		} else {
			m.marks[id] = true
		}
	}
	m.marked = r.id
	m.list.move(1)
}

// markRange marks every camera in the list between the row marked last and the
// cursor.
func (m *model) markRange() {
	from := m.list.cursor
	for i := range m.list.rows {
		if m.list.rows[i].id == m.marked {
			from = i
		}
	}
	a, b := min(from, m.list.cursor), max(from, m.list.cursor)
	for _, r := range m.list.rows[a : b+1] {
		if r.camera >= 0 {
			m.marks[r.id.camera] = true
		}
	}
}

func (m *model) noMarks() string {
	if len(m.marks) == 0 {
		return "mark a row with v first"
	}
	return ""
}

// changeJobs changes how many downloads run at once.
func (m *model) changeJobs(by int) {
	const most = 64
	jobs := min(most, max(1, m.snap.Jobs+by))
	m.queue.SetJobs(jobs)
	m.say("at most " + units.Count(jobs, "download") + " at once")
}

func (m *model) oneJob() string {
	if m.snap.Jobs <= 1 {
		return "at least one has to run"
	}
	return ""
}
