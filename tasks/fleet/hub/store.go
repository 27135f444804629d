package hub

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"example.com/hikgrab/tasks/fleet"
)

const (
	mostValue      = 64 << 10 // bytes
	headerRoom     = 1 << 10  // bytes that the server counts with a message
	markerTime     = time.Minute
	reportsLimit   = 1 << 30 // bytes
	sameReport     = 2 * time.Minute
	tryTime        = 3 * time.Second // for one answer of the store
	openTime       = 5 * time.Second // for making it
	replicas       = 3               // in a cluster
	keyCoordinator = "coordinator"
)

// store is a coordinator's data in JetStream: a bucket of small values and the
// stream of reports.
type store struct {
	js       jetstream.JetStream
	kv       jetstream.KeyValue
	values   jetstream.Stream // under the bucket
	consumer jetstream.Consumer
	names    subjects
	single   bool // stored on one node
}

// openStore finds or makes the bucket and the stream. It does not wait long,
// because a cluster without a leader does not answer at all.
func openStore(ctx context.Context, nc *nats.Conn, names subjects, copies int, embedded bool) (*store, error) {
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	js, err := jetstream.New(nc, jetstream.WithDefaultTimeout(tryTime))
	if err != nil {
		return nil, err
	}
	s := &store{js: js, names: names, single: copies == 1}
	persist := jetstream.DefaultPersistMode
	if embedded { // whatever the server loses, a machine reports again: the server dies with the coordinator
		persist = jetstream.AsyncPersistMode
	}
	_, err = js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{
		Name: names.stream(), Subjects: []string{names.up("*", kindReport)},
		Retention: jetstream.WorkQueuePolicy, Storage: jetstream.FileStorage, Discard: jetstream.DiscardNew,
		MaxBytes: reportsLimit, MaxMsgSize: fleet.MostBytes + headerRoom, Duplicates: sameReport, Replicas: copies, PersistMode: persist,
	})
	if err != nil {
		return nil, fmt.Errorf("make the stream of reports: %w", err)
	}
	s.kv, err = js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{
		Bucket: names.bucket(), History: 1, Storage: jetstream.FileStorage, MaxValueSize: mostValue + headerRoom,
		Replicas: copies, LimitMarkerTTL: markerTime,
	})
	if err != nil {
		return nil, fmt.Errorf("make the bucket: %w", err)
	}
	if s.values, err = js.Stream(ctx, "KV_"+names.bucket()); err != nil {
		return nil, fmt.Errorf("open the bucket: %w", err)
	}
	return s, nil
}

// openReports starts to receive reports. Those handed out in an earlier run and
// not acknowledged come at once: a new consumer knows nothing of that.
func (s *store) openReports(ctx context.Context) error {
	const name = "catalogue"
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	if err := s.js.DeleteConsumer(ctx, s.names.stream(), name); err != nil && !errors.Is(err, jetstream.ErrConsumerNotFound) {
		return fmt.Errorf("open the stream of reports: %w", err)
	}
	var err error
	s.consumer, err = s.js.CreateConsumer(ctx, s.names.stream(), jetstream.ConsumerConfig{
		Durable: name, AckPolicy: jetstream.AckExplicitPolicy, AckWait: ackWait, MaxDeliver: -1, MaxAckPending: mostPending,
	})
	if err != nil {
		return fmt.Errorf("open the stream of reports: %w", err)
	}
	return nil
}

// load reads every value with one watch: key by key took ten times as long.
func (s *store) load(ctx context.Context) (map[string]fleet.Kept, error) {
	watch, err := s.kv.WatchAll(ctx, jetstream.IgnoreDeletes())
	if err != nil {
		return nil, fmt.Errorf("read the store: %w", err)
	}
	defer func() { _ = watch.Stop() }() // it was only read
	all := map[string]fleet.Kept{}
	for {
		select {
		case <-ctx.Done():
			return nil, fmt.Errorf("read the store: %w", ctx.Err())
		case entry, ok := <-watch.Updates():
			if !ok {
				return nil, errors.New("read the store: the connection was lost")
			}
			if entry == nil { // no more values
				return all, nil
			}
			if entry.Key() != keyCoordinator && len(entry.Value()) > 0 {
				all[entry.Key()] = fleet.Kept{Value: entry.Value(), Revision: entry.Revision()}
			}
		}
	}
}

// save writes by compare-and-set. If an answer is lost, while there is no
// leader, it reads back whether the write happened.
func (s *store) save(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	if len(value) > mostValue {
		return 0, fmt.Errorf("%d bytes are too many for one value", len(value))
	}
	unsure := false
	for {
		now, err := s.try(ctx, key, value, revision)
		if err == nil {
			return now, nil
		}
		if wrongRevision(err) {
			last, data, err := s.last(ctx, key)
			switch {
			case err != nil || last == revision: // an old copy answered
			case unsure && bytes.Equal(data, value):
				return last, nil
			default:
				return 0, fleet.ErrSuperseded
			}
		} else {
			if !passing(err) {
				return 0, fmt.Errorf("write to the store: %w", err)
			}
			unsure = true
		}
		if !pause(ctx) {
			return 0, fmt.Errorf("write to the store: %w", ctx.Err())
		}
	}
}

