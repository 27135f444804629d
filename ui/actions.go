package ui

import (
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// among returns the cameras a key acts on that are in a wanted state.
func (m *model) among(want func(tasks.State) bool) []tasks.CameraID {
	var ids []tasks.CameraID
	for _, c := range m.list.targets(&m.snap) {
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

// nothingOpen says why there is nothing to pause or skip.
func nothingOpen(m *model) string {
	if why := noRows(m); why != "" {
		return why
	}
	if len(m.among(isOpen)) == 0 {
		return "it has ended"
	}
	return ""
}

// pause pauses what runs or waits; if all of it is paused already, it resumes.
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

func pauseHint(m *model) string {
	if len(m.among(isRunning)) == 0 && len(m.among(isPaused)) > 0 {
		return "resume"
	}
	return "pause"
}

func (m *model) pauseAll() {
	paused, text := !m.snap.AllPaused, "everything resumed"
	if paused {
		text = "everything is paused; P resumes"
	}
	m.queue.PauseAll(paused)
	m.say(text)
}

func pauseAllHint(m *model) string {
	if m.snap.AllPaused {
		return "resume all"
	}
	return "pause all"
}

func (m *model) retry() {
	ids := m.among(isRetriable)
	m.queue.Retry(ids...)
	m.say("retrying " + m.nouns.rows(len(ids)))
}

func cannotRetry(m *model) string {
	switch why := noRows(m); {
	case why != "":
		return why
	case len(m.among(isRetriable)) > 0:
		return ""
	case len(m.among(isPaused)) > 0:
		return "paused; space resumes"
	}
	return "it is complete"
}

func (m *model) retryFailed() {
	ids := m.snap.Troubles()
	m.queue.Retry(ids...)
	m.say("retrying " + m.nouns.rows(len(ids)))
}

// skip skips the marked cameras or the row; for a whole recorder it asks first.
func (m *model) skip() {
	ids := m.among(isOpen)
	if r := m.list.current(); len(m.list.marks) == 0 && r.cam == nil {
		m.dialog = skipDialog(recorderTitle(r.rec), ids)
		return
	}
	m.skipAll(ids)
}

func (m *model) skipAll(ids []tasks.CameraID) {
	m.queue.Skip(ids...)
	m.say("skipped " + m.nouns.rows(len(ids)) + "; r takes it back")
}

func (m *model) changeJobs(by int) {
	const most = 64
	jobs := min(most, max(1, m.snap.Jobs+by))
	m.queue.SetJobs(jobs)
	m.say("at most " + units.Count(jobs, "download") + " at once")
}
