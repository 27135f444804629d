package fleet

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"example.com/hikgrab/nvr"
)

// ready reports whether it is known who held what.
func (c *Coordinator) ready() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.table != nil
}

func (c *Coordinator) answer(ctx context.Context, from Peer, kind Kind, data []byte) []byte {
	if !c.ready() {
		return nil // the machine tries again
	}
	switch kind {
	case KindHello:
		return c.hello(from, data)
	case KindBeat:
		return c.beat(ctx, from, data)
	case KindView:
		c.view(from, data)
	case KindHave:
		return c.have(from, data)
	case KindRevoked:
		now := c.o.Now()
		c.mu.Lock()
		c.table.Revoke(from.Machine, now)
		c.board.machineEvent(from.Machine, "is no longer allowed to take part")
		c.mu.Unlock()
	case KindWake, KindDetail, KindPiece:
	}
	return nil
}

func (c *Coordinator) hello(from Peer, data []byte) []byte {
	var h Hello
	if err := decode(data, &h); err != nil {
		return encode(Welcome{Refused: err.Error()})
	}
	if h.Protocol != Protocol {
		return encode(Welcome{Refused: fmt.Sprintf("the coordinator runs hikgrab %s and this machine %s, which do not understand each other (protocols %d and %d); use one version on all machines",
			c.o.Version, nvr.CleanText(h.Version, 40), Protocol, h.Protocol)})
	}
	networks := from.Networks
	if len(h.Networks) > 0 {
		if err := CheckNetworks(networks, h.Networks); err != nil {
			return encode(Welcome{Refused: err.Error()})
		}
		networks = h.Networks
	}
	now := c.o.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	name := c.name(from.Machine, nvr.CleanText(h.Name, 40))
	session := c.table.Join(from.Machine, name, networks, now)
	c.told[from.Machine] = progress{session: session}
	c.board.join(from.Machine, name, networks, nvr.CleanText(h.Version, 40))
	run := c.o.Run
	run.Age = time.Since(run.Began)
	return encode(Welcome{Session: session, Beat: c.table.rules.beatEvery(), Run: run})
}

// name returns a machine's name, followed by the end of its key if another
// machine has the same name. The caller holds the mutex.
func (c *Coordinator) name(id MachineID, name string) string {
	if name == "" {
		name = "machine"
	}
	for _, m := range c.table.members {
		if m.id != id && m.name == name {
			return name + "-" + strings.ToLower(string(id[max(0, len(id)-4):]))
		}
	}
	return name
}

func (c *Coordinator) beat(ctx context.Context, from Peer, data []byte) []byte {
	var b Beat
	if decode(data, &b) != nil {
		return nil
	}
	now := c.o.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed != nil {
		return nil
	}
	orders, changed := c.table.Beat(from.Machine, b, c.slots(b.Jobs), now)
	if orders.Stranger {
		return encode(orders)
	}
	c.board.beat(from.Machine, b)
	err := c.save(ctx, changed)
	if err == nil {
		err = c.noteLent(from.Machine, orders.Leases)
	}
	if err != nil {
		c.log.Warn("A lease could not be stored, so no recorder is assigned", "error", err)
		return nil
	}
	orders.Leases = c.fill(from.Machine, orders.Leases, b, &orders.More)
	if c.stopped {
		orders.Leases = nil
	}
	if p := c.told[from.Machine]; p.session == b.Session {
		orders.Told = p.n
	}
	orders.Over = c.board.Over() && !c.o.Aside.Open() || c.stopped
	c.parted[from.Machine] = orders.Over
	orders.Jobs, orders.Limit, orders.Drain = c.board.settings(from.Machine)
	c.wake(slices.DeleteFunc(changed, func(id RecorderID) bool { return c.table.leases[id].holder == from.Machine }))
	return encode(orders)
}
