package ui

import (
	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

// shut reports whether a hold keeps everything of a recorder back for a while,
// so that one line says it all. A recorder that is merely busy is asked again
// within seconds, and rows that come and go so fast cannot be read.
func shut(h tasks.Hold) bool { return h.Held() && h.Kind != nvr.Busy }

// folds remembers which recorders show their cameras.
type folds struct {
	byHand map[tasks.RecorderID]bool // true: folded; the operator's word stands
	opened map[tasks.RecorderID]bool // opened by itself: work has begun there and has not ended since
}

// note follows what recorders do. A recorder opens when work on it begins, as
// long as the rows then still fit into height lines: where work goes round many
// recorders, an overview of all says more than the cameras of a few. It folds
// when it has ended or is held, but never while the cursor is inside.
func (f *folds) note(s *tasks.Snapshot, cursor tasks.RecorderID, height int) {
	if f.opened == nil {
		f.opened = make(map[tasks.RecorderID]bool)
	}
	rows := len(s.Recorders)
	for i := range s.Recorders {
		if r := &s.Recorders[i]; f.opened[r.ID] {
			rows += r.Count
		}
	}
	for i := range s.Recorders {
		r := &s.Recorders[i]
		switch {
		case r.State.Ended() || shut(r.Hold):
			if r.ID != cursor {
				delete(f.opened, r.ID)
			}
		case r.State == tasks.Waiting || f.opened[r.ID] || !listed(s, r):
		case rows+r.Count <= height, len(f.opened) == 0 && len(s.Recorders) < height:
			f.opened[r.ID] = true
			rows += r.Count
		}
	}
}

// listed reports whether it is known which cameras r has.
func listed(s *tasks.Snapshot, r *tasks.RecorderView) bool {
	return r.Count > 0 && s.Cameras[r.First].Channel != 0
}

// folded reports whether r hides its cameras. roomy says that all rows fit on
// the screen, so that only a held recorder need be folded.
func (f *folds) folded(r *tasks.RecorderView, roomy bool) bool {
	if hidden, ok := f.byHand[r.ID]; ok {
		return hidden
	}
	if roomy && !shut(r.Hold) {
		return false
	}
	return !f.opened[r.ID]
}

// set is the operator's word.
func (f *folds) set(id tasks.RecorderID, folded bool) {
	if f.byHand == nil {
		f.byHand = make(map[tasks.RecorderID]bool)
	}
	f.byHand[id] = folded
}

// rebuild makes the rows of the list out of the snapshot, the filter, the
// order and what is folded.
func (m *model) rebuild() {
	s := &m.snap
	m.folds.note(s, m.list.on.recorder, m.list.height)
	roomy := len(s.Recorders)+len(s.Cameras) <= m.list.height
	match := m.filter.matcher()
	rows := m.spare[:0]
	m.shown = 0

	for _, ri := range sorted(indices(0, len(s.Recorders)), m.order.recorders, func(i int) tasks.RecorderID { return s.Recorders[i].ID }) {
		r := &s.Recorders[ri]
		head := len(rows)
		rows = append(rows, row{ri, -1, rowID{r.ID, noCamera}})
		byRecorder := match.needle != "" && match.recorder(r)
		open := m.filter.on() || !m.folds.folded(r, roomy)
		found := 0
		for _, ci := range sorted(indices(r.First, r.Count), m.order.cameras, func(i int) tasks.CameraID { return s.Cameras[i].ID }) {
			if c := &s.Cameras[ci]; match.camera(c, byRecorder) {
				found++
				if open {
					rows = append(rows, row{ri, ci, rowID{r.ID, c.ID}})
				}
			}
		}
		m.shown += found
		if m.filter.on() && found == 0 {
			rows = rows[:head]
		}
	}
	m.spare = m.list.rows
	m.list.setRows(rows)
}

// indices returns first, first+1, … of n.
func indices(first, n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = first + i
	}
	return all
}

// reveal unfolds what hides a camera and puts the cursor on it.
func (m *model) reveal(id rowID) {
	m.list.on = id
	if !m.filter.on() {
		m.folds.set(id.recorder, false)
	}
	m.rebuild()
}

// seek puts the cursor on the next camera for which want is true, in the
// direction of step, folded ones included, and goes round at the end. It
// reports whether there is one.
func (m *model) seek(step int, want func(r *tasks.RecorderView, c *tasks.CameraView) bool) bool {
	all := m.everything()
	if len(all) == 0 {
		return false
	}
	at := 0
	for i := range all {
		if all[i].id == m.list.on {
			at = i
			break
		}
	}
	for i := 1; i <= len(all); i++ {
		r := all[((at+i*step)%len(all)+len(all))%len(all)]
		if r.camera >= 0 && want(&m.snap.Recorders[r.recorder], &m.snap.Cameras[r.camera]) {
			m.reveal(r.id)
			return true
		}
	}
	return false
}

// everything is all rows as if nothing were folded; under a filter that is
// what the list holds already.
func (m *model) everything() []row {
	if m.filter.on() {
		return m.list.rows
	}
	s := &m.snap
	all := make([]row, 0, len(s.Recorders)+len(s.Cameras))
	for _, ri := range sorted(indices(0, len(s.Recorders)), m.order.recorders, func(i int) tasks.RecorderID { return s.Recorders[i].ID }) {
		r := &s.Recorders[ri]
		all = append(all, row{ri, -1, rowID{r.ID, noCamera}})
		for _, ci := range sorted(indices(r.First, r.Count), m.order.cameras, func(i int) tasks.CameraID { return s.Cameras[i].ID }) {
			all = append(all, row{ri, ci, rowID{r.ID, s.Cameras[ci].ID}})
		}
	}
	return all
}
