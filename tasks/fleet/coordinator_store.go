package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

// record is a lease in the store.
type record struct {
	Holder MachineID     `json:"holder"`
	Name   string        `json:"name"`
	Held   bool          `json:"held"`
	Epoch  uint64        `json:"epoch"`
	TTL    time.Duration `json:"ttl"`
	Facts  nvr.Facts     `json:"facts,omitzero"`
}

const leaseKey = "lease."

// load restores the leases of an earlier coordinator.
func (c *Coordinator) load(ctx context.Context) error {
	values, err := c.hub.Load(ctx)
	if err != nil {
		return fmt.Errorf("cannot read what is kept of an earlier run: %w", err)
	}
	now := c.o.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	lost := len(values) == 0 && c.o.Again
	c.table = NewTable(c.o.Rules, now, lost)
	c.table.without = c.without
	c.table.sessions = uint64(time.Now().UnixNano())
	for id, j := range c.jobs {
		c.table.Want(id, j.network, j.list[0].Address.String(), public(j.list[0].Address.Host), estimate(j.list, c.o.Run))
	}
	for key, kept := range values {
		c.kept[key] = kept.Revision
		id, ok := strings.CutPrefix(key, leaseKey)
		var r record
		if !ok || json.Unmarshal(kept.Value, &r) != nil {
			continue
		}
		m := c.table.member(r.Holder)
		m.name, m.heard = r.Name, now
		c.table.Restore(RecorderID(id), r.Holder, r.Held, r.Epoch, r.TTL, now)
		if j := c.jobs[RecorderID(id)]; j != nil && r.Held { // otherwise the device may have been replaced since
			j.facts = r.Facts
		}
	}
	for _, l := range c.catalogue.Lent() {
		id := MachineID(l.By)
		c.lent[id] = true
		if lost {
			c.table.Suspect(id, l.Machine, l.Networks, now)
			c.board.expect(id, l.Machine, l.Networks)
		}
	}
	if lost {
		c.board.Tell("the record of which machine has which recorder was lost; the machines are asked first, which takes " + (c.table.rules.Patience + c.table.rules.Grace).String())
	}
	return nil
}

// noteLent records in the journal whether a machine has promises that let it
// work for long unheard: before it gets the first, and when the last has ended.
// The store may be lost meanwhile. The caller holds the mutex.
func (c *Coordinator) noteLent(id MachineID, promises []Promise) error {
	long := slices.ContainsFunc(promises, func(p Promise) bool { return p.TTL > c.table.rules.Patience })
	for _, l := range c.table.members[id].leases {
		long = long || l.promise.ttl > c.table.rules.Patience
	}
	if long == c.lent[id] || id == Own {
		return nil
	}
	m := c.table.members[id]
	if err := c.catalogue.NoteLent(archive.Lent{By: string(id), Machine: m.name, Networks: m.networks, Long: long}); err != nil {
		return err
	}
	c.lent[id] = long
	return nil
}

// save stores changed leases before any machine may learn of the change. The
// caller holds the mutex.
func (c *Coordinator) save(ctx context.Context, changed []RecorderID) error {
	for _, id := range changed {
		c.unsaved[id] = true
	}
	for id := range c.unsaved {
		l := c.table.leases[id]
		key := leaseKey + string(id)
		value := encode(record{Holder: l.holder, Name: c.table.member(l.holder).name, Held: l.phase == Held, Epoch: l.epoch, TTL: c.table.ttl(l), Facts: c.jobs[id].facts})
		revision, err := c.hub.Save(ctx, key, value, c.kept[key])
		if err != nil {
			if errors.Is(err, ErrSuperseded) {
				c.failed = err
			}
			return err
		}
		c.kept[key] = revision
		delete(c.unsaved, id)
	}
	return nil
}
