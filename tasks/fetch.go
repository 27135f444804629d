package tasks

import (
	"context"
	"runtime/debug"
	"sync/atomic"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

// Order is everything that a worker needs to fetch one recording.
type Order struct {
	Recorder *nvr.Recorder
	Archive  *archive.Archive
	Item     archive.Item
	Attempt  int  // 1 for the first try
	Last     bool // there will be no other

	meter   *meter
	limiter *limiter
	lane    lane
}

// Outcome is everything that a worker reports of an Order.
type Outcome struct {
	File    archive.File // when Err is nil
	Receipt nvr.Receipt
	Took    time.Duration
	Err     error
}

// meter is how a worker shows how far it is: it adds, others read.
type meter struct {
	have    atomic.Int64 // bytes of the recording on disk
	fetched atomic.Int64 // bytes that came over the network
}

// Fetch downloads the recording into the archive. A panic becomes the
// outcome's error, so that it costs this recording and nothing else.
func (o Order) Fetch(ctx context.Context) (out Outcome) {
	began := time.Now()
	defer func() {
		if v := recover(); v != nil {
			out.Err = &panicError{value: v, stack: debug.Stack()}
		}
		out.Took = time.Since(began)
	}()
	// Another line may have fetched the same recording since it was found.
	if file, ok := o.Archive.Stored(o.Item); ok {
		o.meter.have.Store(file.Fetched)
		return Outcome{File: file}
	}
	if file, ok, err := o.Archive.Convert(ctx, o.Item); ok {
		return Outcome{File: file, Err: err}
	}
	part, err := o.Archive.Create(o.Item)
	if err != nil {
		return Outcome{Err: err}
	}
	// Whatever does not end in a commit stays for the next attempt. Failing to
	// keep it only costs fetching it again, so that error says nothing new.
	defer func() { _ = part.Close() }()
	o.meter.have.Store(part.Offset())
	sink := &meteredSink{ctx: ctx, part: part, meter: o.meter, limiter: o.limiter, lane: o.lane}
	receipt, err := o.Recorder.Download(ctx, o.Item.Recording, sink)
	if err != nil {
		return Outcome{Receipt: receipt, Err: err}
	}
	file, err := part.Commit(ctx, archive.Try{Number: o.Attempt, Last: o.Last, Receipt: receipt})
	switch archive.KindOf(err) {
	case archive.Denied:
		err = &placeError{err}
	case archive.Damaged:
		o.meter.have.Store(0) // it is dropped
	case archive.KindUnknown, archive.Full, archive.NoRoom, archive.InUse, archive.TooLarge:
	}
	return Outcome{File: file, Receipt: receipt, Err: err}
}

// meteredSink counts and paces what a download writes to its part.
type meteredSink struct {
	ctx     context.Context // a sink lives exactly as long as one call of Fetch
	part    *archive.Part
	meter   *meter
	limiter *limiter
	lane    lane
}

// Write waits for bandwidth, then appends to the part.
func (s *meteredSink) Write(p []byte) (int, error) {
	if err := s.limiter.wait(s.ctx, s.lane, len(p)); err != nil {
		return 0, err
	}
	n, err := s.part.Write(p)
	s.meter.have.Add(int64(n))
	s.meter.fetched.Add(int64(n))
	return n, err
}

// Expect tells the part how many bytes there are in all.
func (s *meteredSink) Expect(size int64) error { return s.part.Expect(size) }

// Offset is what the part holds.
func (s *meteredSink) Offset() int64 { return s.part.Offset() }

// Tail is the end of what the part holds.
func (s *meteredSink) Tail(p []byte) error { return s.part.Tail(p) }

// Reset empties the part.
func (s *meteredSink) Reset() error {
	s.meter.have.Store(0)
	return s.part.Reset()
}
