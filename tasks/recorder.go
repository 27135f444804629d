package tasks

import (
	"context"
	"slices"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/worker"
)

// recorder is one recorder with its wanted cameras. The queue's mutex guards
// everything but client.
type recorder struct {
	id      RecorderID
	address string
	config  nvr.Config
	name    string
	source  string
	network string
	serial  string        // of the device that another machine met at its address; empty: any
	client  *nvr.Recorder // made on the first request: a sheet may name ten thousand
	lane    worker.Lane
	rows    []row
	cameras []*camera

	device   nvr.Device
	channels []nvr.Channel // as it lists them
	listed   bool          // channels is what it has
	tries    int           // bad logins in a row that lock this machine out; 0 if unknown
	signedIn bool
	byTime   bool // it is asked only for the wanted part of its recordings

	querying  bool                    // a worker signs in, lists channels, searches or probes
	queryID   uint64                  // the number of its request
	stopQuery context.CancelCauseFunc // stops that worker
	active    int                     // active downloads
	load      load                    // how many of them at once
	turn      uint64                  // the number of its latest download
	idle      time.Time               // when the last active download left

	hold      Hold
	doubt     doubt
	probing   uint64    // the request that shows whether to keep holding or doubting it; 0: none is active
	misses    int       // probes in a row that found it unreachable or busy
	missing   time.Time // since when, if misses is not 0
	disks     []nvr.Disk
	oldest    time.Time // begin of the earliest recording, if that was asked for; zero: unknown
	dated     int       // cameras with recordings whose earliest is known
	locked    time.Time // since when it answers only with lock-outs; zero if it does not
	strange   int       // broken answers in a row
	strangeOf *camera   // they all concern this one; nil: several
	spurious  int       // recordings refused without reason: they came later, or others came meanwhile
	known     bool      // it has answered in this run
	again     bool      // the operator asked for another sign-in

	clockNotice nvr.Notice // already told

	pace     pace
	measured time.Time // when fetched was last measured
	fetched  int64     // up to then
	end      time.Time // when it will have finished; zero if unknown

	dirty   bool          // something was started for it, so its cameras' states need an update
	workers int           // working on it now
	dropped bool          // it is no longer the queue's: what its workers report changes nothing
	left    chan struct{} // closed when it is dropped and its last worker has left
}

// depart removes a worker of the recorder from the counts. It reports whether
// the worker's result still matters.
func (r *recorder) depart() bool {
	r.workers--
	if r.dropped && r.workers == 0 {
		r.close()
		close(r.left)
	}
	return !r.dropped
}

// forgive lets a refused client ask again, because the operator says so.
func (r *recorder) forgive() {
	if r.client != nil {
		r.client.Forgive()
	}
}

func (r *recorder) close() {
	if r.client != nil {
		r.client.Close()
	}
}

// demand says which recordings a row wants of a camera.
type demand struct {
	period Period
	kinds  Kinds
}

// row is what one row of the sheet wants of a recorder.
type row struct {
	picks  []Pick // empty: all
	stream nvr.Stream
	demand
	source string // the row
}

func (r *recorder) cancelQuery(cause error) {
	if r.stopQuery != nil {
		r.stopQuery(cause)
	}
}

// closed reports whether nothing may be asked of the recorder at now: while it
// is held, and while one request is out that shows whether it serves.
func (r *recorder) closed(now time.Time) bool {
	switch h := r.hold; {
	case r.probing != 0:
		return true
	case !h.Held():
		return false
	case h.Until.IsZero() || h.Until.After(now):
		return true
	case h.Kind == nvr.Busy && r.misses == 1:
		return r.querying // it may be busy for lack of room: one look while others go on
	}
	return r.querying || r.active > 0
}

// ask is the next request to a recorder; the zero ask is none.
type ask struct {
	meet      bool       // sign in and list the channels
	camera    *camera    // search this camera,
	recording *recording // or fetch this recording of it
	proof     bool       // only see whether it answers: the beginning of the recording, or a small question
}

// isQuery reports whether it is a short request, and no download.
func (a ask) isQuery() bool { return a.meet || a.proof || a.camera != nil && a.recording == nil }

func (a ask) part() part { return part{a.camera, a.recording} }

// asked returns the kind of the request.
func (a ask) asked() asked {
	switch {
	case a.meet:
		return askedSignIn
	case a.proof:
		return askedProof
	case a.recording != nil:
		return askedRecording
	}
	return askedSearch
}

func anyCamera(*camera) bool { return true }

// nextQuery returns what must be asked of the recorder before more can be
// fetched.
func (r *recorder) nextQuery(now time.Time) ask {
	if r.querying || r.closed(now) {
		return ask{}
	}
	for _, c := range r.cameras {
		if c.eager() && (!r.signedIn || c.channel == 0) {
			return ask{meet: true}
		}
	}
	if r.doubt.drop(); len(r.doubt.suspects) == 0 {
		return r.searchOf(now, anyCamera)
	}
	if a := r.probe(now); a.isQuery() {
		return a
	}
	return ask{}
}

func (r *recorder) nextRecording(now time.Time) ask {
	if !r.signedIn || r.active >= r.load.limit || r.closed(now) {
		return ask{}
	}
	if r.doubt.drop(); len(r.doubt.suspects) == 0 {
		a := r.readyOf(now, anyCamera)
		if a.recording != nil && a.recording.behind && (r.querying || r.searchOf(now, anyCamera) != ask{}) {
			return ask{} // others may still be found, which go first
		}
		return a
	}
	if a := r.probe(now); !a.isQuery() {
		return a
	}
	return ask{}
}

// camera returns the recorder's camera for a channel's stream, or nil.
func (r *recorder) camera(channel int, s nvr.Stream) *camera {
	i := slices.IndexFunc(r.cameras, func(c *camera) bool {
		return c.channel == channel && c.stream == s
	})
	if i < 0 {
		return nil
	}
	return r.cameras[i]
}

// freshLogin returns the client to sign in with. After a refused login that the
// operator retries, it reads the sheet again, so that a password corrected
// there counts.
func (q *Queue) freshLogin(r *recorder) *nvr.Recorder {
	q.mu.Lock()
	again := r.again
	r.again = false
	q.mu.Unlock()
	if !again || q.options.Reread == nil {
		return r.client
	}
	list, err := q.options.Reread()
	if err != nil {
		q.change(func(now time.Time) {
			q.tell(r, now, Event{
				Type:    EventNotice,
				Message: "the tasks cannot be read again, so the old login is used: " + nvr.CleanText(err.Error(), 200),
			})
		})
		return r.client
	}
	for _, t := range list {
		if t.Address.String() != r.address || t.Source != r.source || t.Login == r.config.Login {
			continue
		}
		q.mu.Lock()
		r.config.Login = t.Login
		old := r.client
		r.client = nvr.New(r.config)
		q.mu.Unlock()
		old.Close()
		break
	}
	return r.client
}
