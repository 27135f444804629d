package collect

import (
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

// shownOver is the period of the overall rate.
const shownOver = 10 * time.Second

// AddTo adds the machines and their files to a snapshot of everything else,
// whose cameras may all have ended.
func (q *Queue) AddTo(s *tasks.Snapshot) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	silent := map[string]time.Duration{}
	for _, m := range s.Machines {
		silent[m.ID] = m.Silent
	}
	of := map[*machine][]*file{}
	for _, f := range q.files {
		of[f.group] = append(of[f.group], f)
	}
	rest := int64(0)
	for _, m := range q.machines {
		if len(of[m]) == 0 {
			continue
		}
		v := tasks.RecorderView{
			ID: m.group, Address: m.name, SignedIn: m.answers > 0, First: len(s.Cameras), Count: len(of[m]),
			Active: m.active, Limit: perMachine, TotalKnown: true, Collected: true, Hold: q.held(m, silent[string(m.id)], now),
		}
		for _, f := range of[m] {
			c := q.row(f)
			if !c.State.Ended() {
				rest += c.Total - c.Bytes
			}
			s.Fetched += f.total()
			s.Cameras = append(s.Cameras, c)
		}
		s.Add(v)
		last := &s.Recorders[len(s.Recorders)-1]
		if last.Rate > 0 && !last.State.Ended() {
			last.ETA = tasks.ETA(last.Total-last.Bytes, last.Rate)
		}
	}
	q.addDerived(s)
	q.addSums(s, rest, now)
}

func (q *Queue) addSums(s *tasks.Snapshot, rest int64, now time.Time) {
	rates := q.speed.Rates(nil)
	for i := 1; i <= len(rates); i++ {
		if i > len(s.Rates) {
			s.Rates = append(rates[:len(rates)-i+1:len(rates)-i+1], s.Rates...)
			break
		}
		s.Rates[len(s.Rates)-i] += rates[len(rates)-i]
	}
	s.Peak = max(s.Peak, q.speed.Peak())
	s.Active += q.active
	if q.active > 0 {
		rate := q.speed.Over(shownOver)
		s.Rate += rate
		s.ETA = max(s.ETA, tasks.ETA(rest, rate))
	}
	if s.Disk.Free < 0 {
		s.Disk.Free = q.free
	}
	if s.Disk.Held == "" {
		s.Disk.Held = q.disk.failure.What
	}
	s.AllPaused = s.AllPaused || q.paused
	s.Finished = s.Finished && !q.open(now)
	switch {
	case q.started.IsZero():
	case q.ended.IsZero():
		s.Elapsed = max(s.Elapsed, now.Sub(q.started))
	default:
		s.Elapsed = max(s.Elapsed, q.ended.Sub(q.started))
	}
}

// held says why nothing arrives from a machine.
func (q *Queue) held(m *machine, silent time.Duration, now time.Time) tasks.Hold {
	if m.present && silent == 0 || now.Sub(q.started) < lookEvery {
		return tasks.Hold{}
	}
	return tasks.Hold{Kind: nvr.Unreachable, Until: now.Add(lookEvery), What: m.name + " is not there", Remedy: StartMachine}
}

func (q *Queue) row(f *file) tasks.CameraView {
	v := tasks.CameraView{
		ID: f.id, Recorder: f.group.group, Channel: f.about.Track.Channel(), Stream: f.about.Track.Stream(), Track: f.about.Track,
		Name: f.title, State: f.state,
		Bytes: f.have(), Total: f.bytes, TotalKnown: true, Recordings: 1, Attempts: triesAtMost, Next: f.next, Failure: f.failure,
	}
	switch {
	case f.state == tasks.Done:
		v.Files = 1
	case f.stop != nil:
		v.Active, v.Attempt, v.Rate = 1, f.tries+1, f.speed.Mean()
		v.ETA = tasks.ETA(v.Total-v.Bytes, v.Rate)
	case f.state == tasks.Retrying:
		v.Attempt = f.tries + 1
	}
	if f.state.Ended() {
		v.Took = f.took
	}
	return v
}

func (q *Queue) addDerived(s *tasks.Snapshot) {
	if len(q.derivations.rows) == 0 {
		return
	}
	v := tasks.RecorderView{ID: firstDerived, Address: q.o.Name, SignedIn: true, First: len(s.Cameras), Count: len(q.derivations.rows), TotalKnown: true, Collected: true}
	for _, m := range q.derivations.rows {
		c := tasks.CameraView{
			ID: m.id, Recorder: firstDerived, Channel: m.camera.Track.Channel(), Stream: m.camera.Track.Stream(), Track: m.camera.Track,
			Name: m.camera.Recorder + " " + m.camera.Name, State: m.state, TotalKnown: true, Failure: m.failure, Took: m.took,
		}
		if m.state == tasks.Downloading {
			c.Deriving, c.DerivingDone = m.progress.View()
		}
		s.Cameras = append(s.Cameras, c)
	}
	s.Add(v)
}

// Camera returns one file; false if there is no such file.
func (q *Queue) Camera(id tasks.CameraID) (tasks.CameraDetail, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := int(id) - firstID
	if i < 0 || i >= len(q.files) {
		return tasks.CameraDetail{}, false
	}
	f := q.files[i]
	v := q.row(f)
	state := map[tasks.State]tasks.RecordingState{
		tasks.Downloading: tasks.RecordingActive, tasks.Retrying: tasks.RecordingRetrying, tasks.Done: tasks.RecordingDone, tasks.Failed: tasks.RecordingFailed,
	}[f.state] // the others wait
	return tasks.CameraDetail{
		CameraView: v, Periods: []tasks.Span{{From: f.about.Start, To: f.about.End}}, Rates: f.speed.Rates(nil),
		Recordings: []tasks.RecordingView{{
			Start: f.about.Start, End: f.about.End, State: state, Bytes: v.Bytes, Size: f.bytes, Next: f.next, Failure: f.failure, Path: f.path,
		}},
	}, true
}
