package hub

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nkeys"

	"example.com/hikgrab/tasks/fleet"
)

// LinkOptions say which coordinator a machine joins, and as what.
type LinkOptions struct {
	Keys     *Keys
	Out      string      // where the keys go once it has joined
	Invited  *Invitation // nil: the coordinator of last time
	Cluster  Cluster     // addresses instead of the invitation's; may be empty
	Name     string      // of the machine, for people
	Networks []string    // of the machine; none: those of the invitation
	Log      *slog.Logger
	Notice   func(string) // a sentence for the operator, from Serve
}

const (
	joinTime      = 12 * time.Second // for the first join to find anybody
	answerTime    = 5 * time.Second  // for an answer to a request to join
	linkAnswerers = 8                // requests of the coordinator answered at once
)

// Link is a machine's end of the wire; see fleet.Link. It is connected while
// Serve runs.
type Link struct {
	opts  LinkOptions
	to    Invitation
	names subjects
	me    fleet.MachineID

	again  chan struct{} // a new connection was made
	pieces pieces

	mu    sync.Mutex
	conn  *nats.Conn // nil until it has joined
	curve string     // the coordinator's, proven
}

// OpenLink prepares to join; it sends nothing before Serve.
func OpenLink(opts LinkOptions) (*Link, error) {
	if opts.Notice == nil {
		opts.Notice = func(string) {}
	}
	if err := checkNetworks(opts.Networks); err != nil {
		return nil, err
	}
	l := &Link{opts: opts, me: fleet.MachineID(opts.Keys.public), again: make(chan struct{}, 1)}
	switch {
	case opts.Invited != nil:
		l.to = *opts.Invited
	case opts.Keys.Last != nil:
		l.to = *opts.Keys.Last
	default:
		return nil, errors.New("this machine has joined no coordinator yet: give it an invitation, made there with: hikgrab invite")
	}
	if opts.Cluster.URL != "" {
		addresses, err := opts.Cluster.addresses()
		if err != nil {
			return nil, err
		}
		l.to.Addresses = addresses
	}
	l.names = subjects(l.to.Pin.Fleet())
	return l, nil
}

// Machine implements fleet.Link.
func (l *Link) Machine() fleet.MachineID { return l.me }

// Serve implements fleet.Link. If this machine has never joined and nobody
// answers, it gives up after 12 seconds with a sentence that says so.
func (l *Link) Serve(ctx context.Context, connected func(), answer fleet.Answer) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	began := time.Now()
	conn, err := l.dial(ctx, nats.ReconnectHandler(func(*nats.Conn) { l.reconnected() }))
	if err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	defer conn.Close()
	defer l.use(nil, "")
	listening, err := l.listen(conn, linkAnswerers, answer, fleet.KindWake, fleet.KindDetail, kindPieces)
	if err != nil {
		return fmt.Errorf("listen to the coordinator: %w", err)
	}
	defer listening.stop()
	defer l.pieces.close()
	for {
		err := l.join(ctx, conn)
		var later <-chan time.Time
		switch {
		case ctx.Err() != nil:
			return nil
		case err == nil:
			connected()
		case errors.Is(err, fleet.ErrAbsent), errors.Is(err, context.DeadlineExceeded):
			if l.hopeless(began) {
				return l.nobody(err)
			}
			l.opts.Log.Info("The server is reachable, but no coordinator answers", "error", err)
			later = time.After(time.Second)
		default:
			return err
		}
		select {
		case <-ctx.Done():
			return nil
		case <-l.again:
		case <-later:
		}
	}
}

// hopeless reports whether a machine that has never joined has waited long
// enough for a coordinator. One that has joined waits for the next run.
func (l *Link) hopeless(began time.Time) bool {
	return l.opts.Keys.Last == nil && time.Since(began) > joinTime
}

func (l *Link) nobody(err error) error {
	return refuse("no coordinator of this invitation answers at %s (%v): check that hikgrab serve runs there and that this machine reaches it, through a VPN or a forwarded port where it must", l.where(), err)
}

func (l *Link) where() string { return strings.Join(l.to.Addresses, ", ") }

