package tasks

import (
	"context"
	"slices"
	"sync"
	"time"

	"example.com/hikgrab/nvr"
)

// Finding is what a survey learned of one recorder.
type Finding struct {
	Address  string
	Name     string // from the sheet
	Source   string // the row that names it
	Device   nvr.Device
	SignedIn bool
	// LoginTries is how many bad logins in a row lock this machine out, 0 if the
	// recorder does not say. After a refused login it is how many are left.
	LoginTries int
	Disks      []nvr.Disk   // what it records on, as far as it reports
	Oldest     time.Time    // begin of the earliest recording of its first cameras, its wall clock; zero: none
	Clock      nvr.Clock    // how the recorder writes times in searches; ClockAuto: not found out
	Notices    []nvr.Notice // what an operator should know about it
	Cameras    []CameraFinding
	Failure    Failure // zero if the recorder answered
}

// CameraFinding is what a survey learned of one camera.
type CameraFinding struct {
	Track       nvr.Track
	Name        string
	Offline     bool
	Period      Span           // what was asked for, the recorder's wall clock
	Recordings  int            // a minimum if Failure is set
	Bytes       int64          // announced
	First, Last time.Time      // begin of the earliest, end of the latest recording
	Recorded    time.Duration  // the sum of the recordings' lengths
	Kinds       map[string]int // recordings by what they were made for, "" if the recorder does not say
	Others      int            // recordings of kinds not asked for, in none of the above
	Failure     Failure        // zero if the search succeeded
	Reason      string         // for a camera without recordings: the most likely reason, for a person
}

// Survey signs in to every recorder of list, lists its cameras and their
// recordings, and passes what it learned of each to found, one call at a time,
// as recorders answer. It plans, searches and waits as a run does, but
// downloads nothing and needs no Options.Archive. It returns ctx's error if it
// was cut short.
func Survey(ctx context.Context, list []Task, o Options, found func(Finding)) error {
	o.Look, o.OnlyFailed, o.Archive = true, false, nil
	q := NewQueue(list, o)
	run, stop := context.WithCancel(ctx)
	var queue sync.WaitGroup
	defer queue.Wait()
	defer stop()
	queue.Go(func() { q.Run(run) })
	told := map[RecorderID]bool{}
	for {
		findings, finished := q.findings(told)
		for _, f := range findings {
			found(f)
		}
		if finished {
			return nil
		}
		select {
		case <-time.After(checkEvery):
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// findings returns what was learned of recorders whose survey is finished and
// not yet told, and whether those are all.
func (q *Queue) findings(told map[RecorderID]bool) (list []Finding, finished bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	finished = !q.started.IsZero()
	for _, r := range q.recorders {
		switch {
		case told[r.id]:
		case q.started.IsZero(), slices.ContainsFunc(r.cameras, func(c *camera) bool { return !c.state.Ended() }):
			finished = false
		default:
			told[r.id] = true
			list = append(list, r.finding())
		}
	}
	return list, finished
}

func (r *recorder) finding() Finding {
	f := Finding{
		Address: r.address, Name: r.name, Source: r.source, Device: r.device, SignedIn: r.signedIn, LoginTries: r.tries,
		Disks: r.disks, Oldest: r.oldest,
	}
	if r.signedIn {
		f.Clock, _ = r.client.Clock()
		if notice := r.client.ClockNotice(); notice != (nvr.Notice{}) {
			f.Notices = append(f.Notices, notice)
		}
	}
	if r.hold.Held() {
		f.Failure = Failure{Kind: r.hold.Kind.String(), What: r.hold.What, Remedy: r.hold.Remedy}
	}
	var unknown []CameraFinding // names that the recorder does not have
	for _, c := range r.cameras {
		switch {
		case c.channel == 0 && r.listed:
			unknown = append(unknown, CameraFinding{Failure: c.why()})
		case c.channel == 0 || !r.signedIn:
			if f.Failure.Kind == "" {
				f.Failure = c.why()
			}
		case len(c.spans) == 0: // a period that contradicts itself
			f.Failure = c.why()
		default:
			f.Cameras = append(f.Cameras, c.finding())
		}
	}
	f.Cameras = append(f.Cameras, unknown...)
	return f
}

// datedCameras is how many cameras of a recorder are asked for their earliest
// recording: all share its disks, and each takes some eight requests.
const datedCameras = 4

// keeps notes the earliest recording of a camera; before is a recording before
// the period, if any.
func (r *recorder) keeps(c *camera, before time.Time) {
	for _, rec := range c.recordings {
		if before.IsZero() || rec.Start.Before(before) {
			before = rec.Start
		}
	}
	if before.IsZero() {
		return
	}
	r.dated++
	if r.oldest.IsZero() || before.Before(r.oldest) {
		r.oldest = before
	}
}

// Kept returns how long the recorder keeps recordings, at now by this machine's
// clock; 0 if unknown.
func (f Finding) Kept(now time.Time) time.Duration {
	if f.Oldest.IsZero() {
		return 0
	}
	return max(0, f.Device.WallClock(now).Sub(f.Oldest))
}

func (c *camera) finding() CameraFinding {
	f := CameraFinding{
		Track: c.track(), Name: c.name, Offline: c.offline, Recordings: len(c.recordings), Reason: c.reason,
		Period: Span{From: c.spans[0].From, To: c.spans[len(c.spans)-1].To},
	}
	if !c.searched {
		f.Failure = c.why()
	}
	f.Kinds = map[string]int{}
	for _, n := range c.others {
		f.Others += n
	}
	for _, rec := range c.recordings {
		f.Kinds[rec.Kind]++
		if f.First.IsZero() || rec.Start.Before(f.First) {
			f.First = rec.Start
		}
		f.Last = later(f.Last, rec.End)
		f.Bytes += rec.Size
		f.Recorded += max(0, rec.End.Sub(rec.Start))
	}
	return f
}
