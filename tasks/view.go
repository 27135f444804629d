package tasks

import (
	"slices"
	"time"
)

// sample takes the measurements for the rates and looks for signs of life from
// what is held.
func (q *Queue) sample(now time.Time) {
	for _, r := range q.recorders {
		if (r.active > 0 || r.querying) && q.fenced(r) { // its workers must leave
			r.cancelQuery(errFenced)
			for _, c := range r.cameras {
				c.stop(errFenced)
			}
		}
	}
	total := q.fetched
	for _, r := range q.recorders {
		q.expectAgain(r)
		fetched := int64(0)
		for _, c := range r.cameras {
			fetched += c.fetched
			if len(c.active) == 0 {
				continue
			}
			coming := c.coming()
			fetched += coming
			total += coming
			c.speed.Add(now, c.fetched+coming)
			for _, rec := range c.active {
				if r.probing == rec.number && rec.meter.Fetched.Load() > 0 { // the recorder serves
					q.served(r, part{c, rec}, rec.number, now)
				}
			}
			if coming > 0 {
				q.volumeTakes(now)
			}
		}
		r.measure(now, fetched, q.limiter.Limit() > 0)
	}
	q.speed.Add(now, total)
	q.keepTimetable(now)
	q.updateForecast(now)
}

// measure adds the bytes that a recorder has sent so far. With a bandwidth
// limit nothing shows how many downloads at once suit it.
func (r *recorder) measure(now time.Time, fetched int64, limited bool) {
	took, came := now.Sub(r.measured), fetched-r.fetched
	r.measured, r.fetched = now, fetched
	if r.active == 0 || took <= 0 || took > 10*time.Second || came < 0 {
		return
	}
	r.pace.learn(took.Seconds(), came, r.active)
	if !limited {
		r.load.learn(now, took, came, r.active)
	}
}

func (c *camera) coming() int64 {
	var n int64
	for _, rec := range c.active {
		n += rec.meter.Fetched.Load()
	}
	return n
}

// bytes returns what is on disk, complete or in part.
func (c *camera) bytes() int64 {
	n := c.settled
	for _, rec := range c.active {
		n += rec.meter.Have.Load()
	}
	return n
}

// Snapshot copies the present state into s.
func (q *Queue) Snapshot(s *Snapshot) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	*s = Snapshot{
		At:          now,
		Recorders:   s.Recorders[:0],
		Cameras:     s.Cameras[:0],
		Rates:       q.speed.Rates(s.Rates[:0]),
		Peak:        q.speed.Peak(),
		TotalKnown:  true,
		Fetched:     q.fetched,
		Rate:        q.speed.Over(shownOver),
		Jobs:        q.jobs,
		PerRecorder: q.options.PerRecorder,
		Active:      q.active,
		Limit:       q.limiter.Limit(),
		LimitUntil:  q.nextLimit,
		AllPaused:   q.pausedAll,
		Finished:    !q.started.IsZero() && q.done(),
		Disk:        Disk{Free: q.free.Load(), Held: q.volume.failure.What},
	}
	switch {
	case q.started.IsZero():
	case q.finished.IsZero():
		s.Elapsed = now.Sub(q.started)
	default:
		s.Elapsed = q.finished.Sub(q.started)
	}
	if !q.options.Look {
		s.Disk.Dir = q.options.Archive.Dir()
	}
	if q.active == 0 {
		s.Rate = 0
	}
	for _, r := range q.recorders {
		q.viewRecorder(s, r, now)
	}
	q.viewEnd(s)
}

// viewEnd sets in s when everything is over, and what everything waits for. Of
// several recorders that end together it keeps naming the same one.
func (q *Queue) viewEnd(s *Snapshot) {
	if !s.TotalKnown {
		return
	}
	var named time.Duration
	for i := range s.Recorders {
		v := &s.Recorders[i]
		if v.ETA > s.ETA {
			s.ETA, s.Slowest = v.ETA, v.ID
		}
		if v.ID == q.slowest {
			named = v.ETA
		}
	}
	if named > s.ETA-s.ETA/20 {
		s.Slowest = q.slowest
	}
	q.slowest = s.Slowest
}

// Working reports whether something is active or will go on by itself, so that
// the machine should not go to sleep.
func (q *Queue) Working() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.started.IsZero() || q.run.Err() != nil || q.done() {
		return false
	}
	if q.active > 0 || q.queries > 0 || q.derivers > 0 {
		return true
	}
	for c := range q.every() {
		if c.eager() || c.derivable() && !c.skip && !c.pause {
			return true
		}
	}
	return false
}

