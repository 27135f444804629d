package fleet_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"example.com/hikgrab/tasks/fleet"
)

// ackWait is when an unacknowledged report comes again.
const ackWait = time.Minute

// networkFaults say what the network does to each message. The zero value is a
// good network.
type networkFaults struct {
	Loss   float64       // the share of messages that are lost
	Double float64       // the share of messages that arrive twice
	Delay  time.Duration // the greatest delay of a message; order is not kept
}

// network is an in-memory hub that connects one coordinator with machines. It
// loses, delays and doubles messages and cuts machines off, as networks do. Its
// seals protect nothing, and nothing survives the process.
type network struct {
	mu       sync.Mutex
	rng      *rand.Rand
	faults   networkFaults
	serving  fleet.Answer // of the coordinator; nil if there is none
	machines map[fleet.MachineID]*memoryLink
	peers    map[fleet.MachineID]fleet.Peer
	off      map[fleet.MachineID]bool
	deaf     map[fleet.MachineID]bool
	reports  []*report
	news     chan struct{} // closed when there are reports
	kept     map[string]fleet.Kept
}

type report struct {
	from fleet.Peer
	id   string
	data []byte
	out  time.Time // when it was last handed out
}

// newNetwork returns a good network without anybody on it.
func newNetwork(seed uint64) *network {
	return &network{
		rng: rand.New(rand.NewPCG(seed, 1)), machines: map[fleet.MachineID]*memoryLink{}, peers: map[fleet.MachineID]fleet.Peer{},
		off: map[fleet.MachineID]bool{}, deaf: map[fleet.MachineID]bool{}, news: make(chan struct{}), kept: map[string]fleet.Kept{},
	}
}

// setFaults changes the faults from now on.
func (n *network) setFaults(f networkFaults) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.faults = f
}

// cut disconnects a machine from the network, or reconnects it.
func (n *network) cut(m fleet.MachineID, off bool) {
	n.mu.Lock()
	n.off[m] = off
	link := n.machines[m]
	n.mu.Unlock()
	if !off && link != nil {
		link.connected()
	}
}

// deafen sets whether a machine is heard but receives no answers.
func (n *network) deafen(m fleet.MachineID, deaf bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.deaf[m] = deaf
}

// hears reports whether answers reach a machine.
func (n *network) hears(m fleet.MachineID) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	return !n.deaf[m]
}

// forget loses everything in the hub, as if its directory was deleted.
func (n *network) forget() {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.reports, n.kept = nil, map[string]fleet.Kept{}
}

// link returns the link of a machine whose invitation allows networks.
func (n *network) link(id fleet.MachineID, networks ...string) *memoryLink {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.peers[id] = fleet.Peer{Machine: id, Networks: networks, Name: "machine " + string(id)}
	return &memoryLink{network: n, id: id}
}

// fate returns the delay of each arrival of a machine's message.
func (n *network) fate(m fleet.MachineID) []time.Duration {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.off[m] || n.rng.Float64() < n.faults.Loss {
		return nil
	}
	after := make([]time.Duration, 1, 2)
	if n.rng.Float64() < n.faults.Double {
		after = after[:2]
	}
	for i := range after {
		if n.faults.Delay > 0 {
			after[i] = time.Duration(n.rng.Int64N(int64(n.faults.Delay)))
		}
	}
	return after
}

