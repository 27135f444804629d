package ui

import (
	"slices"

	"example.com/hikgrab/tasks"
)

// noCamera marks a row of the recorder itself.
const noCamera tasks.CameraID = -1

// rowID identifies the content of a row, wherever it is.
type rowID struct {
	recorder tasks.RecorderID
	camera   tasks.CameraID // noCamera for the recorder itself
}

// row is one line of the list, a recorder or one of its cameras. It points into
// the snapshot behind the list.
type row struct {
	rec *tasks.RecorderView
	cam *tasks.CameraView // nil for the recorder itself
}

func (r row) id() rowID {
	if r.cam == nil {
		return rowID{r.rec.ID, noCamera}
	}
	return rowID{r.rec.ID, r.cam.ID}
}

// list holds the rows and the visible window. However the rows change, it keeps
// the cursor on the same item, and the item on the same line of the screen. It
// also holds the operator's filter, order, folds and marks.
type list struct {
	rows   []row
	spare  []row // the previous rows, reused
	cursor int
	top    int // the first visible row
	height int
	on     rowID // the item under the cursor

	filter filter
	shown  int    // cameras that pass the filter
	sought filter // what n and N search for
	order  order
	folds  folds
	marks  map[tasks.CameraID]bool
	marked rowID // the row marked last
}

// rebuild makes the rows from a snapshot.
func (l *list) rebuild(s *tasks.Snapshot) {
	l.folds.note(s, l.on.recorder, l.height)
	l.forgetMarks(s)
	roomy := len(s.Recorders)+len(s.Cameras) <= l.height
	rows := l.spare[:0]
	l.shown = 0
	var byRecorder, open bool
	for r := range l.order.rows(s) {
		if r.cam == nil {
			byRecorder = l.filter.recorder(r.rec)
			open = l.filter.on() || !l.folds.folded(r.rec, roomy)
			if !l.filter.on() {
				rows = append(rows, r)
			}
			continue
		}
		if !l.filter.camera(r.cam, byRecorder) {
			continue
		}
		l.shown++
		if n := len(rows); n == 0 || rows[n-1].rec != r.rec {
			rows = append(rows, row{rec: r.rec})
		}
		if open {
			rows = append(rows, r)
		}
	}
	l.spare = l.rows
	l.setRows(rows)
}

// setRows replaces the rows. If the cursor's camera is gone, the cursor goes to
// its recorder, otherwise it keeps its place.
func (l *list) setRows(rows []row) {
	line := l.cursor - l.top
	l.rows = rows
	at, recorder := -1, -1
	for i := range rows {
		switch rows[i].id() {
		case l.on:
			at = i
		case rowID{l.on.recorder, noCamera}:
			recorder = i
		}
	}
	switch {
	case at >= 0:
		l.cursor = at
	case recorder >= 0 && l.on.camera != noCamera:
		l.cursor = recorder
	}
	l.top = l.cursor - line
	l.settle()
}

func (l *list) moveTo(i int) {
	l.cursor = i
	l.settle()
}

// settle keeps cursor and window within the rows, and the cursor within the
// window.
func (l *list) settle() {
	l.cursor = max(0, min(l.cursor, len(l.rows)-1))
	l.top = min(l.top, l.cursor)
	l.top = max(l.top, l.cursor-max(1, l.height)+1)
	l.top = max(0, min(l.top, len(l.rows)-l.height))
	if len(l.rows) > 0 {
		l.on = l.rows[l.cursor].id()
	}
}

func (l *list) visible() []row {
	return l.rows[l.top:min(len(l.rows), l.top+l.height)]
}

// current returns the row under the cursor; the zero row if there is none.
func (l *list) current() row {
	if len(l.rows) == 0 {
		return row{}
	}
	return l.rows[l.cursor]
}

// under returns the cameras under the cursor: one, or all of a recorder.
func (l *list) under(s *tasks.Snapshot) []tasks.CameraView {
	switch r := l.current(); {
	case r.rec == nil:
		return nil
	case r.cam == nil:
		return s.Of(r.rec)
	default:
		return []tasks.CameraView{*r.cam}
	}
}

// opened reports whether row i is a recorder with its cameras shown below.
func (l *list) opened(i int) bool {
	return i+1 < len(l.rows) && l.rows[i].cam == nil && l.rows[i+1].cam != nil
}

// seek moves the cursor to the next wanted camera in the direction of step,
// including folded ones, and wraps around. It reports whether it found one.
func (l *list) seek(s *tasks.Snapshot, step int, want func(r row) bool) bool {
	all := l.rows // a filter unfolds everything
	if !l.filter.on() {
		all = slices.Collect(l.order.rows(s))
	}
	at := max(0, slices.IndexFunc(all, func(r row) bool { return r.id() == l.on }))
	for i := 1; i <= len(all); i++ {
		r := all[((at+i*step)%len(all)+len(all))%len(all)]
		if r.cam == nil || !want(r) {
			continue
		}
		l.on = r.id()
		if !l.filter.on() {
			l.folds.byHand[r.rec.ID] = false
		}
		l.rebuild(s)
		return true
	}
	return false
}
