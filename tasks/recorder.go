package tasks

import (
	"context"
	"slices"
	"time"

	"example.com/hikgrab/nvr"
)

// recorder is one recorder with the cameras wanted of it. The queue's mutex
// guards everything but client.
type recorder struct {
	id      RecorderID
	address string
	config  nvr.Config
	name    string
	source  string
	client  *nvr.Recorder
	lane    lane
	wishes  []wish
	cameras []*camera

	device   nvr.Device
	signedIn bool

	scouting  bool                    // a worker signs in, lists channels or searches
	stopScout context.CancelCauseFunc // ends that worker
	active    int                     // downloads under way
	limit     int                     // downloads at once that it bears at present
	served    uint64                  // when it last got a slot, in the order of all slots given

	hold      Hold
	probing   bool      // held, and one request is out to see whether it still has to be
	misses    int       // probes in a row that found it unreachable or busy
	streak    int       // attempts in a row that brought nothing
	known     bool      // it has answered in this run
	missing   time.Time // since when it has been away, when misses are not 0
	busySince time.Time
	lastBusy  time.Time
	again     bool // the operator asked for another sign-in

	clockNotice string // told already

	workers int           // at work for it now
	dropped bool          // it is no longer the queue's: what its workers report changes nothing
	left    chan struct{} // closed when it is dropped and its last worker has left
}

// depart takes a worker of the recorder off the books. It reports whether what
// the worker has to say still matters.
func (r *recorder) depart() bool {
	r.workers--
	if r.dropped && r.workers == 0 {
		r.client.Close()
		close(r.left)
	}
	return !r.dropped
}

// wish is what one row wants of a recorder.
type wish struct {
	picks  []Pick // empty: all
	stream nvr.Stream
	period Period
}

// cancelScout ends the worker that signs in or searches.
func (r *recorder) cancelScout(cause error) {
	if r.stopScout != nil {
		r.stopScout(cause)
	}
}

// closed reports whether nothing may be asked of the recorder at now.
func (r *recorder) closed(now time.Time) bool {
	if !r.hold.Held() {
		return false
	}
	if r.hold.Until.IsZero() || r.hold.Until.After(now) {
		return true
	}
	return r.scouting || r.active > 0 // one probe at a time
}

// free reports whether another download may start now.
func (r *recorder) free(now time.Time) bool {
	return r.signedIn && r.active < r.limit && !r.closed(now)
}

// nextReady returns the camera whose recording is fetched next: the first that
// has one ready, cameras that have none under way before the others.
func (r *recorder) nextReady(now time.Time) *camera {
	var second *camera
	for _, c := range r.cameras {
		c.wake(now)
		if !c.eager() || len(c.ready) == 0 {
			continue
		}
		if len(c.active) == 0 {
			return c
		}
		if second == nil {
			second = c
		}
	}
	return second
}

// errand is what a scout does next for a recorder.
type errand struct {
	meet   bool    // sign in and list the channels
	camera *camera // or search this camera
}

// nextErrand returns what has to be asked of the recorder before more can be
// fetched.
func (r *recorder) nextErrand(now time.Time) (errand, bool) {
	if r.scouting || r.closed(now) {
		return errand{}, false
	}
	for _, c := range r.cameras {
		switch {
		case !c.eager():
		case !r.signedIn || c.channel == 0:
			return errand{meet: true}, true
		case !c.searched && !c.searchNext.After(now):
			return errand{camera: c}, true
		}
	}
	return errand{}, false
}

// camera returns the recorder's camera for a channel's stream, nil when there
// is none.
func (r *recorder) camera(channel int, s nvr.Stream) *camera {
	i := slices.IndexFunc(r.cameras, func(c *camera) bool {
		return c.channel == channel && c.stream == s
	})
	if i < 0 {
		return nil
	}
	return r.cameras[i]
}