func (q *Queue) viewRecorder(s *Snapshot, r *recorder, now time.Time) {
	v := RecorderView{
		ID: r.id, Address: r.address, Name: r.name, Source: r.source, Network: r.network,
		Device: r.device, SignedIn: r.signedIn,
		First: len(s.Cameras), Count: len(r.cameras),
		Active: r.active, Limit: r.load.limit, Full: r.load.full, Hold: r.hold, TotalKnown: true,
	}
	for _, c := range r.cameras {
		s.Cameras = append(s.Cameras, c.view(q.options.Retries, now))
		s.Fetched += c.coming()
	}
	s.Add(v)
	if added := &s.Recorders[len(s.Recorders)-1]; added.TotalKnown && r.end.After(now) && !q.pausedAll {
		added.ETA = max(r.end.Sub(now).Round(time.Second), time.Second)
	}
}

// Add adds a recorder to the snapshot and to its sums. Its cameras are already
// there, as First and Count say. TotalKnown must be set.
func (s *Snapshot) Add(v RecorderView) {
	for _, cv := range s.Cameras[v.First : v.First+v.Count] {
		v.Counts[cv.State]++
		s.Counts[cv.State]++
		v.Bytes += cv.Bytes
		v.Total += cv.Total
		s.Total += cv.Total
		if cv.State == Skipped { // the operator does not want it
			s.Total -= cv.Total - cv.Bytes
		}
		if !cv.State.Ended() {
			s.Needed += cv.Total - cv.Bytes
		}
		v.TotalKnown = v.TotalKnown && (cv.TotalKnown || cv.State == Skipped)
		v.Rate += cv.Rate
		s.Files += cv.Files
		s.Recordings += cv.Recordings
	}
	v.State = groupState(v.Counts, v.Count)
	s.Bytes += v.Bytes
	s.TotalKnown = s.TotalKnown && v.TotalKnown
	s.Recorders = append(s.Recorders, v)
}

func (c *camera) view(tries int, now time.Time) CameraView {
	v := CameraView{
		ID: c.id, Recorder: c.recorder.id, Channel: c.channel, Stream: c.stream, Track: c.track(),
		Name: c.name, Offline: c.offline, State: c.state,
		Bytes: c.bytes(), Total: c.total, TotalKnown: (c.searched || c.gaveUp != nil) && c.unsized == 0,
		Files: c.done, Recordings: len(c.recordings), Active: len(c.active),
		Attempts: tries, Failure: c.why(), Partial: !c.searched,
	}
	v.Total = max(v.Total, v.Bytes)
	for _, rec := range c.active {
		v.Attempt = max(v.Attempt, rec.attempts+1)
	}
	if c.state == Retrying {
		v.Next = c.nextTry()
		v.Attempt = c.tries + 1
		for _, rec := range c.later {
			v.Attempt = max(v.Attempt, rec.attempts+1)
		}
	}
	if c.deriving != nil {
		v.Deriving, v.DerivingDone = c.deriving.View()
	}
	if c.state == Empty {
		v.Reason = c.reason
	}
	if c.state.Ended() {
		v.Took = c.tookUntil(now)
	}
	if len(c.active) > 0 {
		v.Rate = c.speed.Mean()
		if v.TotalKnown {
			v.ETA = ETA(v.Total-v.Bytes, v.Rate)
		}
	}
	return v
}

// Events appends to buf the events after seq, oldest first. The queue keeps the
// latest 10,000; a reader that falls further behind sees a gap in Seq.
func (q *Queue) Events(seq uint64, buf []Event) []Event {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.events.Since(seq, buf)
}

// Camera returns one camera with all its recordings; false if there is no such
// camera.
func (q *Queue) Camera(id CameraID) (CameraDetail, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	c := q.camera(id)
	if c == nil {
		return CameraDetail{}, false
	}
	d := CameraDetail{
		CameraView: c.view(q.options.Retries, time.Now()),
		Periods:    slices.Clone(c.spans),
		Growing:    slices.Clone(c.growing),
		Rates:      c.speed.Rates(nil),
		Events:     q.events.Of(id),
		Recordings: make([]RecordingView, 0, len(c.recordings)),
	}
	for _, rec := range c.recordings {
		d.Recordings = append(d.Recordings, rec.view())
	}
	return d, true
}

func (r *recording) view() RecordingView {
	v := RecordingView{
		Start: r.Start, End: r.End, State: r.state, Bytes: r.have, Size: r.Size,
		Next: r.next, Path: r.path,
	}
	if r.meter != nil {
		v.Bytes = r.meter.Have.Load()
	}
	if r.failure != nil {
		v.Failure = *r.failure
	}
	return v
}
