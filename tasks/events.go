package tasks

import (
	"context"
	"log/slog"
	"time"
)

// ringSize is how many events the queue remembers.
const ringSize = 10_000

// ring holds the latest events. Its owner's mutex guards it.
type ring struct {
	events []Event
	seq    uint64 // of the latest event; the first has 1
}

// push stores e under the next number.
func (r *ring) push(e Event) {
	r.seq++
	e.Seq = r.seq
	if e.Remedy == "" {
		e.Remedy = e.Failure.Remedy
	}
	if len(r.events) < ringSize {
		r.events = append(r.events, e)
		return
	}
	r.events[(r.seq-1)%ringSize] = e
}

// since appends to buf the events after seq, oldest first.
func (r *ring) since(seq uint64, buf []Event) []Event {
	first := max(seq+1, r.seq-uint64(len(r.events))+1)
	for n := first; n <= r.seq; n++ {
		buf = append(buf, r.events[(n-1)%ringSize])
	}
	return buf
}

// of returns the latest n events of a camera, oldest first.
func (r *ring) of(id CameraID, n int) []Event {
	var found []Event
	for seq := r.seq; seq > r.seq-uint64(len(r.events)) && len(found) < n; seq-- {
		if e := r.events[(seq-1)%ringSize]; e.Camera == id {
			found = append(found, e)
		}
	}
	for i, j := 0, len(found)-1; i < j; i, j = i+1, j-1 {
		found[i], found[j] = found[j], found[i]
	}
	return found
}

// tell records an event that concerns a recorder. The caller holds the mutex.
func (q *Queue) tell(r *recorder, now time.Time, e Event) {
	e.Time = now
	e.Recorder, e.Address = r.id, r.address
	if e.Camera == 0 {
		e.Camera = -1
	}
	q.events.push(e)
	q.logEvent(e)
}

// tellOf records an event that concerns a camera. The caller holds the mutex.
func (q *Queue) tellOf(c *camera, now time.Time, e Event) {
	e.Time = now
	e.Recorder, e.Address = c.recorder.id, c.recorder.address
	e.Camera, e.Channel, e.Track, e.CameraName = c.id, c.channel, c.track(), c.name
	e.State = c.state
	q.events.push(e)
	q.logEvent(e)
}

// tellAll records an event that concerns the run. The caller holds the mutex.
func (q *Queue) tellAll(now time.Time, e Event) {
	e.Time, e.Camera = now, -1
	q.events.push(e)
	q.logEvent(e)
}

// logEvent has the event written to the log, which may be on a disk that hangs.
func (q *Queue) logEvent(e Event) {
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
	if e.Camera >= 0 {
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
