package fleet

import (
	"context"
	"slices"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

// look finds out which recorders have been contacted and which are finished. It
// reports whether more are finished than before.
func (m *Machine) look(snap *tasks.Snapshot) bool {
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
			}
		}
		// It must stay with this machine while a download is active, or some of it is
		// on this disk and more can be written. Having signed in and searched is not
		// enough.
		h.started = slices.ContainsFunc(views, func(v *tasks.RecorderView) bool { return v.Active > 0 || v.Bytes > 0 && snap.Disk.Held == "" })
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
		if e.Away { // another machine tries next: nothing may be active here
			for id := range h.rows {
				<-m.works.Drop(id, ErrTaken)
			}
			m.mu.Lock()
			delete(m.rows, h.id)
			m.mu.Unlock()
		}
		m.outbox.add(Report{Recorder: h.id, Epoch: h.epoch, End: &e})
	}
	return len(through) > 0
}

// end reports whether a lease is finished, and how: every camera has ended, or
// the recorder cannot be reached from here but perhaps from elsewhere.
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

// coverage compares what was asked of a recorder's cameras with what is on
// disk. It omits the stretches if they would not fit into a message.
func (m *Machine) coverage(h *holding, snap *tasks.Snapshot) []tasks.Coverage {
	var all []tasks.Coverage
	for i := range snap.Recorders {
		if _, mine := h.rows[snap.Recorders[i].ID]; mine {
			all = append(all, snap.Coverage(&snap.Recorders[i], m.works.Camera)...)
		}
	}
	for len(encode(all)) > MostBytes/2 {
		for i := range all {
			all[i].Stretches = all[i].Stretches[:len(all[i].Stretches)/2]
			all[i].Gaps = all[i].Gaps[:len(all[i].Gaps)/2]
			all[i].Lost = all[i].Lost[:len(all[i].Lost)/2]
		}
	}
	return all
}

// Drain lets active downloads finish and starts nothing new on any machine.
func (b *Board) Drain() {
	b.later(func() {
		b.mu.Lock()
		b.draining = true
		b.mu.Unlock()
		b.c.mu.Lock()
		b.c.table.closed = true
		b.c.mu.Unlock()
		b.c.wakeAll()
	})
}

// Stop makes every machine stop, and waits until those that are heard have
// stopped or ctx ends.
func (b *Board) Stop(ctx context.Context) error {
	c := b.c
	b.mu.Lock()
	leave := b.leave
	b.mu.Unlock()
	if leave {
		b.leaveThem(ctx)
		return nil
	}
	c.mu.Lock()
	c.stopped = true
	if c.table != nil {
		c.table.closed = true
	}
	c.mu.Unlock()
	c.wakeAll()
	for {
		c.mu.Lock()
		busy := c.failed == nil && c.table != nil && c.busy()
		c.mu.Unlock()
		if !busy {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil // they stop when their promises run out
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// LeaveAtWork makes Stop leave the other machines working.
func (b *Board) LeaveAtWork() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.leave = true
}

// leaveThem lets the machines finish what they hold without the coordinator:
// from now on their promises are long. It waits until all that are heard have
// accepted them, or ctx ends.
func (b *Board) leaveThem(ctx context.Context) {
	c := b.c
	if !c.ready() {
		return
	}
	c.mu.Lock()
	c.leaving, c.table.closed = true, true
	c.table.rules.Patience = c.table.rules.Sole
	c.mu.Unlock()
	c.wakeAll()
	for range 2 { // one answer with the promise, and one beat that accepts it
		rest(ctx, 500*time.Millisecond, nil)
		c.wakeAll()
	}
}

func (c *Coordinator) wakeAll() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.table == nil {
		return
	}
	for id := range c.table.members {
		c.rouse(id)
	}
}

// busy reports whether a machine that is heard holds anything, or does not know
// yet that the run is over. The caller holds the mutex.
func (c *Coordinator) busy() bool {
	for id, m := range c.table.members {
		if c.table.present(m) && (len(m.leases) > 0 && c.stopped || !c.parted[id]) {
			return true
		}
	}
	return false
}
