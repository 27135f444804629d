package media

import (
	"bytes"

	"example.com/hikgrab/nvr/media/es"
)

// store hands a picture to the sink. A damaged one waits until the next new
// one: where a download broke off inside it and was continued too early, it
// comes again, whole.
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

// mend puts a picture that came again into the place of its damaged first copy.
func (r *reader) mend(u *es.AccessUnit) {
	h := r.held
	if h == nil || u.Damaged || !h.HasPTS || !u.HasPTS || h.PTS != u.PTS || h.Number != u.Number {
		return
	}
	r.held = nil
	r.sink.picture(u)
}

// release hands the damaged picture on that has waited.
func (r *reader) release() {
	if h := r.held; h != nil && r.sink != nil {
		r.sink.picture(h)
	}
	r.held = nil
}
