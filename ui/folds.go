package ui

import (
	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

// shut reports whether a hold stops a recorder's work for a while, so that one
// line tells it all. A busy recorder does not count: it is asked again within
// seconds, and rows that come and go that fast cannot be read.
func shut(h tasks.Hold) bool { return h.Held() && h.Kind != nvr.Busy }

// folds tracks which recorders show their cameras.
type folds struct {
	byHand map[tasks.RecorderID]bool // true means folded; overrides everything else
	opened map[tasks.RecorderID]bool // unfolded automatically: work has begun and has not ended since
}

// note updates the automatic folds. A recorder unfolds when its work begins, as
// long as the rows still fit into height lines: with many recorders at work, an
// overview of all is worth more than the cameras of a few. It folds when it has
// ended or is held, but never while the cursor is inside.
func (f *folds) note(s *tasks.Snapshot, cursor tasks.RecorderID, height int) {
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

// listed reports whether the cameras of r are known.
func listed(s *tasks.Snapshot, r *tasks.RecorderView) bool {
	return r.Count > 0 && s.Cameras[r.First].Channel != 0
}

// folded reports whether r hides its cameras. roomy means that all rows fit on
// the screen, so only held recorders need to be folded.
func (f *folds) folded(r *tasks.RecorderView, roomy bool) bool {
	if hidden, ok := f.byHand[r.ID]; ok {
		return hidden
	}
	if roomy && !shut(r.Hold) {
		return false
	}
	return !f.opened[r.ID]
}

// fold hides the cameras of the recorder under the cursor. On a camera it first
// moves to the recorder.
func (l *list) fold(s *tasks.Snapshot) {
	if r := l.current(); r.cam != nil {
		l.on.camera = noCamera
	} else {
		l.folds.byHand[r.rec.ID] = true
	}
	l.rebuild(s)
}

func (l *list) cannotFold() string {
	r := l.current()
	switch {
	case r.rec == nil:
		return "there is no row"
	case r.cam == nil && l.filter.on():
		return "a filter shows all it finds"
	case r.cam == nil && !l.opened(l.cursor):
		return "folded already"
	}
	return ""
}

func (l *list) unfold(s *tasks.Snapshot) {
	l.folds.byHand[l.on.recorder] = false
	l.rebuild(s)
}
