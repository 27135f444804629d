package tasks

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/worker"
)

// Defaults of Options.
const (
	DefaultJobs    = 8
	DefaultRetries = 5
	DefaultTimeout = 30 * time.Second
)

// mostQueries is how many recorders are signed in to or searched at once. It is
// separate from Options.Jobs, so that long downloads never delay looking at the
// next recorder.
const mostQueries = 32

// checkEvery is how often the queue looks for what has become due: retries,
// probes of held recorders, samples for the rates. Everything else happens at
// once.
const checkEvery = 250 * time.Millisecond

// Options configure a queue. Archive is required unless Look is set; the rest
// has working zero values.
type Options struct {
	Archive     *archive.Archive
	Jobs        int           // downloads at once in all; 0 means DefaultJobs
	PerRecorder int           // downloads at once from one recorder; AutoPerRecorder: found for each
	Retries     int           // tries per recording; 0 means DefaultRetries
	Timeout     time.Duration // of a connection that delivers nothing; 0 means DefaultTimeout
	Limit       Timetable     // bandwidth of everything
	Period      Period        // for tasks without one
	Began       time.Time     // what relative periods count from; zero: from when a recorder is first met
	Kinds       Kinds         // for tasks without any
	Format      archive.Format
	DropAudio   bool // MP4s get no sound
	Cut         bool // keep of a recording only what lies in the periods asked, from key frame to key frame
	Derivations Derivations
	Insecure    bool // accept any TLS certificate
	OnlyFailed  bool // only cameras that failed or were incomplete last time
	Look        bool // find out what there is and fetch nothing
	Unattended  bool // nobody is at the screen: fail whatever wants to be left alone for longer than ten minutes
	Log         *slog.Logger

	// Reread reads the tasks again when the operator retries a recorder that
	// refused the login, so that a password corrected in the sheet applies without
	// a restart. Nil keeps the logins from the start.
	Reread func() ([]Task, error)

	// Fence returns nil if the recorder at an address, in the form of
	// nvr.Address.String, may be touched now, otherwise the reason. It is called
	// before every request to a recorder, every write to a part and every commit.
	// While it refuses, the recorder is left alone and keeps its place. It is
	// called all the time, so it must return at once. Nil means always allowed.
	Fence func(recorder string) error

	// Elsewhere reports whether another machine has a recording, with the
	// machine's name and the bytes that the recorder sent. Such a recording counts
	// as done. Nil means that there is no other machine.
	Elsewhere func(archive.Item) (machine string, bytes int64, ok bool)

	// Dial opens connections; nil means the system's dialer.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
}

