package collect

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"example.com/hikgrab/tasks/fleet"
)

// network carries requests to machines and their answers back. It loses,
// doubles and delays them, and cuts machines off. There is no coordinator on
// it.
type network struct {
	loss, double float64       // shares of the messages, in both directions
	delay        time.Duration // at most

	mu       sync.Mutex
	rng      *rand.Rand
	machines map[fleet.MachineID]fleet.Answer
	off      map[fleet.MachineID]bool
}

func newNetwork() *network {
	return &network{rng: rand.New(rand.NewPCG(1, 1)), machines: map[fleet.MachineID]fleet.Answer{}, off: map[fleet.MachineID]bool{}}
}

// cut disconnects a machine from the network, or reconnects it.
func (n *network) cut(m fleet.MachineID, off bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.off[m] = off
}

// fate returns the delay of each arrival of a message.
func (n *network) fate(m fleet.MachineID) (after []time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.off[m] || n.rng.Float64() < n.loss {
		return nil
	}
	after = append(after, time.Duration(n.rng.Int64N(int64(n.delay)+1)))
	if n.rng.Float64() < n.double {
		after = append(after, time.Duration(n.rng.Int64N(int64(n.delay)+1)))
	}
	return after
}

func (n *network) ask(ctx context.Context, to fleet.MachineID, kind fleet.Kind, data []byte) ([]byte, error) {
	n.mu.Lock()
	answer := n.machines[to]
	absent := answer == nil || n.off[to]
	n.mu.Unlock()
	if absent {
		return nil, fleet.ErrAbsent
	}
	answers := make(chan []byte, 4) // as many as there can be
	for _, after := range n.fate(to) {
		time.AfterFunc(after, func() {
			got := answer(context.WithoutCancel(ctx), fleet.Peer{}, kind, bytes.Clone(data))
			for _, after := range n.fate(to) {
				time.AfterFunc(after, func() { answers <- got })
			}
		})
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

// line is a machine's end.
type line struct {
	net *network
	id  fleet.MachineID
}

func (l *line) Serve(ctx context.Context, connected func(), answer fleet.Answer) error {
	l.net.mu.Lock()
	l.net.machines[l.id] = answer
	l.net.mu.Unlock()
	connected()
	<-ctx.Done()
	l.net.mu.Lock()
	defer l.net.mu.Unlock()
	delete(l.net.machines, l.id)
	return nil
}

func (l *line) Machine() fleet.MachineID { return l.id }

func (l *line) Request(context.Context, fleet.Kind, []byte) ([]byte, error) {
	return nil, fleet.ErrAbsent
}
func (l *line) Publish(fleet.Kind, []byte) error             { return fleet.ErrAbsent }
func (l *line) Report(context.Context, string, []byte) error { return fleet.ErrAbsent }
func (l *line) Open([]byte) ([]byte, error)                  { return nil, errors.New("nothing is sealed here") }