// carry delivers data to whoever answers when it arrives, and the answers back.
// It waits for the first answer or the end of ctx.
func (n *network) carry(ctx context.Context, m fleet.MachineID, kind fleet.Kind, data []byte, to func() (fleet.Answer, fleet.Peer)) ([]byte, error) {
	answers := make(chan []byte, 4)
	for _, after := range n.fate(m) {
		copied := bytes.Clone(data)
		go func() {
			time.Sleep(after)
			answer, peer := to()
			if answer == nil { // nobody is there
				select {
				case answers <- nil:
				default:
				}
				return
			}
			got := answer(context.WithoutCancel(ctx), peer, kind, copied)
			for _, after := range n.fate(m) {
				time.Sleep(after)
				if !n.hears(m) {
					return
				}
				select {
				case answers <- got:
				default:
				}
			}
		}()
	}
	select {
	case got := <-answers:
		if got == nil {
			return nil, fleet.ErrAbsent
		}
		return got, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (n *network) coordinator(m fleet.MachineID) func() (fleet.Answer, fleet.Peer) {
	return func() (fleet.Answer, fleet.Peer) {
		n.mu.Lock()
		defer n.mu.Unlock()
		return n.serving, n.peers[m]
	}
}

func (n *network) machine(m fleet.MachineID) func() (fleet.Answer, fleet.Peer) {
	return func() (fleet.Answer, fleet.Peer) {
		n.mu.Lock()
		defer n.mu.Unlock()
		if l := n.machines[m]; l != nil && !n.off[m] {
			return l.answer, fleet.Peer{}
		}
		return nil, fleet.Peer{}
	}
}

// memoryLink is the link of one machine.
type memoryLink struct {
	network   *network
	id        fleet.MachineID
	connected func()
	answer    fleet.Answer
}

// Machine returns the machine's ID.
func (l *memoryLink) Machine() fleet.MachineID { return l.id }

// Serve takes part in the network until ctx ends.
func (l *memoryLink) Serve(ctx context.Context, connected func(), answer fleet.Answer) error {
	n := l.network
	n.mu.Lock()
	l.connected, l.answer = connected, answer
	n.machines[l.id] = l
	n.mu.Unlock()
	connected()
	<-ctx.Done()
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.machines[l.id] == l {
		delete(n.machines, l.id)
	}
	return nil
}

// Request asks the coordinator.
func (l *memoryLink) Request(ctx context.Context, kind fleet.Kind, data []byte) ([]byte, error) {
	return l.network.carry(ctx, l.id, kind, data, l.network.coordinator(l.id))
}

// Publish sends to the coordinator; the message may be lost.
func (l *memoryLink) Publish(kind fleet.Kind, data []byte) error {
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		_, _ = l.network.carry(ctx, l.id, kind, data, l.network.coordinator(l.id))
	}()
	return nil
}

// Report stores a report, unless it gets lost on its way. A doubled one is
// stored twice, like one that returns after its acknowledgement was lost.
func (l *memoryLink) Report(ctx context.Context, id string, data []byte) error {
	n := l.network
	fate := n.fate(l.id)
	if len(fate) == 0 {
		<-ctx.Done()
		return ctx.Err()
	}
	time.Sleep(fate[0])
	n.mu.Lock()
	defer n.mu.Unlock()
	for range fate {
		n.reports = append(n.reports, &report{from: n.peers[l.id], id: id, data: bytes.Clone(data)})
	}
	close(n.news)
	n.news = make(chan struct{})
	return nil
}

// seal returns the mark of what is sealed for a machine.
func seal(m fleet.MachineID) []byte { return []byte("sealed for " + string(m) + ": ") }

// Open opens what was sealed for this machine.
func (l *memoryLink) Open(sealed []byte) ([]byte, error) {
	secret, ok := bytes.CutPrefix(sealed, seal(l.id))
	if !ok {
		return nil, errors.New("sealed for another machine")
	}
	return secret, nil
}

// memoryHub is the coordinator's end.
type memoryHub struct{ network *network }

// hub returns the coordinator's end. Another coordinator takes over from the
// previous one.
func (n *network) hub() *memoryHub { return &memoryHub{n} }

// Serve coordinates until ctx ends.
func (h *memoryHub) Serve(ctx context.Context, answer fleet.Answer) error {
	n := h.network
	n.mu.Lock()
	n.serving = answer
	n.mu.Unlock()
	<-ctx.Done()
	n.mu.Lock()
	defer n.mu.Unlock()
	n.serving = nil
	return nil
}

// Tell sends to a machine; the message may be lost.
func (h *memoryHub) Tell(to fleet.MachineID, kind fleet.Kind, data []byte) error {
	go func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		_, _ = h.Ask(ctx, to, kind, data)
	}()
	return nil
}

// Ask asks a machine.
func (h *memoryHub) Ask(ctx context.Context, to fleet.MachineID, kind fleet.Kind, data []byte) ([]byte, error) {
	if answer, _ := h.network.machine(to)(); answer == nil {
		return nil, fleet.ErrAbsent
	}
	return h.network.carry(ctx, to, kind, data, h.network.machine(to))
}

// Seal marks a secret as sealed.
func (h *memoryHub) Seal(to fleet.MachineID, secret []byte) ([]byte, error) {
	return append(seal(to), secret...), nil
}

// Reports returns what was reported.
func (h *memoryHub) Reports(ctx context.Context, most int) ([]fleet.Delivery, error) {
	n := h.network
	for {
		n.mu.Lock()
		news := n.news
		var batch []fleet.Delivery
		for _, r := range n.reports {
			if len(batch) < most && (r.out.IsZero() || time.Since(r.out) > ackWait) {
				r.out = time.Now()
				batch = append(batch, fleet.Delivery{From: r.from, Data: bytes.Clone(r.data), Ack: func() error { n.ack(r); return nil }})
			}
		}
		n.mu.Unlock()
		if len(batch) > 0 {
			return batch, nil
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-news:
		case <-time.After(ackWait):
		}
	}
}

func (n *network) ack(r *report) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.reports = slices.DeleteFunc(n.reports, func(other *report) bool { return other == r })
}

// Load returns the stored values.
func (h *memoryHub) Load(context.Context) (map[string]fleet.Kept, error) {
	h.network.mu.Lock()
	defer h.network.mu.Unlock()
	return maps.Clone(h.network.kept), nil
}

// Save stores a value.
func (h *memoryHub) Save(_ context.Context, key string, value []byte, revision uint64) (uint64, error) {
	h.network.mu.Lock()
	defer h.network.mu.Unlock()
	if h.network.kept[key].Revision != revision {
		return 0, fleet.ErrSuperseded
	}
	h.network.kept[key] = fleet.Kept{Value: bytes.Clone(value), Revision: revision + 1}
	return revision + 1, nil
}

var (
	_ fleet.Hub  = (*memoryHub)(nil)
	_ fleet.Link = (*memoryLink)(nil)
)
