package hub

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"

	"example.com/hikgrab/tasks/fleet"
)

// Headers of an answer without content.
const (
	refusedMark = "Hikgrab-Refused" // why the machine may not take part
	absentMark  = "Hikgrab-Absent"  // nobody had an answer
)

// listener passes messages to a few goroutines.
type listener struct {
	cancel context.CancelFunc
	subs   []*nats.Subscription
	wg     sync.WaitGroup
}

// listen makes that many goroutines call take with every message of these kinds
// that arrives on their subjects, until stop.
func listen(conn *nats.Conn, goroutines int, take func(context.Context, *nats.Msg), subject func(fleet.Kind) string, kinds ...fleet.Kind) (*listener, error) {
	ctx, cancel := context.WithCancel(context.Background())
	l := &listener{cancel: cancel}
	arrived := make(chan *nats.Msg)
	for range goroutines {
		l.wg.Go(func() {
			for {
				select {
				case <-ctx.Done():
					return
				case msg := <-arrived:
					take(ctx, msg)
				}
			}
		})
	}
	for _, kind := range kinds {
		sub, err := conn.Subscribe(subject(kind), func(msg *nats.Msg) {
			select {
			case arrived <- msg:
			case <-ctx.Done():
			}
		})
		if err != nil {
			l.stop()
			return nil, err
		}
		l.subs = append(l.subs, sub)
	}
	return l, nil
}

func (l *listener) stop() {
	for _, sub := range l.subs {
		_ = sub.Unsubscribe() // the connection may have ended
	}
	l.cancel()
	l.wg.Wait()
}

// reply answers a request, with the reason if it is refused; nil data means no
// answer. It answers only requests from that inbox, so that nobody can make
// this side send to somebody else.
func reply(msg *nats.Msg, inbox string, data []byte, refused error) error {
	if !strings.HasPrefix(msg.Reply, inbox+".") {
		return nil
	}
	answer := &nats.Msg{Data: data}
	switch {
	case refused != nil:
		answer.Header = nats.Header{refusedMark: {refused.Error()}}
	case data == nil:
		answer.Header = nats.Header{absentMark: {"yes"}}
	}
	return msg.RespondMsg(answer)
}

// ask sends a request and reads the headers of the answer.
func ask(ctx context.Context, conn *nats.Conn, subject string, data []byte) ([]byte, error) {
	msg, err := conn.RequestWithContext(ctx, subject, data)
	switch {
	case err != nil:
		return nil, absent(err)
	case msg.Header.Get(refusedMark) != "":
		return nil, &fleet.RefusedError{Reason: msg.Header.Get(refusedMark)}
	case msg.Header.Get(absentMark) != "":
		return nil, fleet.ErrAbsent
	}
	return msg.Data, nil
}

// absent turns NATS's errors for an absent peer or a missing connection into
// fleet.ErrAbsent.
func absent(err error) error {
	for _, nobody := range []error{
		nats.ErrNoResponders, nats.ErrReconnectBufExceeded, nats.ErrConnectionReconnecting, nats.ErrDisconnected, nats.ErrConnectionClosed,
	} {
		if errors.Is(err, nobody) {
			return fleet.ErrAbsent
		}
	}
	return err
}

func checkMessage(to fleet.MachineID, data []byte) error {
	if !to.Valid() {
		return fmt.Errorf("%q is not a machine", string(to))
	}
	if len(data) > fleet.MostBytes {
		return fmt.Errorf("a message of %d bytes is too long", len(data))
	}
	return nil
}

// subjects builds the subjects of one fleet: "hg.C.up.M.kind" from a machine M
// to the coordinator, "hg.C.down.M.kind" to it.
type subjects string // C

func (s subjects) up(m fleet.MachineID, kind fleet.Kind) string {
	return "hg." + string(s) + ".up." + string(m) + "." + string(kind)
}

func (s subjects) down(m fleet.MachineID, kind fleet.Kind) string {
	return "hg." + string(s) + ".down." + string(m) + "." + string(kind)
}

func (s subjects) stream() string { return "HG_" + string(s) + "_REPORTS" }
func (s subjects) bucket() string { return "hg_" + string(s) }

// coordinatorInbox receives answers to the coordinator.
const coordinatorInbox = "_INBOX.coordinator"

// inbox returns the inbox for answers to a machine, and nothing else.
func inbox(m fleet.MachineID) string { return "_INBOX." + string(m) }

// split returns the sender and the kind of a message with this subject.
func split(subject string) (fleet.MachineID, fleet.Kind) {
	words := strings.Split(subject, ".")
	if len(words) != 5 {
		return "", ""
	}
	return fleet.MachineID(words[3]), fleet.Kind(words[4])
}

// member returns a machine's permissions: speak as itself, hear what is meant
// for it, and answer requests to it.
func (s subjects) member(m fleet.MachineID) *server.Permissions {
	return &server.Permissions{
		Publish:   &server.SubjectPermission{Allow: []string{s.up(m, ">")}},
		Subscribe: &server.SubjectPermission{Allow: []string{s.down(m, ">"), inbox(m) + ".>"}},
		Response:  &server.ResponsePermission{MaxMsgs: 1, Expires: time.Minute},
	}
}

// refusedOnly returns the permissions of a refused machine: ask why.
func (s subjects) refusedOnly(m fleet.MachineID) *server.Permissions {
	return &server.Permissions{
		Publish:   &server.SubjectPermission{Allow: []string{s.up(m, kindJoin)}},
		Subscribe: &server.SubjectPermission{Allow: []string{inbox(m) + ".>"}},
	}
}
