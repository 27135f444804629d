package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

// take carries out the coordinator's orders.
func (m *Machine) take(ctx context.Context, o Orders, b Beat, sent Instant) error {
	if o.Stranger {
		m.mu.Lock()
		m.session = 0
		m.mu.Unlock()
		m.Wake()
		return nil
	}
	m.mu.Lock()
	m.taken, m.over = b.N, o.Over
	if m.without == ruleP1 {
		sent = m.o.Now()
	}
	may := make(map[RecorderID]Promise, len(o.Leases))
	for _, p := range o.Leases {
		may[p.Recorder] = p
	}
	var leave []*holding
	for id, h := range m.holds {
		p, ok := may[id]
		switch {
		case !ok || p.Epoch != h.epoch || h.refused != "":
			delete(m.holds, id) // it is no longer ours, whatever its workers do
			leave = append(leave, h)
		case p.Back && !h.started || p.Grant != nil && p.Grant.Wanted != h.wanted:
			leave = append(leave, h) // ours until the last worker has left
			delete(may, id)
		default:
			h.since, h.ttl = sent, p.TTL
		}
	}
	holds := maps.Clone(m.holds)
	m.mu.Unlock()
	for _, h := range leave {
		m.drop(h, ErrTaken)
	}
	m.outbox.told(b.Session, o.Told)
	m.adjust(o)
	for _, p := range may {
		switch h := holds[p.Recorder]; {
		case h != nil:
			if !m.outbox.hasEnd(h.id) {
				m.mu.Lock()
				h.ended = false // its End went to a coordinator that did not know of the lease
				m.mu.Unlock()
			}
			m.store.Believe(h.network, h.address, p.Had)
			m.carryOut(p)
		case p.Grant != nil:
			m.start(ctx, p, sent)
			m.Wake()
		}
	}
	if o.More || len(leave) > 0 {
		m.Wake()
	}
	return nil
}

// adjust applies the coordinator's settings within this machine's own limits.
func (m *Machine) adjust(o Orders) {
	if o.Drain {
		m.works.Drain()
	}
	if jobs := o.Jobs; jobs > 0 {
		if m.o.Most > 0 {
			jobs = min(jobs, m.o.Most)
		}
		if jobs != m.jobs {
			m.works.SetJobs(jobs)
		}
	}
	limit := o.Limit
	if m.o.Limit > 0 && (limit == 0 || limit > m.o.Limit) {
		limit = m.o.Limit
	}
	m.works.SetLimit(limit)
}

// start takes a grant: it opens the logins, learns what other machines have,
// and gives the tasks to the queue.
func (m *Machine) start(ctx context.Context, p Promise, sent Instant) {
	h := &holding{
		id: p.Recorder, epoch: p.Epoch, wanted: p.Grant.Wanted, network: p.Grant.Network, shared: p.Grant.Shared,
		since: sent, ttl: p.TTL,
	}
	list, err := m.tasksOf(p.Grant)
	if err == nil {
		h.address = list[0].Address.String()
	}
	if err == nil && p.Grant.Had {
		if err := m.learn(ctx, h); err != nil {
			// The fault is the link's, not the recorder's. No beat shows this lease, so
			// it is handed out again.
			m.log.Warn("A recorder cannot be taken now", "error", err)
			return
		}
	}
	if err != nil {
		h.refused = nvr.CleanText(err.Error(), 200)
		m.log.Warn("A recorder cannot be taken", "error", err)
	}
	m.mu.Lock()
	m.holds[h.id] = h
	m.mu.Unlock()
	if err != nil {
		return
	}
	m.mu.Lock()
	before := m.rows[h.id]
	delete(m.rows, h.id)
	m.mu.Unlock()
	for id := range before {
		<-m.works.Drop(id, ErrTaken)
	}
	m.works.Add(list)
	var snap tasks.Snapshot
	m.works.Snapshot(&snap)
	rows := map[tasks.RecorderID]int{}
	for _, r := range snap.Recorders {
		if r.Address == h.address {
			rows[r.ID] = len(rows)
		}
	}
	m.mu.Lock()
	h.rows, m.rows[h.id] = rows, rows
	m.mu.Unlock()
	m.carryOut(p)
}