func (s *store) try(ctx context.Context, key string, value []byte, revision uint64, opts ...jetstream.PublishOpt) (uint64, error) {
	ctx, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	msg := &nats.Msg{Subject: s.subject(key), Data: value}
	ack, err := s.js.PublishMsg(ctx, msg, append(opts, jetstream.WithExpectLastSequencePerSubject(revision))...)
	if err != nil {
		return 0, err
	}
	return ack.Sequence, nil
}

// last returns the last write to a key; nil data means that it was deleted or
// expired.
func (s *store) last(ctx context.Context, key string) (uint64, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	msg, err := s.values.GetLastMsgForSubject(ctx, s.subject(key))
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return 0, nil, nil
	}
	if err != nil {
		return 0, nil, err
	}
	return msg.Sequence, msg.Data, nil
}

func (s *store) subject(key string) string { return "$KV." + s.names.bucket() + "." + key }

// wrongRevision reports whether a write was refused because another came first;
// streams with copies have a code of their own for that.
func wrongRevision(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) &&
		(api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequence || api.ErrorCode == jetstream.JSErrCodeStreamWrongLastSequenceConstant)
}

// passing reports whether an error goes away once a leader is elected or the
// connection is back.
func passing(err error) bool {
	var api *jetstream.APIError
	if errors.As(err, &api) {
		return api.Code == 503
	}
	return !errors.Is(err, nats.ErrConnectionClosed) && !errors.Is(err, nats.ErrMaxPayload) && !errors.Is(err, context.Canceled)
}

// fewNodes reports whether a cluster has too few nodes for the copies asked.
func fewNodes(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && (api.ErrorCode == 10074 || api.ErrorCode == 10005) // not clustered; no suitable peers
}

// pause waits a moment between two tries, and reports whether to try again.
func pause(ctx context.Context) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(100*time.Millisecond + rand.N(200*time.Millisecond)):
		return true
	}
}

// holder is the coordinator according to the store.
type holder struct {
	Name     string `json:"name"`     // for people
	Instance string `json:"instance"` // random
	Out      string `json:"out"`      // host and directory that it has locked
}

const (
	claimTime  = 30 * time.Second // life of a claim that is not renewed: longer than a silent connection is trusted
	renewEvery = 5 * time.Second
)

// errClaimed says that there is a coordinator already.
var errClaimed = errors.New("another coordinator of yours is at work on this cluster")

// claim makes this the coordinator, or says who is. A claim from the same
// directory is dead, because we have its lock. Any other claim is watched until
// it is renewed or runs out.
func (s *store) claim(ctx context.Context, me holder) (uint64, error) {
	value, err := json.Marshal(me)
	if err != nil {
		return 0, err
	}
	var seen uint64
	for deadline := time.Now().Add(claimTime + markerTime/10); ; {
		last, data, err := s.last(ctx, keyCoordinator)
		var other holder
		if err == nil && len(data) > 0 && json.Unmarshal(data, &other) != nil {
			other = holder{Name: "an unknown one"}
		}
		free := err == nil && (len(data) == 0 || s.single || other.Out == me.Out)
		if free {
			now, err := s.try(ctx, keyCoordinator, value, last, jetstream.WithMsgTTL(claimTime))
			if err == nil {
				return now, nil
			}
			if !wrongRevision(err) && !passing(err) {
				return 0, fmt.Errorf("write to the store: %w", err)
			}
		} else if err == nil {
			if seen != 0 && seen != last || time.Now().After(deadline) {
				return 0, fmt.Errorf("%w: %s; stop it first, or let this machine join it with hikgrab work", errClaimed, other.Name)
			}
			seen = last
		}
		select {
		case <-ctx.Done():
			return 0, fmt.Errorf("ask the store who coordinates: %w", errors.Join(ctx.Err(), err))
		case <-time.After(time.Second):
		}
	}
}

// renew renews the claim. It returns fleet.ErrSuperseded if another coordinator
// has it.
func (s *store) renew(ctx context.Context, me holder, revision uint64) (uint64, error) {
	value, err := json.Marshal(me)
	if err != nil {
		return revision, err
	}
	now, err := s.try(ctx, keyCoordinator, value, revision, jetstream.WithMsgTTL(claimTime))
	if !wrongRevision(err) {
		return max(now, revision), err
	}
	// Either a write succeeded but its answer was lost, or the claim ran out while
	// this machine was asleep, or somebody else has it.
	last, data, err := s.last(ctx, keyCoordinator)
	if err != nil || last == revision {
		return revision, err
	}
	var other holder
	if len(data) > 0 && (json.Unmarshal(data, &other) != nil || other.Instance != me.Instance) {
		return revision, fmt.Errorf("%w: %s", fleet.ErrSuperseded, other.Name)
	}
	now, err = s.try(ctx, keyCoordinator, value, last, jetstream.WithMsgTTL(claimTime))
	return max(now, last), err
}

// release ends the claim, so that the next coordinator need not wait for it.
func (s *store) release(ctx context.Context, revision uint64) {
	ctx, cancel := context.WithTimeout(ctx, tryTime)
	defer cancel()
	_ = s.kv.Delete(ctx, keyCoordinator, jetstream.LastRevision(revision)) // it runs out by itself
}
