package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"example.com/hikgrab/tasks/fleet"
)

// Options say how a coordinator is reached and where it stores things.
type Options struct {
	Identity *Identity
	Out      string       // output directory, locked by this process
	Listen   string       // host:port of the embedded server; an empty host means all interfaces
	Cluster  Cluster      // used instead of it
	Log      *slog.Logger // of the run
	Notice   func(string) // a sentence for the operator; called during Open only
}

// Check says in a sentence what is wrong with the coordinator's address,
// without trying it.
func (o Options) Check() error {
	if o.Cluster.URL == "" {
		return checkListen(o.Listen)
	}
	if _, err := o.Cluster.addresses(); err != nil {
		return err
	}
	_, err := o.Cluster.options()
	return err
}

// storeDir is where the embedded server stores things, below Out.
var storeDir = filepath.Join(ownDir, "fleet")

const (
	answerers   = 64 // messages answered at once
	answerLimit = 5 * time.Second
	openLimit   = time.Minute
	lookEvery   = time.Second // whether somebody was revoked
)

// Hub is the coordinator's end of the wire; see fleet.Hub. Close it after use.
type Hub struct {
	opts      Options
	names     subjects
	admission *admission
	engine    *engine // nil with a cluster
	conn      *nats.Conn
	store     *store
	addresses []string
	pieces    pieces

	me       holder
	revision uint64 // of the claim to coordinate
}

// Addresses returns where machines can reach the coordinator, as host:port.
func (h *Hub) Addresses() []string { return h.addresses }

// Close stops coordinating; machines go on with what they hold.
func (h *Hub) Close() {
	if h.store != nil && h.conn.IsConnected() {
		h.store.release(context.Background(), h.revision)
	}
	h.shut()
}

func (h *Hub) shut() {
	h.pieces.close()
	if h.conn != nil {
		h.conn.Close()
	}
	if h.engine != nil {
		h.engine.stop()
	}
}

// Serve implements fleet.Hub.
func (h *Hub) Serve(ctx context.Context, answer fleet.Answer) error {
	take := func(ctx context.Context, msg *nats.Msg) { h.take(ctx, answer, msg) }
	fromAll := func(kind fleet.Kind) string { return h.names.up("*", kind) }
	listening, err := listen(h.conn, answerers, take, fromAll, kindJoin, fleet.KindHello, fleet.KindBeat, fleet.KindView, fleet.KindHave)
	if err != nil {
		return fmt.Errorf("listen to the machines: %w", err)
	}
	defer listening.stop()
	return h.watch(ctx, answer)
}

// watch renews the claim to coordinate and ends the sessions of revoked
// machines.
func (h *Hub) watch(ctx context.Context, answer fleet.Answer) error {
	look, renew := time.NewTicker(lookEvery), time.NewTicker(renewEvery)
	defer look.Stop()
	defer renew.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-look.C:
			for _, m := range h.revocations() {
				answer(ctx, m, fleet.KindRevoked, nil)
			}
		case <-renew.C:
			now, err := h.store.renew(ctx, h.me, h.revision)
			switch {
			case errors.Is(err, fleet.ErrSuperseded):
				return err
			case errors.Is(err, nats.ErrConnectionClosed):
				return fmt.Errorf("the connection between the machines is lost for good: %w", err)
			case err != nil && ctx.Err() == nil:
				h.opts.Log.Warn("The claim to coordinate could not be renewed", "error", err)
			}
			h.revision = now
		}
	}
}

// revocations returns who was revoked since the last call, after ending their
// sessions.
func (h *Hub) revocations() []fleet.Peer {
	fresh, err := h.admission.members.revocations()
	if err != nil {
		h.opts.Log.Warn("The list of machines cannot be read", "error", err)
	}
	var out []fleet.Peer
	for _, m := range fresh {
		if h.engine != nil {
			h.engine.gate.expel(fleet.MachineID(m.Key))
		}
		out = append(out, m.peer())
	}
	return out
}

func (h *Hub) take(ctx context.Context, answer fleet.Answer, msg *nats.Msg) {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	id, kind := split(msg.Subject)
	from, refused := h.peer(id)
	var data []byte
	switch {
	case kind == kindJoin:
		data, refused = h.join(id, msg.Data), nil
	case refused == nil:
		data = answer(ctx, from, kind, msg.Data)
	}
	if err := reply(msg, inbox(id), data, refused); err != nil {
		h.opts.Log.Debug("An answer could not be sent", "machine", id, "kind", kind, "error", err)
	}
}

// join proves the coordinator to a machine and admits it, or says why not.
func (h *Hub) join(id fleet.MachineID, data []byte) []byte {
	var answer joined
	a, err := readApplication(data, h.opts.Identity.pin, string(id))
	if err == nil {
		err = h.admission.admit(string(id), "", a)
	}
	if err != nil {
		answer.Refused = err.Error()
	} else if m, ok := h.admission.members.lookup(string(id)); ok {
		h.opts.Log.Info("A machine joined", "name", m.Name, "machine", id, "from", m.From, "networks", m.Networks)
	}
	if answer.Proof, err = h.opts.Identity.prove(a.Challenge); err != nil {
		h.opts.Log.Error("The coordinator cannot prove itself", "error", err)
	}
	text, err := json.Marshal(answer)
	if err != nil {
		h.opts.Log.Error("An answer cannot be written", "error", err)
	}
	return text
}

func (h *Hub) peer(id fleet.MachineID) (fleet.Peer, error) {
	m, ok := h.admission.members.lookup(string(id))
	switch {
	case !ok:
		return fleet.Peer{}, errUnknown
	case m.Revoked:
		return fleet.Peer{}, errRevoked
	}
	return m.peer(), nil
}

// Load implements fleet.Store.
func (h *Hub) Load(ctx context.Context) (map[string]fleet.Kept, error) { return h.store.load(ctx) }

// Save implements fleet.Store.
func (h *Hub) Save(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	return h.store.save(ctx, key, value, revision)
}

// Tell implements fleet.Hub.
func (h *Hub) Tell(to fleet.MachineID, kind fleet.Kind, data []byte) error {
	if err := checkMessage(to, data); err != nil {
		return err
	}
	return absent(h.conn.Publish(h.names.down(to, kind), data))
}

// Ask implements fleet.Hub.
func (h *Hub) Ask(ctx context.Context, to fleet.MachineID, kind fleet.Kind, data []byte) ([]byte, error) {
	if err := checkMessage(to, data); err != nil {
		return nil, err
	}
	if kind == fleet.KindPiece {
		return h.askPiece(ctx, to, data)
	}
	return ask(ctx, h.conn, h.names.down(to, kind), data)
}

// Seal implements fleet.Hub.
func (h *Hub) Seal(to fleet.MachineID, secret []byte) ([]byte, error) {
	m, ok := h.admission.members.lookup(string(to))
	if !ok {
		return nil, fleet.ErrAbsent
	}
	if !nkeys.IsValidPublicCurveKey(m.Curve) { // Seal panics on a key that is too long
		return nil, errors.New("the machine has no curve key")
	}
	return h.opts.Identity.curve.Seal(secret, m.Curve)
}

var _ fleet.Hub = (*Hub)(nil)
