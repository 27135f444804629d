package tasks

import (
	"context"
	"fmt"
	"slices"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/worker"
)

// camera is one line of work. The queue's mutex guards everything in it.
//
// Its state is never set directly: facts change (a worker left, the operator
// asked, a search ended) and settle derives the state from them.
type camera struct {
	id       CameraID
	recorder *recorder
	channel  int // 0: stands for all cameras of a recorder that has not answered yet
	stream   nvr.Stream
	name     string
	offline  bool
	asked    []demand // by the sheet
	spans    []Span   // the wanted spans, on the recorder's clock
	kinds    []Kinds  // wanted kinds for what overlaps demands, which are the spans of asked
	demands  []Span
	others   map[string]int // recordings of unwanted kinds
	spanned  int            // how many of asked are in spans

	state State
	pause bool // the operator wants it paused
	skip  bool // the operator wants it skipped

	searching  bool      // a worker is asking the recorder
	searched   bool      // the recorder has reported everything
	reached    time.Time // how far the failed searches got
	reason     string    // why nothing was found, for a person
	tries      int       // of the search
	searchNext time.Time
	behind     bool // it failed in an earlier run: others are searched first

	searchBlamed bool       // its search was refused while others succeeded
	refusals     int        // of its recordings while others came, since one of its own came
	lost         int        // recordings lost since one came
	sample       *recording // came in this run
	gaveUp       *Failure   // why it stopped trying; nil while it tries

	recordings []*recording
	known      map[recordingKey]*recording
	ready      []*recording // may be fetched now, in this order
	later      []*recording // wait for their next try
	active     []*recording // being downloaded
	growing    []Span       // of recordings left out because the recorder still writes them

	done, failed int
	settled      int64 // bytes on disk of everything but the active
	total        int64 // bytes of everything, as announced until they are on disk
	unsized      int   // unfinished recordings without an announced size

	elsewhere    string           // a machine that has some of the recordings
	derives      bool             // files are to be derived from the recordings
	derived      bool             // all of them have been derived
	notDerived   *Failure         // why deriving failed; nil otherwise
	deriving     *worker.Progress // of the worker that derives now
	stopDeriving context.CancelCauseFunc
	deriveNext   time.Time // when to try again

	told [numStates]bool // searching and downloading were announced since its last start

	began, ended time.Time
	fetched      int64 // bytes over the network of everything but the active
	speed        Gauge
	failure      Failure
}

// recordingKey identifies a recording of one camera. Names alone repeat on some
// devices, and two recordings can have the same start when clocks go back.
type recordingKey struct {
	start, end int64 // Unix milliseconds, because there may be a hundred thousand keys
	name       string
}

// recording is one file to fetch.
type recording struct {
	nvr.Recording
	state    RecordingState
	spare    int64     // bytes that are not expected to come; Size excludes them
	have     int64     // on disk while not active
	attempts int       // that failed
	gone     bool      // the recorder has once said that it does not exist
	blamed   bool      // it was refused while others came
	excused  bool      // it was refused, perhaps because of too many requests at once
	behind   bool      // it failed in an earlier run: others are fetched first
	number   uint64    // of its latest request
	sent     time.Time // time of that request
	next     time.Time
	path     string
	failure  *Failure
	meter    *worker.Meter // while active
	cancel   context.CancelCauseFunc
}

func (c *camera) track() nvr.Track {
	if c.channel == 0 {
		return 0
	}
	return nvr.TrackOf(c.channel, c.stream)
}

func cameraLabel(channel int, s nvr.Stream) string {
	switch {
	case channel == 0:
		return "all cameras"
	case s == nvr.Main || s == 0:
		return fmt.Sprintf("ch%02d", channel)
	default:
		return fmt.Sprintf("ch%02d %s", channel, s)
	}
}

func (c *camera) busy() bool { return c.searching || len(c.active) > 0 || c.deriving != nil }

// lacking reports whether something that can still be had is not on disk.
func (c *camera) lacking() bool {
	return !c.searched || len(c.ready) > 0 || len(c.later) > 0 || len(c.active) > 0
}

// open reports whether there is something left to try.
func (c *camera) open() bool { return c.gaveUp == nil && c.lacking() }

