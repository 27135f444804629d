package ui

import "example.com/hikgrab/tasks"

// noCamera stands where a row is a recorder's own.
const noCamera tasks.CameraID = -1

// rowID names what a row shows, whatever its place.
type rowID struct {
	recorder tasks.RecorderID
	camera   tasks.CameraID // noCamera for the recorder itself
}

// row is one line of the list: a recorder or one of its cameras, by their
// place in the snapshot.
type row struct {
	recorder int // index into Snapshot.Recorders
	camera   int // index into Snapshot.Cameras; -1 for the recorder itself
	id       rowID
}

// list is the window on the rows: it keeps the cursor on the thing it stands
// on, and that thing on the same line of the screen, however the rows change.
type list struct {
	rows   []row
	cursor int
	top    int // the first row shown
	height int
	on     rowID // what the cursor stands on
}

// setRows takes rows as the new content. When the cursor's camera is no longer
// there, it goes to its recorder, else it stays at its place.
func (l *list) setRows(rows []row) {
	line := l.cursor - l.top
	l.rows = rows
	at, recorder := -1, -1
	for i := range rows {
		switch rows[i].id {
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

// setHeight takes the number of lines that the list may fill.
func (l *list) setHeight(h int) {
	l.height = max(1, h)
	l.settle()
}

// moveTo puts the cursor on row i, or the nearest there is.
func (l *list) moveTo(i int) {
	l.cursor = i
	l.settle()
}

// move moves the cursor by n rows.
func (l *list) move(n int) { l.moveTo(l.cursor + n) }

// settle keeps cursor and window within the rows, and the cursor within the
// window.
func (l *list) settle() {
	l.cursor = max(0, min(l.cursor, len(l.rows)-1))
	l.top = min(l.top, l.cursor)
	l.top = max(l.top, l.cursor-max(1, l.height)+1)
	l.top = max(0, min(l.top, len(l.rows)-l.height))
	if len(l.rows) > 0 {
		l.on = l.rows[l.cursor].id
	}
}

// visible returns the rows in the window.
func (l *list) visible() []row {
	return l.rows[l.top:min(len(l.rows), l.top+l.height)]
}

// current returns the row under the cursor; false when there is none.
func (l *list) current() (row, bool) {
	if l.cursor < 0 || l.cursor >= len(l.rows) {
		return row{}, false
	}
	return l.rows[l.cursor], true
}

// opened reports whether row i is a recorder with its cameras below it.
func (l *list) opened(i int) bool {
	return i+1 < len(l.rows) && l.rows[i].camera < 0 && l.rows[i+1].camera >= 0
}
