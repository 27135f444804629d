package collect

import (
	"context"
	"errors"
	"sync"
	"time"

	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/fleet"
	"example.com/hikgrab/tasks/worker"
)

// limit is how long an answer may take before its machine counts as absent.
const limit = 10 * time.Second

// errSilent says that a connected machine does not answer.
var errSilent = errors.New("it does not answer")

// bringing is the transfer of one file.
type bringing struct {
	of      fleet.Asker
	archive *archive.Archive
	limiter *worker.Limiter
	from    *machine
	file    archive.Distant
	meter   *worker.Meter
}

// do brings the file, or continues an earlier transfer. It keeps what arrived
// for the next time, unless the bytes differ from the machine's report.
func (b *bringing) do(ctx context.Context) (archive.File, error) {
	if path, ok := b.archive.Home(b.file); ok {
		f, _ := b.file.Finished()
		f.Path = path
		b.meter.Have.Store(f.Bytes)
		return f, nil
	}
	part, err := b.archive.Bring(b.file)
	if err != nil {
		return archive.File{}, err
	}
	defer func() { _ = part.Close() }() // what cannot be kept is asked for again
	b.meter.Have.Store(part.Offset())
	if err := b.fill(ctx, part); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return archive.File{}, err
	}
	return worker.Commit(ctx, part, archive.Try{}, b.meter)
}

// mostAhead limits the pieces of a file that are asked for or waiting in memory
// ahead of the next one to write.
const mostAhead = 2 * mostFlow / fleet.MostPiece

// answer is the answer to a request for a piece.
type answer struct {
	bytes []byte
	err   error
}

// fill asks for what is missing, several pieces at a time, and writes them in
// order.
func (b *bringing) fill(ctx context.Context, part *archive.Part) error {
	ctx, cancel := context.WithCancel(ctx)
	var asking sync.WaitGroup
	defer asking.Wait()
	defer cancel() // before waiting for them
	told, _ := b.file.Finished()
	coming := make(chan chan answer, mostAhead)
	asking.Go(func() {
		defer close(coming)
		for at := part.Offset(); at < told.Bytes; {
			n := b.from.flow.piece(told.Bytes - at)
			if b.limiter.Wait(ctx, b.from.lane, n) != nil || b.from.flow.take(ctx, n) != nil {
				return
			}
			one := make(chan answer, 1)
			p := fleet.Piece{File: b.file.Ref(), From: at, Bytes: n}
			asking.Go(func() { one <- b.ask(ctx, p) })
			select {
			case coming <- one:
			case <-ctx.Done():
				return
			}
			at += int64(n)
		}
	})
	for one := range coming {
		got := <-one
		if got.err != nil {
			return got.err
		}
		n, err := part.Write(got.bytes)
		b.meter.Have.Add(int64(n))
		b.meter.Fetched.Add(int64(n))
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (b *bringing) ask(ctx context.Context, p fleet.Piece) answer {
	bounded, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	began := time.Now()
	bytes, err := fleet.AskPiece(bounded, b.of, b.from.id, p)
	b.from.flow.give(p.Bytes, time.Since(began))
	if err != nil && bounded.Err() != nil && ctx.Err() == nil {
		err = errSilent
	}
	return answer{bytes, err}
}

// How many bytes are requested from one machine at a time. More would not
// arrive sooner: it would only queue on a slow line, with the machine's beats
// behind it.
const (
	firstFlow = 64 << 10
	leastFlow = 16 << 10
	mostFlow  = 8 * fleet.MostPiece
	soon      = 250 * time.Millisecond // an answer this fast raises the budget
	late      = time.Second            // an answer this slow lowers it
)

// flow limits the bytes requested from one machine at a time, by how fast it
// answers. The zero value is ready to use.
type flow struct {
	mu     sync.Mutex
	budget int // bytes; 0 before the first answer
	out    int // bytes requested and not yet answered
	freed  chan struct{}
}

// piece returns how many of the left bytes to ask for in one request.
func (f *flow) piece(left int64) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.begin()
	return int(min(left, int64(f.budget), fleet.MostPiece))
}

func (f *flow) begin() {
	if f.budget == 0 {
		f.budget = firstFlow
	}
	if f.freed == nil {
		f.freed = make(chan struct{})
	}
}

// take waits until n bytes may be requested, or returns the cause of ctx.
func (f *flow) take(ctx context.Context, n int) error {
	for {
		f.mu.Lock()
		f.begin()
		if f.out == 0 || f.out+n <= f.budget {
			f.out += n
			f.mu.Unlock()
			return nil
		}
		freed := f.freed
		f.mu.Unlock()
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-freed:
		}
	}
}

// give returns n bytes that were answered, or never will be.
func (f *flow) give(n int, took time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.out -= n
	switch {
	case took >= limit:
		f.budget = leastFlow
	case took > late:
		f.budget = max(f.budget-n/2, leastFlow)
	case took < soon:
		f.budget = min(f.budget+n/4, mostFlow)
	}
	close(f.freed)
	f.freed = make(chan struct{})
}
