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

// transfer brings one file from a machine.
type transfer struct {
	of      fleet.Asker
	archive *archive.Archive
	limiter *worker.Limiter
	from    *machine
	file    archive.Distant
	meter   *worker.Meter
}

// do brings the file, or continues an earlier transfer. It keeps what arrived
// for the next time, unless the bytes differ from the machine's report.
func (t *transfer) do(ctx context.Context) (archive.File, error) {
	if path, ok := t.archive.Home(t.file); ok {
		f, _ := t.file.Finished()
		f.Path = path
		t.meter.Have.Store(f.Bytes)
		return f, nil
	}
	part, err := t.archive.Bring(t.file)
	if err != nil {
		return archive.File{}, err
	}
	defer func() { _ = part.Close() }() // what cannot be kept is asked for again
	t.meter.Have.Store(part.Offset())
	if err := t.fill(ctx, part); err != nil {
		if ctx.Err() != nil {
			err = context.Cause(ctx)
		}
		return archive.File{}, err
	}
	return worker.Commit(ctx, part, archive.Try{}, t.meter)
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
func (t *transfer) fill(ctx context.Context, part *archive.Part) error {
	ctx, cancel := context.WithCancel(ctx)
	var asking sync.WaitGroup
	defer asking.Wait()
	defer cancel() // before waiting for them
	told, _ := t.file.Finished()
	coming := make(chan chan answer, mostAhead)
	asking.Go(func() {
		defer close(coming)
		for at := part.Offset(); at < told.Bytes; {
			n := t.from.flow.piece(told.Bytes - at)
			if t.limiter.Wait(ctx, t.from.lane, n) != nil || t.from.flow.take(ctx, n) != nil {
				return
			}
			one := make(chan answer, 1)
			p := fleet.Piece{File: t.file.Ref(), From: at, Bytes: n}
			asking.Go(func() { one <- t.ask(ctx, p) })
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
		t.meter.Have.Add(int64(n))
		t.meter.Fetched.Add(int64(n))
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (t *transfer) ask(ctx context.Context, p fleet.Piece) answer {
	bounded, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	began := time.Now()
	bytes, err := fleet.AskPiece(bounded, t.of, t.from.id, p)
	t.from.flow.give(p.Bytes, time.Since(began))
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
// answers.
type flow struct {
	mu     sync.Mutex
	budget int           // bytes; firstFlow before the first answer
	out    int           // bytes requested and not yet answered
	freed  chan struct{} // closed and made anew with each answer
}

func newFlow() *flow { return &flow{budget: firstFlow, freed: make(chan struct{})} }

// piece returns how many of the left bytes to ask for in one request.
func (f *flow) piece(left int64) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return int(min(left, int64(f.budget), fleet.MostPiece))
}

// take waits until n bytes may be requested, or returns the cause of ctx.
func (f *flow) take(ctx context.Context, n int) error {
	for {
		f.mu.Lock()
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
