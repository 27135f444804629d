package command

import (
	"context"
	"errors"
	"slices"
	"time"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/plain"
)

const (
	pollEvery     = 250 * time.Millisecond // longest delay before an event is shown
	progressEvery = 10 * time.Second
)

// source supplies a printer's news; *tasks.Queue is one.
type source interface {
	// Snapshot copies the present state into s.
	Snapshot(s *tasks.Snapshot)
	// Events appends the events after seq to buf, oldest first.
	Events(seq uint64, buf []tasks.Event) []tasks.Event
}

// follow passes the events of src to p as they arrive, and a progress report
// every ten seconds, until every camera has ended or ctx ends. Neither is an
// error; only writing can fail (see gone).
func follow(ctx context.Context, src source, p printer) error {
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	r := reader{src: src}
	reported, warned := time.Now(), false
	for ctx.Err() == nil {
		if err := r.read(p); err != nil {
			return err
		}
		if r.snap.Finished {
			return nil
		}
		if r.snap.Short() > 0 && !warned {
			warned = true
			if err := p.Notice(r.snap.At, plain.WillNotFit(&r.snap)); err != nil {
				return err
			}
		}
		if now := time.Now(); now.Sub(reported) >= progressEvery {
			reported = now
			if err := p.Progress(&r.snap); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
		case <-poll.C:
		}
	}
	return r.read(p) // events from the shutdown
}

// reader tracks which events were read.
type reader struct {
	src  source
	seq  uint64
	snap tasks.Snapshot
	buf  []tasks.Event
}

// read takes the snapshot before the events, so that after a finished snapshot
// no event is missing.
func (r *reader) read(p printer) error {
	r.src.Snapshot(&r.snap)
	r.buf = r.src.Events(r.seq, r.buf[:0])
	for rest := r.buf; len(rest) > 0; {
		if missed := rest[0].Seq - r.seq - 1; missed > 0 {
			if err := p.Gap(rest[0].Time, missed); err != nil {
				return err
			}
		}
		run := 1 // length of the run of events without a gap
		for run < len(rest) && rest[run].Seq == rest[run-1].Seq+1 {
			run++
		}
		if err := p.Events(rest[:run]); err != nil {
			return err
		}
		r.seq = rest[run-1].Seq
		rest = rest[run:]
	}
	return nil
}

// unlessGone returns err, or nil if err only means that the reader of the
// output is gone.
func unlessGone(err error) error {
	if gone(err) {
		return nil
	}
	return err
}

// gone reports whether err means that the reader closed our output. That is not
// a failure.
func gone(err error) bool {
	return slices.ContainsFunc(brokenPipe, func(e error) bool { return errors.Is(err, e) })
}
