package ui

import (
	"slices"

	"example.com/hikgrab/tasks"
)

// forgetMarks drops the marks of cameras that no longer exist: once a recorder
// is listed, its real cameras replace "all cameras".
func (l *list) forgetMarks(s *tasks.Snapshot) {
	if len(l.marks) == 0 {
		return
	}
	kept := make(map[tasks.CameraID]bool, len(l.marks))
	for i := range s.Cameras {
		if id := s.Cameras[i].ID; l.marks[id] {
			kept[id] = true
		}
	}
	l.marks = kept
}

// mark toggles the mark of the row and moves on; a recorder's row means all its
// visible cameras.
func (l *list) mark(s *tasks.Snapshot) {
	r := l.current()
	if r.rec == nil {
		return
	}
	byRecorder := l.filter.recorder(r.rec)
	var ids []tasks.CameraID
	for _, c := range l.under(s) {
		if r.cam != nil || l.filter.camera(&c, byRecorder) {
			ids = append(ids, c.ID)
		}
	}
	unmarked := slices.ContainsFunc(ids, func(id tasks.CameraID) bool { return !l.marks[id] })
	for _, id := range ids {
		if unmarked {
			l.marks[id] = true
		} else {
			delete(l.marks, id)
		}
	}
	l.marked = r.id()
	l.moveTo(l.cursor + 1)
}

// markRange marks every camera in the list from the last marked row to the
// cursor.
func (l *list) markRange() {
	from := slices.IndexFunc(l.rows, func(r row) bool { return r.id() == l.marked })
	if from < 0 {
		from = l.cursor
	}
	for i := min(from, l.cursor); i <= max(from, l.cursor) && i < len(l.rows); i++ {
		if c := l.rows[i].cam; c != nil {
			l.marks[c.ID] = true
		}
	}
}

// targets returns the cameras a key acts on: the marked ones, or those under
// the cursor.
func (l *list) targets(s *tasks.Snapshot) []tasks.CameraView {
	if len(l.marks) == 0 {
		return l.under(s)
	}
	var all []tasks.CameraView
	for i := range s.Cameras {
		if l.marks[s.Cameras[i].ID] {
			all = append(all, s.Cameras[i])
		}
	}
	return all
}
