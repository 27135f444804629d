package hub

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"example.com/hikgrab/tasks/fleet"
)

// kindReport is the subject that the stream stores.
const kindReport fleet.Kind = "report"

const (
	ackWait     = time.Minute
	mostPending = 4096 // reports handed out and not acknowledged
	reportWait  = 5 * time.Second
)

// Reports implements fleet.Hub.
func (h *Hub) Reports(ctx context.Context, most int) ([]fleet.Delivery, error) {
	for ctx.Err() == nil {
		first, err := h.next(ctx)
		switch noneYet := errors.Is(err, nats.ErrTimeout) || errors.Is(err, jetstream.ErrNoMessages) || errors.Is(err, context.DeadlineExceeded); {
		case err == nil:
		case ctx.Err() != nil, noneYet:
			continue
		case passing(err):
			pause(ctx)
			continue
		default:
			return nil, fmt.Errorf("process reports: %w", err)
		}
		batch := h.deliver(nil, first)
		if most > 1 {
			more, err := h.store.consumer.FetchNoWait(most - 1)
			if err == nil {
				for msg := range more.Messages() {
					batch = h.deliver(batch, msg)
				}
			}
		}
		if len(batch) > 0 {
			return batch, nil
		}
	}
	return nil, ctx.Err()
}

// next waits briefly for a report: a request to a vanished leader is never
// answered.
func (h *Hub) next(ctx context.Context) (jetstream.Msg, error) {
	ctx, cancel := context.WithTimeout(ctx, reportWait)
	defer cancel()
	return h.store.consumer.Next(jetstream.FetchContext(ctx))
}

// deliver appends a report if its machine is a member.
func (h *Hub) deliver(to []fleet.Delivery, msg jetstream.Msg) []fleet.Delivery {
	id, _ := split(msg.Subject())
	from, err := h.peer(id)
	if err != nil {
		h.opts.Log.Warn("A report from an unknown machine was dropped", "machine", id, "error", err)
		_ = msg.Term() // if that fails it comes again, and is dropped then
		return to
	}
	return append(to, fleet.Delivery{From: from, Data: msg.Data(), Ack: msg.Ack})
}
