package fleet

import (
	"context"
	"fmt"
	"hash/maphash"
	"maps"
	"slices"
	"time"

	"example.com/hikgrab/tasks"
)

// How often a machine reports its progress: changes only, and everything, in
// case some of it got lost.
const (
	showEvery = time.Second
	showAll   = 30
)

// mostShown is the approximate limit of a message of views, in bytes.
const mostShown = MostBytes / 4

// show publishes progress until ctx ends.
func (m *Machine) show(ctx context.Context) {
	ticker := time.NewTicker(showEvery)
	defer ticker.Stop()
	var snap tasks.Snapshot
	var events []tasks.Event
	var seq, session uint64
	seed := maphash.MakeSeed()
	shown := map[string]uint64{}
	for turn := 1; ; turn++ {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		m.mu.Lock()
		if session != m.session || turn%showAll == 0 {
			clear(shown)
		}
		session = m.session
		m.mu.Unlock()
		if session == 0 {
			continue
		}
		m.works.Snapshot(&snap)
		events = m.works.Events(seq, events[:0])
		if len(events) > 0 {
			seq = events[len(events)-1].Seq
		}
		v, bytes := View{Session: session, Events: m.happened(events)}, 0
		m.mu.Lock()
		holds := slices.Collect(maps.Values(m.holds))
		m.mu.Unlock()
		for _, h := range holds {
			for _, r := range m.viewsOf(h, &snap) {
				text := encode(r)
				key := fmt.Sprint(r.ID, r.Account)
				if sum := maphash.Bytes(seed, text); shown[key] != sum {
					shown[key] = sum
					v.Recorders = append(v.Recorders, r)
					bytes += len(text)
				}
			}
			if bytes > mostShown {
				_ = m.link.Publish(KindView, encode(v)) // the next makes up for it
				v, bytes = View{Session: session}, 0
			}
		}
		if len(v.Recorders)+len(v.Events) > 0 {
			_ = m.link.Publish(KindView, encode(v))
		}
		if m.look(&snap) {
			m.Wake()
		}
	}
}

func (m *Machine) viewsOf(h *holding, snap *tasks.Snapshot) (all []RecorderView) {
	m.mu.Lock()
	rows := h.rows
	m.mu.Unlock()
	for _, r := range snap.Recorders {
		if account, mine := rows[r.ID]; mine {
			all = append(all, RecorderView{
				ID: h.id, Epoch: h.epoch, Account: account, View: r,
				Facts:   m.works.Facts(r.ID),
				Cameras: slices.Clone(snap.Cameras[r.First : r.First+r.Count]),
			})
		}
	}
	return all
}

// mostEvents limits the events in one message; the latest are kept.
const mostEvents = 200

// happened translates events to the recorders of the fleet. It leaves out
// finished files: reports carry those, and do not get lost.
func (m *Machine) happened(events []tasks.Event) (all []Happening) {
	m.mu.Lock()
	defer m.mu.Unlock()
	type recorder struct {
		id      RecorderID
		account int
	}
	of := map[tasks.RecorderID]recorder{}
	for _, h := range m.holds {
		for id, account := range h.rows {
			of[id] = recorder{h.id, account}
		}
	}
	for _, e := range events {
		if r, ok := of[e.Recorder]; ok && e.Type != tasks.EventFile {
			all = append(all, Happening{r.id, r.account, e})
		}
	}
	return all[max(0, len(all)-mostEvents):]
}

// detail describes one camera with its recordings, only the latest if there are
// too many for one message.
func (m *Machine) detail(data []byte) []byte {
	var q Detail
	if decode(data, &q) != nil {
		return nil
	}
	m.mu.Lock()
	rows, works := m.rows[q.Recorder], m.works
	m.mu.Unlock()
	if works == nil {
		return nil
	}
	var snap tasks.Snapshot
	works.Snapshot(&snap)
	for _, c := range snap.Cameras {
		account, mine := rows[c.Recorder]
		if !mine || account != q.Account || pickOf(c) != q.Camera {
			continue
		}
		if d, ok := works.Camera(c.ID); ok {
			d.Events = nil
			d.Recordings = d.Recordings[max(0, len(d.Recordings)-mostHave):]
			return encode(d)
		}
	}
	return nil
}
