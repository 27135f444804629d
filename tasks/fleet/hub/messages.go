package hub

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"

	"github.com/nats-io/nats.go"

	"example.com/hikgrab/tasks/fleet"
)

// Marks of an answer that has no content.
const (
	refusedMark = "Hikgrab-Refused" // why the machine may not take part
	absentMark  = "Hikgrab-Absent"  // nobody had an answer
)

// listener hands messages to a few goroutines.
type listener struct {
	cancel context.CancelFunc
	subs   []*nats.Subscription
	wg     sync.WaitGroup
}

// listen has take called with everything that arrives on the subjects, by so
// many goroutines at once, until stop.
func listen(conn *nats.Conn, subjects []string, goroutines int, take func(context.Context, *nats.Msg)) (*listener, error) {
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
	for _, subject := range subjects {
		sub, err := conn.Subscribe(subject, func(msg *nats.Msg) {
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

// reply answers a request, with why it is refused if it is; nil data is no answer.
// What was not asked from that inbox is not answered: nobody makes this side speak
// to somebody else.
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

// ask sends a request and reads the marks that an answer may have.
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

// absent turns the ways in which NATS says that nobody is there, or that there
// is no connection at the moment, into fleet.ErrAbsent.
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
		return fmt.Errorf("%q is no machine", string(to))
	}
	if len(data) > fleet.MostBytes {
		return fmt.Errorf("a message of %d bytes is too long", len(data))
	}
	return nil
}
