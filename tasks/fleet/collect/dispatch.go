package collect

import (
	"context"
	"errors"
	"fmt"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/fleet"
	"example.com/hikgrab/tasks/worker"
)

// VerifyThere is the remedy when a machine does not have a file it reported.
const VerifyThere nvr.Remedy = "verify-there"

const (
	triesAtMost  = 5 // of one file, when its machine or the disk here has trouble with it
	noRoomAgain  = 10 * time.Second
	inUseAgain   = 2 * time.Second
	longestPause = time.Minute
)

// advance starts what is due: for each machine present, its files in order.
func (q *Queue) advance(now time.Time) {
	if q.run == nil || q.run.Err() != nil || q.draining || q.paused {
		return
	}
	for _, m := range q.machines {
		for m.ended < len(m.files) && m.files[m.ended].state.Ended() {
			m.ended++
		}
		if !m.present || m.active >= perMachine {
			continue
		}
		for _, f := range m.files[m.ended:] {
			if m.active >= perMachine || q.active >= q.jobs || !q.writable(now) {
				break
			}
			if s := f.from(m); s != nil && f.due(now) {
				q.start(f, s, now)
			}
		}
	}
}

// writable reports whether another file may start. On a disk that was full they
// start one at a time, to see whether it takes data again.
func (q *Queue) writable(now time.Time) bool {
	return q.disk.failure.Kind == "" || q.active == 0 && !q.disk.until.After(now)
}

func (q *Queue) start(f *file, s *source, now time.Time) {
	ctx, stop := context.WithCancelCause(q.run)
	f.state, f.stop, f.began, f.meter = tasks.Downloading, stop, now, &worker.Meter{}
	s.machine.active++
	q.active++
	work := transfer{of: q.o.Hub, archive: q.o.Archive, limiter: q.limiter, from: s.machine, file: s.file, meter: f.meter}
	q.workers.Go(func() {
		defer stop(nil)
		got, err := work.do(ctx)
		q.change(func(now time.Time) { q.came(f, s, got, err, now) })
	})
}

func (q *Queue) came(f *file, s *source, got archive.File, err error, now time.Time) {
	q.active--
	s.machine.active--
	f.fetched += f.meter.Fetched.Load()
	f.stop = nil
	f.took += now.Sub(f.began)
	wanted := f.wanted
	f.wanted = 0
	switch {
	case err == nil:
		q.arrived(f, s, got)
	case q.run.Err() != nil, errors.Is(err, errByOperator):
		f.state = wanted // Waiting unless the operator asked for another
	case errors.Is(err, fleet.ErrAbsent), errors.Is(err, errSilent):
		f.state = tasks.Waiting
		q.lost(s.machine, err, now)
	default:
		q.failed(f, s, err, now)
		if wanted != tasks.Waiting && !f.state.Ended() {
			f.state = wanted
		}
	}
}

func (q *Queue) arrived(f *file, s *source, got archive.File) {
	f.state, f.path, f.failure = tasks.Done, got.Path, tasks.Failure{}
	f.meter.Have.Store(f.bytes)
	q.derivations.stale = true
	e := q.about(f, s.machine, tasks.EventFile, f.about.Start.Format("2006-01-02 15:04:05")+"–"+f.about.End.Format("15:04:05")+" has arrived")
	e.Path, e.Bytes, e.Took = got.Path, got.Bytes, f.took
	q.o.Tell(e)
}

func (q *Queue) about(f *file, m *machine, t tasks.EventType, text string) tasks.Event {
	return tasks.Event{
		Type: t, Recorder: f.group.group, Address: f.about.Recorder, Camera: f.id, Channel: f.about.Track.Channel(), Track: f.about.Track,
		CameraName: f.about.Camera, State: f.state, Machine: m.name, Message: text,
	}
}

// failed decides what happens to a file whose transfer failed.
func (q *Queue) failed(f *file, s *source, err error, now time.Time) {
	failure := tasks.FailureOf(err, now)
	again := func(after time.Duration) { f.state, f.next, f.failure = tasks.Retrying, now.Add(after), failure }
	refuse := func(what string) {
		failure.What, failure.Remedy = s.machine.name+" "+what, VerifyThere
		s.refused = failure.What
		q.refused(f, s, failure)
	}
	_, unnamed := errors.AsType[*worker.PlaceError](err)
	lost, unreadable := errors.AsType[*fleet.LostError](err)
	switch kind := archive.KindOf(err); {
	case errors.Is(err, archive.ErrNotHere):
		failure.Kind = nvr.Gone.String()
		refuse("does not have this file any more, or it was changed there")
	case kind == archive.Damaged:
		if s.wrong++; s.wrong >= wrongAtMost {
			refuse("sent different bytes than it reported; they were rejected")
			break
		}
		failure.What = s.machine.name + " sent different bytes than it reported; they were rejected"
		again(0)
		q.o.Tell(q.failing(f, s, tasks.EventRetry, failure, "the bytes differ from what was reported; trying once more"))
	case (kind == archive.Full || kind == archive.Denied) && !unnamed:
		f.state = tasks.Waiting
		q.hold(failure, now)
	case kind == archive.NoRoom:
		again(noRoomAgain)
	case kind == archive.InUse:
		again(inUseAgain)
	case kind == archive.TooLarge:
		q.giveUp(f, s, failure)
	default:
		if unreadable {
			failure.What = s.machine.name + " cannot read it: " + lost.Reason
		}
		if f.tries++; f.tries < triesAtMost {
			again(min(time.Second<<f.tries, longestPause))
			q.o.Tell(q.failing(f, s, tasks.EventRetry, failure, fmt.Sprintf("%s, attempt %d of %d", failure.What, f.tries+1, triesAtMost)))
			break
		}
		if unreadable {
			s.refused, f.tries = failure.What, 0
			q.refused(f, s, failure)
			break
		}
		q.giveUp(f, s, failure)
	}
}

// refused stops asking a machine for a file. Another machine is asked instead;
// if there is none, the file fails.
func (q *Queue) refused(f *file, s *source, failure tasks.Failure) {
	if f.awaited() {
		f.state, f.failure = tasks.Waiting, failure
		q.o.Tell(q.failing(f, s, tasks.EventRetry, failure, failure.What+"; another machine has it too"))
		return
	}
	q.giveUp(f, s, failure)
}

func (q *Queue) giveUp(f *file, s *source, failure tasks.Failure) {
	f.state, f.failure = tasks.Failed, failure
	q.o.Tell(q.failing(f, s, tasks.EventError, failure, failure.What))
}

func (q *Queue) failing(f *file, s *source, t tasks.EventType, failure tasks.Failure, text string) tasks.Event {
	e := q.about(f, s.machine, t, text)
	e.Failure = failure
	if t == tasks.EventRetry {
		e.Next = f.next
	}
	return e
}

// hold stops writing to a disk that is full or denies access.
func (q *Queue) hold(failure tasks.Failure, now time.Time) {
	news := q.disk.failure.Kind != failure.Kind
	q.disk = disk{failure, now.Add(diskAgain)}
	if news {
		q.o.Tell(tasks.Event{Type: tasks.EventError, Failure: failure, Message: failure.What + "; files wait and come by themselves"})
	}
}
