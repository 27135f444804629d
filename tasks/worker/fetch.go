package worker

import (
	"context"
	"sync/atomic"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

// Fetch fetches one recording.
type Fetch struct {
	Recorder *nvr.Recorder
	Archive  *archive.Archive
	Item     archive.Item
	Attempt  int  // 1 for the first try
	Last     bool // no attempt follows

	Meter   *Meter
	Limiter *Limiter
	Lane    Lane
	Fence   func() error // an error if the recorder may not be touched now; called at every write and before the commit
}

// Fetched is the result of a Fetch.
type Fetched struct {
	File    archive.File // when Err is nil
	Receipt nvr.Receipt
	Took    time.Duration
	Err     error
}

// Meter shows the progress of running work, which adds to it while others read.
type Meter struct {
	Have    atomic.Int64 // bytes of the recording on disk
	Fetched atomic.Int64 // bytes received over the network
}

// Do downloads the recording into the archive.
func (o Fetch) Do(ctx context.Context) (out Fetched) {
	began := time.Now()
	defer func() {
		out.Err = left(ctx, caught(recover(), out.Err))
		out.Took = time.Since(began)
	}()
	// Another row may have fetched the same recording in the meantime.
	if file, ok := o.Archive.Stored(o.Item); ok {
		o.Meter.Have.Store(file.Fetched)
		return Fetched{File: file}
	}
	if file, ok, err := o.Archive.Convert(ctx, o.Item); ok {
		return Fetched{File: file, Err: err}
	}
	if span, ok := o.Item.Asked(); ok && o.Attempt <= mostByTime && o.Recorder.ByTime() {
		out, why := o.byTime(ctx, span)
		if why == "" {
			return out
		}
		return o.afterAll(ctx, out.Err, why)
	}
	return o.whole(ctx)
}

// whole fetches the whole recording. It writes the notes to the manifest.
func (o Fetch) whole(ctx context.Context, notes ...string) Fetched {
	part, err := o.Archive.Create(o.Item)
	if err != nil {
		return Fetched{Err: err}
	}
	// A part that is not committed stays for the next attempt. If Close fails, the
	// recording is fetched again, so its error adds nothing.
	defer func() { _ = part.Close() }()
	o.Archive.DropPiece(o.Item)
	receipt, err := o.Recorder.Download(ctx, o.Item.Recording, o.into(ctx, part))
	if err != nil {
		return Fetched{Receipt: receipt, Err: err}
	}
	receipt.Notes = append(receipt.Notes, notes...)
	return o.commit(ctx, part, receipt)
}

// commit turns a complete part into finished files.
func (o Fetch) commit(ctx context.Context, part *archive.Part, receipt nvr.Receipt) Fetched {
	if err := o.Fence(); err != nil {
		return Fetched{Receipt: receipt, Err: err}
	}
	file, err := Commit(ctx, part, archive.Try{Number: o.Attempt, Last: o.Last, Receipt: receipt}, o.Meter)
	return Fetched{File: file, Receipt: receipt, Err: err}
}

// Commit turns a complete part into finished files. If they cannot be moved to
// their final names, the error is a PlaceError.
func Commit(ctx context.Context, part *archive.Part, t archive.Try, m *Meter) (archive.File, error) {
	file, err := part.Commit(ctx, t)
	switch archive.KindOf(err) {
	case archive.Denied:
		err = &PlaceError{err}
	case archive.Damaged:
		m.Have.Store(0) // the part was dropped
	case archive.KindUnknown, archive.Full, archive.NoRoom, archive.InUse, archive.TooLarge:
	}
	return file, err
}

// into returns a sink that writes a download to a part.
func (o Fetch) into(ctx context.Context, part *archive.Part) *meteredSink {
	o.Meter.Have.Store(part.Offset())
	return &meteredSink{Part: part, order: o, ctx: ctx}
}

// meteredSink counts and paces the bytes that a download writes to its part.
type meteredSink struct {
	*archive.Part
	order Fetch
	ctx   context.Context // a sink lives exactly as long as one call of Do
}

// Write waits for bandwidth, then appends p to the part.
func (s *meteredSink) Write(p []byte) (int, error) { return s.Keep(p, nil) }

// Keep is like Write, but the part may hold on to p until it calls done, unless
// that is nil.
func (s *meteredSink) Keep(p []byte, done func()) (int, error) {
	err := s.order.Limiter.Wait(s.ctx, s.order.Lane, len(p))
	if err == nil {
		err = s.order.Fence()
	}
	if err != nil {
		if done != nil {
			done()
		}
		return 0, err
	}
	n, err := s.Part.Keep(p, done)
	s.order.Meter.Have.Add(int64(n))
	s.order.Meter.Fetched.Add(int64(n))
	return n, err
}

// Expect tells the part the total number of bytes. A size no smaller than the
// recording's means the whole recording, whatever was asked for.
func (s *meteredSink) Expect(size int64) error {
	whole := s.order.Item.Recording.Size
	if !s.Whole() && whole > 0 && size >= whole && s.Offset() == 0 {
		_ = s.Part.Close() // it is empty
		part, err := s.order.Archive.Create(s.order.Item)
		if err != nil {
			return err
		}
		s.Part = part
		if err := s.Reset(); err != nil {
			return err
		}
	}
	return s.Part.Expect(size)
}

// Reset empties the part.
func (s *meteredSink) Reset() error {
	s.order.Meter.Have.Store(0)
	return s.Part.Reset()
}