// listen answers what the coordinator asks this machine.
func (l *Link) listen(conn *nats.Conn, goroutines int, answer fleet.Answer, kinds ...fleet.Kind) (*listener, error) {
	take := func(ctx context.Context, msg *nats.Msg) { l.take(ctx, answer, msg) }
	return listen(conn, goroutines, take, func(kind fleet.Kind) string { return l.names.down(l.me, kind) }, kinds...)
}

// join proves both sides to each other over a new connection.
func (l *Link) join(ctx context.Context, conn *nats.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, answerTime)
	defer cancel()
	challenge := make([]byte, challengeSize)
	_, _ = rand.Read(challenge) // it never fails
	data, err := l.opts.Keys.apply(l.to, l.opts.Name, l.opts.Networks, challenge)
	if err != nil {
		return err
	}
	text, err := ask(ctx, conn, l.names.up(l.me, kindJoin), data)
	if err != nil {
		return err
	}
	var got joined
	if json.Unmarshal(text, &got) != nil || got.Proof.verify(l.to.Pin, challenge) != nil {
		return &fleet.RefusedError{Reason: errProof.Error()}
	}
	if got.Refused != "" {
		return &fleet.RefusedError{Reason: got.Refused}
	}
	if last := l.opts.Keys.Last; last == nil || !last.same(l.to) {
		if err := l.opts.Keys.Keep(l.opts.Out, l.to); err != nil {
			return err
		}
	}
	l.use(conn, got.Proof.Curve)
	return nil
}

func (l *Link) use(conn *nats.Conn, curve string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conn, l.curve = conn, curve
}

// current returns the connection, or fleet.ErrAbsent if there is none.
func (l *Link) current() (*nats.Conn, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.conn == nil || !l.conn.IsConnected() {
		return nil, fleet.ErrAbsent
	}
	return l.conn, nil
}

// reconnected makes Serve join again, now or as soon as it can.
func (l *Link) reconnected() { fleet.Poke(l.again) }

func (l *Link) take(ctx context.Context, answer fleet.Answer, msg *nats.Msg) {
	ctx, cancel := context.WithTimeout(ctx, answerLimit)
	defer cancel()
	_, kind := split(msg.Subject)
	var got []byte
	if kind == kindPieces {
		got = l.bringPieces(ctx, answer)
	} else {
		got = answer(ctx, fleet.Peer{}, kind, msg.Data)
	}
	if err := reply(msg, coordinatorInbox, got, nil); err != nil {
		l.opts.Log.Debug("An answer could not be sent", "kind", kind, "error", err)
	}
	if kind == fleet.KindPiece {
		fleet.Recycle(got) // it was copied
	}
}

// Request implements fleet.Link.
func (l *Link) Request(ctx context.Context, kind fleet.Kind, data []byte) ([]byte, error) {
	conn, err := l.current()
	if err != nil {
		return nil, err
	}
	got, err := ask(ctx, conn, l.names.up(l.me, kind), data)
	if _, refused := errors.AsType[*fleet.RefusedError](err); refused {
		l.reconnected()
	}
	return got, err
}

// Publish implements fleet.Link.
func (l *Link) Publish(kind fleet.Kind, data []byte) error {
	conn, err := l.current()
	if err != nil {
		return err
	}
	return absent(conn.Publish(l.names.up(l.me, kind), data))
}

// Report implements fleet.Link.
func (l *Link) Report(ctx context.Context, id string, data []byte) error {
	conn, err := l.current()
	if err != nil {
		return err
	}
	js, err := jetstream.New(conn)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, reportWait)
	defer cancel()
	msg := &nats.Msg{Subject: l.names.up(l.me, kindReport), Data: data}
	_, err = js.PublishMsg(ctx, msg, jetstream.WithMsgID(string(l.me)+" "+id))
	if err != nil && passing(err) {
		return fleet.ErrAbsent
	}
	return err
}

// Open implements fleet.Link.
func (l *Link) Open(sealed []byte) ([]byte, error) {
	l.mu.Lock()
	curve := l.curve
	l.mu.Unlock()
	if nkeys.IsValidPublicCurveKey(curve) {
		if text, err := l.opts.Keys.curve.Open(sealed, curve); err == nil {
			return text, nil
		}
	}
	return nil, errors.New("what the coordinator sealed cannot be opened here: it was made for another machine, or changed on its way")
}

var _ fleet.Link = (*Link)(nil)
