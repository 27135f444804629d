package fleet

import "fmt"

// Without disables a rule in a coordinator and a machine.
func Without(c *Coordinator, m *Machine, r int) {
	if c != nil {
		c.without = rule(r)
	}
	if m != nil {
		m.without = rule(r)
	}
}

// The rules.
const (
	RuleP1  = int(ruleP1)
	RuleP2  = int(ruleP2)
	RuleP2b = int(ruleP2b)
	RuleP2c = int(ruleP2c)
	RuleP3  = int(ruleP3)
	RuleP3b = int(ruleP3b)
	RuleP4  = int(ruleP3b) + 1 // the queue's: the works of these tests keep it
)

// Leases returns who holds what, and since which epoch.
func (c *Coordinator) Leases() map[RecorderID]Lease {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := map[RecorderID]Lease{}
	for id, l := range c.table.leases {
		all[id] = Lease{l.holder, l.epoch, l.phase}
	}
	return all
}

// Lease is one of them.
type Lease struct {
	Holder MachineID
	Epoch  uint64
	Phase  Phase
}

// Describe says what a machine holds.
func (m *Machine) Describe() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	text := fmt.Sprintf(" session %d sent %d taken %d outbox %d/%d from %d over %v", m.session, m.sent, m.taken, m.outbox.sent, len(m.outbox.pending), m.outbox.first, m.over)
	for _, h := range m.holds {
		text += fmt.Sprintf(" [%.6s e%d ended %v left %v refused %q]", h.id, h.epoch, h.ended, h.left != nil, h.refused)
	}
	return text
}

// Rows says which rows are over.
func (b *Board) Rows() (text string) {
	for _, w := range b.rows {
		text += fmt.Sprint(" ", w.over, w.cameras[0].State, w.view.Machine)
	}
	return text
}
