package fleet

import (
	"cmp"
	"context"
	"slices"

	"example.com/hikgrab/tasks"
)

// beat reports what is held and learns what may be held.
func (m *Machine) beat(ctx context.Context) error {
	m.mu.Lock()
	session := m.session
	m.mu.Unlock()
	if session == 0 {
		w, err := m.hello(ctx)
		switch {
		case err != nil:
			return err
		case w.Refused != "":
			return &RefusedError{w.Refused}
		case w.Run.ID != m.run.ID:
			return ErrOtherRun
		}
	}
	var snap tasks.Snapshot
	m.works.Snapshot(&snap)
	m.look(&snap)
	b, sent := m.present(&snap)
	var o Orders
	if err := m.ask(ctx, KindBeat, b, &o); err != nil {
		return err
	}
	return m.take(ctx, o, b, sent)
}

// present returns the next beat, and the moment from which its promises count.
func (m *Machine) present(snap *tasks.Snapshot) (Beat, Instant) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.depart()
	m.sent++
	b := Beat{
		Session: m.session, N: m.sent, Accepted: m.taken,
		Jobs: snap.Jobs, Free: snap.Disk.Free, Held: snap.Disk.Held, Rate: snap.Rate, Files: snap.Files, Active: snap.Active, Leaving: m.leaving,
	}
	m.jobs = snap.Jobs
	for _, h := range m.holds {
		b.Holds = append(b.Holds, Holding{
			Recorder: h.id, Epoch: h.epoch, Wanted: h.wanted, Started: h.started, Request: h.request, Refused: h.refused,
		})
	}
	slices.SortFunc(b.Holds, func(a, b Holding) int { return cmp.Compare(a.Recorder, b.Recorder) })
	return b, m.o.Now()
}

// Farewell gives everything back and says so. The queue must have stopped.
func (m *Machine) Farewell(ctx context.Context) {
	m.mu.Lock()
	m.leaving = true
	m.holds = map[RecorderID]*holding{}
	session := m.session
	m.mu.Unlock()
	if session == 0 || m.works == nil {
		return
	}
	var snap tasks.Snapshot
	m.works.Snapshot(&snap)
	b, _ := m.present(&snap)
	_ = m.ask(ctx, KindBeat, b, &Orders{}) // otherwise the coordinator finds out by itself
}

// Leave tells the coordinator that this machine is leaving and takes nothing
// new.
func (m *Machine) Leave() {
	m.mu.Lock()
	m.leaving = true
	m.mu.Unlock()
	m.Wake()
}
