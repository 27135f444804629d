package tasks

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"time"
)

// mostEvents is how many events an EventLog keeps, ofCamera how many Of
// returns.
const (
	mostEvents = 10_000
	ofCamera   = 20
)

// EventLog holds the latest 10,000 events. The zero value is empty and ready to
// use; it is not safe for concurrent use.
type EventLog struct {
	events []Event
	seq    uint64 // of the latest event; the first has 1
}

// Push stores e under the next number. It fills in what is missing: the time is
// now, no camera is concerned, and the remedy is that of the failure.
func (l *EventLog) Push(e Event) {
	l.seq++
	e.Seq, e.Remedy = l.seq, cmp.Or(e.Remedy, e.Failure.Remedy)
	e.Camera = cmp.Or(e.Camera, -1)
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	if len(l.events) < mostEvents {
		l.events = append(l.events, e)
		return
	}
	l.events[(l.seq-1)%mostEvents] = e
}

// Since appends to buf the events after seq, oldest first.
func (l *EventLog) Since(seq uint64, buf []Event) []Event {
	first := max(seq+1, l.seq-uint64(len(l.events))+1)
	for n := first; n <= l.seq; n++ {
		buf = append(buf, l.events[(n-1)%mostEvents])
	}
	return buf
}

// Of returns the latest 20 events of a camera, oldest first.
func (l *EventLog) Of(id CameraID) []Event {
	var found []Event
	for seq := l.seq; seq > l.seq-uint64(len(l.events)) && len(found) < ofCamera; seq-- {
		if e := l.events[(seq-1)%mostEvents]; e.Camera == id {
			found = append(found, e)
		}
	}
	slices.Reverse(found)
	return found
}

// tell records an event about a recorder. The caller holds the mutex.
func (q *Queue) tell(r *recorder, now time.Time, e Event) {
	e.Recorder, e.Address = r.id, r.address
	q.tellAll(now, e)
}

// tellOf records an event about a camera. The caller holds the mutex.
func (q *Queue) tellOf(c *camera, now time.Time, e Event) {
	e.Camera, e.Channel, e.Track, e.CameraName = c.id, c.channel, c.track(), c.name
	e.State = c.state
	q.tell(c.recorder, now, e)
}

// tellAll records an event about the run and has it written to the log, which
// may be on a disk that hangs. The caller holds the mutex.
func (q *Queue) tellAll(now time.Time, e Event) {
	e.Time = now
	q.events.Push(e)
	level := slog.LevelInfo
	if e.Bad() {
		level = slog.LevelWarn
	}
	ctx := context.Background()
	if !q.log.Enabled(ctx, level) {
		return
	}
	var args []any
	if e.Address != "" {
		args = append(args, "recorder", e.Address)
	}
	if e.Camera > 0 {
		args = append(args, "camera", cameraLabel(e.Channel, e.Track.Stream()), "state", e.State.String())
	}
	if e.Path != "" {
		args = append(args, "path", e.Path, "bytes", e.Bytes, "took", e.Took)
	}
	if e.Attempt > 0 {
		args = append(args, "attempt", e.Attempt)
	}
	if !e.Next.IsZero() {
		args = append(args, "next", e.Next)
	}
	if e.Bad() {
		args = append(args, "kind", e.Failure.Kind, "failure", e.Failure.What, "remedy", e.Remedy)
	}
	record := slog.NewRecord(e.Time, level, e.Message, 0)
	record.Add(args...)
	q.note(func() { _ = q.log.Handler().Handle(ctx, record) }) // a log that cannot be written cannot say so either
}
