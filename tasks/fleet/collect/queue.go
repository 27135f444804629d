package collect

import (
	"context"
	"errors"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/fleet"
	"example.com/hikgrab/tasks/worker"
)

// firstJobs is how many files are collected at once until SetJobs.
const firstJobs = 8

// beat is how often the queue looks for what has become due.
const beat = 250 * time.Millisecond

// Options configure a Queue. Hub, Archive and Tell are required.
type Options struct {
	Hub     fleet.Asker
	Archive *archive.Archive // the coordinator's, with the catalogue
	Name    string           // of the coordinator's own machine, for people

	Limit       int64             // bytes per second until SetLimit; 0 is none
	Patience    time.Duration     // for an absent machine
	Derivations tasks.Derivations // to be made of the files that arrived
	Log         *slog.Logger
	Tell        func(tasks.Event) // reports an event; called with a mutex held, so it must return at once and not call the queue

	// Machines returns the machines that take part now; nil if nobody knows.
	Machines func() []tasks.MachineView
	// Hear makes the queue wait up to Patience, until every known machine is
	// present and has had time to report what the catalogue lacks.
	Hear bool
	// Tasks select the cameras and periods for the derivations; Period is for
	// tasks without one. No tasks mean everything of every camera.
	Tasks  []tasks.Task
	Period tasks.Period
	// Ready reports whether fetching is over, so that the derivations can be made.
	// Nil means always.
	Ready func() bool
}

// Queue collects files. Its methods may be called concurrently; only Run and
// Stop wait for a machine or a disk. Make one with New.
type Queue struct {
	o       Options
	log     *slog.Logger
	limiter *worker.Limiter
	left    chan struct{} // closed when Run returns
	workers sync.WaitGroup

	mu          sync.Mutex
	run         context.Context // nil before Run
	halt        context.CancelCauseFunc
	started     time.Time
	ended       time.Time // zero while there is something to do
	told        int       // how many files of the catalogue have been read
	learned     bool      // the catalogue has been read
	byKey       map[archive.FileKey]*file
	files       []*file // by ID
	machines    []*machine
	jobs        int
	active      int
	paused      bool // everything, by the operator
	draining    bool
	disk        disk
	speed       tasks.Gauge
	free        int64
	derivations derivations
}

// disk says why nothing is written here.
type disk struct {
	failure tasks.Failure // none while all is well
	until   time.Time     // when one file checks whether it is over
}

// garbage is how much of it may gather while files arrive, in percent of the
// memory in use; Go's default is 100.
const garbage = 400

// diskAgain is how often a disk that is full or denies access is tried again.
const diskAgain = 5 * time.Second

// Why the transfer of a file is stopped.
var (
	errByOperator = errors.New("stopped by the operator")
	errStopped    = errors.New("hikgrab stops")
)

// New returns a queue that does nothing until Run.
func New(o Options) *Queue {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Machines == nil {
		o.Machines = func() []tasks.MachineView { return nil }
	}
	if o.Ready == nil {
		o.Ready = func() bool { return true }
	}
	return &Queue{
		o: o, log: o.Log, limiter: worker.NewLimiter(o.Limit), left: make(chan struct{}), byKey: map[archive.FileKey]*file{}, jobs: firstJobs, free: -1,
	}
}

// Run collects files, including those reported meanwhile, until ctx ends or
// Stop is called. Call it once.
func (q *Queue) Run(ctx context.Context) {
	defer close(q.left)
	q.mu.Lock()
	if q.run == nil {
		q.run, q.halt = context.WithCancelCause(ctx)
	}
	run, halt := q.run, q.halt
	q.started = time.Now()
	q.mu.Unlock()
	// Every piece is garbage as soon as it is written, and little else is in
	// memory: without this the garbage collector would run ninety times per GiB.
	defer debug.SetGCPercent(debug.SetGCPercent(garbage))
	defer context.AfterFunc(ctx, func() { halt(errStopped) })()
	defer halt(errStopped)
	ticker := time.NewTicker(beat)
	defer ticker.Stop()
	for turn := 0; run.Err() == nil; turn++ {
		if turn%4 == 0 {
			free := q.o.Archive.Free()
			q.mu.Lock()
			q.free = free
			q.mu.Unlock()
		}
		q.learn()
		q.change(q.sample)
		select {
		case <-run.Done():
		case <-ticker.C:
		}
	}
	q.workers.Wait()
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.ended.IsZero() {
		q.ended = time.Now()
	}
}

// Stop stops active transfers and keeps what arrived. It waits until Run has
// returned, or until ctx ends, and then returns the error of ctx.
func (q *Queue) Stop(ctx context.Context) error {
	q.mu.Lock()
	begun := q.run != nil
	if !begun { // Run will find the work stopped
		q.run, q.halt = context.WithCancelCause(context.Background())
	}
	q.halt(errStopped)
	q.mu.Unlock()
	if !begun {
		return nil
	}
	select {
	case <-q.left:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// change changes the queue, then starts what is due.
func (q *Queue) change(by func(now time.Time)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	by(now)
	q.advance(now)
}

// sample takes the measurements for the rates and advances the time.
func (q *Queue) sample(now time.Time) {
	total := int64(0)
	for _, f := range q.files {
		total += f.total()
		if f.stop != nil {
			f.speed.Add(now, f.total())
			if q.disk.failure.Kind != "" && f.meter.Fetched.Load() > 0 {
				q.disk = disk{}
				q.o.Tell(tasks.Event{Type: tasks.EventNotice, Message: "the disk accepts data again; collecting resumes"})
			}
		}
	}
	q.speed.Add(now, total)
	q.miss(now)
	q.derive(now)
	switch open := q.open(now); {
	case open:
		q.ended = time.Time{}
	case q.ended.IsZero():
		q.ended = now
	}
}

// Open reports whether there is something to collect, or may be soon, without
// the operator doing anything.
func (q *Queue) Open() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.open(time.Now())
}

func (q *Queue) open(now time.Time) bool {
	if !q.learned {
		return true
	}
	if q.draining && q.active == 0 && !q.derivations.busy {
		return false
	}
	if slices.ContainsFunc(q.files, func(f *file) bool { return !f.state.Ended() }) {
		return true
	}
	return q.waitsToHear(now) || q.derivations.busy || q.derivationsDue() || q.behind()
}

// behind reports whether the catalogue has files that learn has not read. The
// report that ends a run may come with that of its last file.
func (q *Queue) behind() bool {
	_, told := q.o.Archive.Distants(q.told)
	return told > q.told
}

// waitsToHear reports whether machines may still report more.
func (q *Queue) waitsToHear(now time.Time) bool {
	if !q.o.Hear {
		return false
	}
	patient := now.Sub(q.started) < q.o.Patience
	return patient && len(q.machines) == 0 || slices.ContainsFunc(q.machines, func(m *machine) bool {
		return patient && !m.present || m.present && now.Sub(m.since) < settled
	})
}

// Active returns how many files are arriving now.
func (q *Queue) Active() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.active
}

// Jobs returns how many files are collected at once, in all and from one
// machine.
func (q *Queue) Jobs() (all, ofMachine int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.jobs, perMachine
}

// SetLimit sets the bandwidth in bytes per second; 0 means no limit.
func (q *Queue) SetLimit(bytesPerSecond int64) { q.limiter.Set(bytesPerSecond) }

// Working reports whether a file is arriving, or could at once, so that this
// computer should not go to sleep.
func (q *Queue) Working() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return !q.paused && (q.run == nil || q.run.Err() == nil) && q.open(time.Now())
}