// eager reports whether the queue should work on this camera.
func (c *camera) eager() bool { return !c.skip && !c.pause && c.open() }

func (c *camera) stateNow(now time.Time) State {
	switch {
	case c.skip:
		return Skipped
	case !c.busy() && !c.open() && !c.derivable():
		return c.end()
	case c.pause && c.busy():
		return Pausing
	case c.pause:
		return Paused
	case len(c.active) > 0 || c.deriving != nil:
		return Downloading
	case c.searching:
		return Searching
	case c.derivable():
		return Waiting
	case c.nextTry().After(now):
		return Retrying
	}
	return Waiting
}

// end returns how a camera with nothing left to try has ended.
func (c *camera) end() State {
	whole := !c.lacking() && c.failed == 0 && c.notDerived == nil // what was given up had already come
	switch {
	case whole && len(c.recordings) > 0:
		return Done
	case whole && c.gaveUp == nil:
		return Empty
	case c.done > 0:
		return Incomplete
	}
	return Failed
}

// nextTry returns when the camera can go on by itself: the zero time if it can
// now.
func (c *camera) nextTry() time.Time {
	if len(c.ready) > 0 {
		return time.Time{}
	}
	if !c.searched && c.channel != 0 {
		return c.searchNext
	}
	return c.nextLater()
}

// nextLater returns when the first of later is due; zero if there are none.
func (c *camera) nextLater() (next time.Time) {
	for i, r := range c.later {
		if i == 0 || r.next.Before(next) {
			next = r.next
		}
	}
	return next
}

// add adds a recording that a search found. It reports whether it is new.
func (c *camera) add(rec nvr.Recording) (*recording, bool) {
	key := recordingKey{start: rec.Start.UnixMilli(), end: rec.End.UnixMilli(), name: rec.Name}
	if r, ok := c.known[key]; ok {
		r.URI = rec.URI
		return r, false
	}
	if c.known == nil {
		c.known = make(map[recordingKey]*recording)
	}
	r := &recording{Recording: rec}
	c.known[key] = r
	c.recordings = append(c.recordings, r)
	c.total += rec.Size
	if rec.Size == 0 {
		c.unsized++
	}
	return r, true
}

func (c *camera) release(r *recording) {
	c.active = slices.DeleteFunc(c.active, func(other *recording) bool { return other == r })
}

// finish notes that a recording is on disk, after bytes came from the recorder.
// An MP4 made from them has a few more or less, which must not move the
// progress.
func (c *camera) finish(r *recording, path string, bytes int64) {
	if r.Size == 0 {
		c.unsized--
	}
	c.total += bytes - r.Size
	c.settled += bytes - r.have
	r.state, r.path, r.have, r.Size, r.spare, r.failure = RecordingDone, path, bytes, bytes, 0, nil
	c.done++
	if c.failed == 0 {
		c.failure = Failure{}
	}
}

// why returns what is wrong with a camera: why it was given up, which says more
// than what was active at that time, otherwise the last failure.
func (c *camera) why() Failure {
	if c.gaveUp != nil && c.lacking() {
		return *c.gaveUp
	}
	return c.failure
}

// enqueue puts a recording first or last in the queue for a slot.
func (c *camera) enqueue(r *recording, first bool) {
	r.state, r.next = RecordingWaiting, time.Time{}
	if first && !r.behind {
		c.ready = slices.Insert(c.ready, 0, r)
		return
	}
	at := len(c.ready)
	for !r.behind && at > 0 && c.ready[at-1].behind {
		at--
	}
	c.ready = slices.Insert(c.ready, at, r)
}

// takeReady takes a recording out of the queue for a slot. It reports whether
// it was there.
func (c *camera) takeReady(r *recording) bool {
	i := slices.Index(c.ready, r)
	if i < 0 {
		return false
	}
	if i == 0 {
		c.ready = c.ready[1:] // the usual case, fast for any length
	} else {
		c.ready = slices.Delete(c.ready, i, i+1)
	}
	return true
}

// wake moves the recordings whose retry is due to the front of the queue.
func (c *camera) wake(now time.Time) {
	c.later = slices.DeleteFunc(c.later, func(r *recording) bool {
		if r.next.After(now) {
			return false
		}
		c.enqueue(r, true)
		return true
	})
}
