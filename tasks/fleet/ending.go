package fleet

import (
	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

// look finds out which recorders have been contacted, and which are through.
func (m *Machine) look(snap *tasks.Snapshot) {
	of := map[tasks.RecorderID]*tasks.RecorderView{}
	for i := range snap.Recorders {
		of[snap.Recorders[i].ID] = &snap.Recorders[i]
	}
	m.mu.Lock()
	var through []*holding
	var ends []End
	for _, h := range m.holds {
		if h.ended || h.rows == nil || h.left != nil {
			continue
		}
		var views []*tasks.RecorderView
		for id := range h.rows {
			if v := of[id]; v != nil {
				views = append(views, v)
				h.started = h.started || started(v)
			}
		}
		if end, over := h.end(views, len(h.rows)); over {
			h.ended = true
			through, ends = append(through, h), append(ends, end)
		}
	}
	m.mu.Unlock()
	for i, h := range through {
		e := ends[i]
		e.Views = m.viewsOf(h, snap)
		e.Coverage = m.coverage(h, snap)
		if e.Away { // somebody else tries: nothing may be under way here
			for id := range h.rows {
				<-m.works.Drop(id, ErrTaken)
			}
			m.mu.Lock()
			delete(m.rows, h.id)
			m.mu.Unlock()
		}
		m.outbox.add(Report{Recorder: h.id, Epoch: h.epoch, End: &e})
	}
}

// started reports whether anything of the recorder lies here. That it was signed
// in to and searched does not keep it here.
func started(v *tasks.RecorderView) bool { return v.Bytes > 0 || v.Active > 0 }

// end reports whether a lease is through, and how: when every camera has ended;
// and when the recorder cannot be reached from here, but perhaps from elsewhere.
func (h *holding) end(views []*tasks.RecorderView, all int) (End, bool) {
	if len(views) < all {
		return End{}, false
	}
	ended := true
	for _, v := range views {
		if h.shared && v.Hold.Kind == nvr.Unreachable && !v.SignedIn {
			return End{Returned: v.Hold.What, Away: true}, true
		}
		for s := range tasks.State(len(v.Counts)) {
			ended = ended && (s.Ended() || v.Counts[s] == 0)
		}
	}
	if !ended {
		return End{}, false
	}
	for _, v := range views {
		if v.Hold.Held() && v.Hold.Until.IsZero() {
			return End{Returned: v.Hold.What, Latched: true}, true
		}
	}
	return End{}, true
}

// coverage compares what was asked of a recorder's cameras with what there is.
// Where it would be too long to tell, the stretches are left out.
func (m *Machine) coverage(h *holding, snap *tasks.Snapshot) []tasks.Coverage {
	var all []tasks.Coverage
	for _, r := range snap.Recorders {
		if _, mine := h.rows[r.ID]; !mine {
			continue
		}
		for _, c := range snap.Cameras[r.First : r.First+r.Count] {
			d, ok := m.works.Camera(c.ID)
			if !ok {
				continue
			}
			covered := tasks.CoverageOf(d, r.Clock(snap.At))
			covered.Recorder = r
			all = append(all, covered)
		}
	}
	for len(encode(all)) > MostBytes/2 {
		for i := range all {
			all[i].Stretches = all[i].Stretches[:len(all[i].Stretches)/2]
			all[i].Gaps = all[i].Gaps[:len(all[i].Gaps)/2]
		}
	}
	return all
}