func (o *Options) setDefaults() {
	if o.Jobs <= 0 {
		o.Jobs = DefaultJobs
	}
	if o.Retries <= 0 {
		o.Retries = DefaultRetries
	}
	if o.Timeout <= 0 {
		o.Timeout = DefaultTimeout
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
}

// Queue holds the cameras of all tasks, decides what to fetch next and shows
// what happens. Its methods may be called concurrently; only Run and Stop wait
// for a recorder or a disk.
type Queue struct {
	options Options
	log     *slog.Logger
	limiter *worker.Limiter
	workers sync.WaitGroup
	noted   chan struct{} // says that there are notes to write
	left    chan struct{} // closed when Run returns

	// Replaced by tests.
	fetch  func(context.Context, worker.Fetch) worker.Fetched
	derive func(context.Context, worker.Derive) worker.Derived
	order  func(a, b claim) int

	free atomic.Int64 // bytes left on the volume; -1 if unknown

	mu        sync.Mutex
	recorders []*recorder
	cameras   []*camera // by CameraID-1; those replaced by discovery stay here, dropped ones are nil
	events    EventLog

	lastRecorder RecorderID
	notes        []func() // for the journal, to be written without the mutex

	run      context.Context // of the workers; nil before Run
	halt     context.CancelCauseFunc
	started  time.Time
	finished time.Time // when the last camera ended; zero while there is work

	jobs       int
	active     int
	queries    int
	derivers   int
	number     uint64 // of the latest request
	pausedAll  bool
	draining   bool
	volume     volume
	fetched    int64 // bytes over the network of everything but the active
	speed      Gauge
	slowest    RecorderID // last named as what everything waits for
	nextLimit  time.Time  // when the timetable changes the bandwidth
	forecastAt time.Time  // when the end was last computed
	usual      usual
}

// Why a worker was made to leave. None of them is a failure.
var (
	errPaused    = errors.New("paused by the operator")
	errSkipped   = errors.New("skipped by the operator")
	errRestarted = errors.New("restarted by the operator")
	errStopped   = errors.New("stopped by the operator")
)

// NewQueue returns a queue of tasks that does nothing until Run.
func NewQueue(list []Task, o Options) *Queue {
	o.setDefaults()
	q := &Queue{
		options: o,
		log:     o.Log,
		limiter: worker.NewLimiter(o.Limit.Usual),
		noted:   make(chan struct{}, 1),
		left:    make(chan struct{}),
		fetch:   func(ctx context.Context, f worker.Fetch) worker.Fetched { return f.Do(ctx) },
		derive:  func(ctx context.Context, d worker.Derive) worker.Derived { return d.Do(ctx) },
		order:   compareClaims,
		jobs:    o.Jobs,
	}
	q.free.Store(-1)
	if o.OnlyFailed {
		list = OnlyFailed(list, o.Archive)
	}
	q.plan(list)
	return q
}

// Run works until ctx ends or Stop is called, and returns when every worker has
// left. It keeps waiting when everything has ended, because the operator may
// want to retry something; see Snapshot.Finished. Call it once.
func (q *Queue) Run(ctx context.Context) {
	defer close(q.left)
	q.mu.Lock()
	if q.run == nil {
		q.run, q.halt = context.WithCancelCause(ctx)
	}
	q.started = time.Now()
	q.keepTimetable(q.started)
	halt := q.halt
	q.advance(q.started, nil)
	q.mu.Unlock()
	defer halt(errStopped)

	var writer sync.WaitGroup
	worked := make(chan struct{})
	writer.Go(func() { q.writeNotes(worked) })
	q.keepTime()
	q.change(q.sample) // from here on no worker starts while we wait for them
	q.workers.Wait()
	close(worked)
	writer.Wait()
	q.mu.Lock()
	ended := slices.Clone(q.recorders)
	q.mu.Unlock()
	for _, r := range ended { // nobody works on them any more
		if r.signedIn {
			q.noteFacts(r.address, r.facts())
		}
		r.close()
	}
}

// keepTime takes samples and starts what has become due, until the run ends.
func (q *Queue) keepTime() {
	ticker := time.NewTicker(checkEvery)
	defer ticker.Stop()
	for {
		select {
		case <-q.run.Done():
			return
		case <-ticker.C:
			q.change(q.sample)
		}
	}
}

// Stop stops active work and keeps what can be continued. It waits until Run
// has returned, or until ctx ends, and then returns the error of ctx.
func (q *Queue) Stop(ctx context.Context) error {
	q.mu.Lock()
	if q.run == nil { // Run will find the work stopped
		q.run, q.halt = context.WithCancelCause(context.Background())
		q.halt(errStopped)
		q.mu.Unlock()
		return nil
	}
	q.halt(errStopped)
	q.mu.Unlock()
	select {
	case <-q.left:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// change changes the queue, then starts what may start.
func (q *Queue) change(by func(now time.Time)) { q.changeOf(nil, by) }

// changeOf changes a recorder for one of its workers, then gives the slot to
// the next.
func (q *Queue) changeOf(r *recorder, by func(now time.Time)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	by(now)
	q.advance(now, r)
}

// note queues a write to the journal, to be done soon without the mutex.
func (q *Queue) note(write func()) {
	q.notes = append(q.notes, write)
	select {
	case q.noted <- struct{}{}:
	default:
	}
}

// writeNotes does the disk work that must not hold the mutex: until the work is
// over, it writes notes to the journal and measures the free space.
func (q *Queue) writeNotes(worked <-chan struct{}) {
	ticker := time.NewTicker(volumeAgain)
	defer ticker.Stop()
	for {
		if !q.options.Look {
			q.free.Store(q.options.Archive.Free())
		}
		select {
		case <-q.noted:
		case <-ticker.C:
		case <-worked:
			q.flushNotes()
			return
		}
		q.flushNotes()
	}
}

func (q *Queue) flushNotes() {
	q.mu.Lock()
	notes := q.notes
	q.notes = nil
	q.mu.Unlock()
	for _, write := range notes {
		write()
	}
}