func (m *Machine) tasksOf(g *Grant) ([]tasks.Task, error) {
	secret, err := m.link.Open(g.Logins)
	if err != nil {
		return nil, fmt.Errorf("the sealed login cannot be opened: %w", err)
	}
	var logins []login
	if err := json.Unmarshal(secret, &logins); err != nil || len(logins) != len(g.Tasks) || len(logins) == 0 {
		return nil, errors.New("the sealed login cannot be understood")
	}
	for i := range g.Tasks {
		t := &g.Tasks[i]
		address, err := nvr.ParseAddress(t.Address.String())
		if err != nil {
			return nil, err
		}
		if t.Address != logins[i].Address {
			return nil, errors.New("the login was sealed for another address")
		}
		address.Fingerprint, address.LegacyTLS, address.Weakest = t.Address.Fingerprint, t.Address.LegacyTLS, t.Address.Weakest
		if address.String() != g.Tasks[0].Address.String() {
			return nil, errors.New("the tasks are of two recorders")
		}
		t.Source, t.Address, t.Name, t.Network = nvr.CleanText(t.Source, 200), address, nvr.CleanText(t.Name, 80), g.Network
		t.Login, t.Facts = nvr.Login{User: logins[i].User, Password: nvr.Secret(logins[i].Password)}, g.Facts
	}
	return g.Tasks, nil
}

// learn tells the archive what other machines have of a recorder.
func (m *Machine) learn(ctx context.Context, h *holding) error {
	for from := 0; ; {
		var had Had
		if err := m.ask(ctx, KindHave, Have{h.id, from}, &had); err != nil {
			return fmt.Errorf("cannot find out what other machines have of the recorder: %w", err)
		}
		m.store.Believe(h.network, h.address, had.Recordings)
		if had.Next <= from {
			return nil
		}
		from = had.Next
	}
}

// drop takes a recorder out of the queue and keeps its files. One that has
// ended has nothing more to do and stays visible.
func (m *Machine) drop(h *holding, cause error) {
	m.mu.Lock()
	rows := h.rows
	if h.ended || h.left != nil {
		rows = nil
	} else {
		delete(m.rows, h.id)
	}
	m.mu.Unlock()
	left := []<-chan struct{}{}
	for id := range rows {
		left = append(left, m.works.Drop(id, cause))
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if h.left == nil {
		h.left = left
	}
}

// depart releases dropped leases whose workers have all left. The caller holds
// the mutex.
func (m *Machine) depart() {
	for id, h := range m.holds {
		h.left = slices.DeleteFunc(h.left, func(left <-chan struct{}) bool {
			select {
			case <-left:
				return true
			default:
				return false
			}
		})
		if h.left != nil && len(h.left) == 0 && !h.ended {
			delete(m.holds, id)
		}
	}
}

// leaveAll drops everything, because nothing may be touched any more.
func (m *Machine) leaveAll(cause error) {
	m.mu.Lock()
	all := m.holds
	m.holds = map[RecorderID]*holding{}
	m.mu.Unlock()
	for _, h := range all {
		m.drop(h, cause)
	}
}

// carryOut carries out the operator's new requests on a recorder.
func (m *Machine) carryOut(p Promise) {
	m.mu.Lock()
	h := m.holds[p.Recorder]
	if h == nil || h.rows == nil || h.left != nil {
		m.mu.Unlock()
		return
	}
	done := h.request
	rows := h.rows
	m.mu.Unlock()
	for _, w := range p.Requests {
		if w.N <= done {
			continue
		}
		done = w.N
		ids := m.cameras(rows, w.Cameras)
		switch w.What {
		case requestPause:
			m.works.Pause(ids...)
		case requestResume:
			m.works.Resume(ids...)
		case requestRetry:
			m.works.Retry(ids...)
		case requestSkip:
			m.works.Skip(ids...)
		}
	}
	m.mu.Lock()
	h.request = done
	m.mu.Unlock()
}

// cameras returns the named cameras of a recorder in the queue; no picks mean
// all.
func (m *Machine) cameras(rows map[tasks.RecorderID]int, picks []tasks.Pick) (ids []tasks.CameraID) {
	var snap tasks.Snapshot
	m.works.Snapshot(&snap)
	for _, c := range snap.Cameras {
		if _, mine := rows[c.Recorder]; mine && (len(picks) == 0 || slices.Contains(picks, pickOf(c))) {
			ids = append(ids, c.ID)
		}
	}
	return ids
}
