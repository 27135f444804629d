package media

import (
	"bytes"

	"example.com/hikgrab/nvr/media/es"
)

// store passes a picture to the sink, but holds a damaged one until the next
// new picture. If a download broke off inside it and resumed too early, the
// same picture comes again, whole.
func (r *reader) store(u *es.AccessUnit) {
	if r.sink == nil {
		return
	}
	r.release()
	if !u.Damaged || r.report.Frames == 1 {
		r.sink.picture(u)
		return
	}
	held := *u
	held.Data = bytes.Clone(u.Data)
	r.held = &held
}

// replaceDamaged replaces a damaged picture with its second copy.
func (r *reader) replaceDamaged(u *es.AccessUnit) {
	h := r.held
	if h == nil || u.Damaged || !h.HasPTS || !u.HasPTS || h.PTS != u.PTS || h.Number != u.Number {
		return
	}
	r.held = nil
	r.sink.picture(u)
}

// release passes on the held picture.
func (r *reader) release() {
	if h := r.held; h != nil && r.sink != nil {
		r.sink.picture(h)
	}
	r.held = nil
}
