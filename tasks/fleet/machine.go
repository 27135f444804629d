package fleet

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/worker"
)

// Works is what a machine runs on the recorders that it holds; a *tasks.Queue
// is one. None of its methods waits for a recorder.
type Works interface {
	Add(list []tasks.Task)
	Drop(id tasks.RecorderID, cause error) (left <-chan struct{})
	Snapshot(s *tasks.Snapshot)
	Events(seq uint64, buf []tasks.Event) []tasks.Event
	Camera(id tasks.CameraID) (tasks.CameraDetail, bool)
	Pause(ids ...tasks.CameraID)
	Resume(ids ...tasks.CameraID)
	Retry(ids ...tasks.CameraID)
	Skip(ids ...tasks.CameraID)
	SetJobs(n int)
	SetLimit(bytesPerSecond int64)
	Drain()
	Facts(id tasks.RecorderID) nvr.Facts
}

// Archive is what a machine needs of the archive that its queue fills; an
// *archive.Archive is one.
type Archive interface {
	Untold(catalogue string) ([]archive.Distant, error)
	NoteTold(catalogue string, files []archive.Distant) error
	Believe(network, recorder string, known []archive.Remote)
	ReadPiece(file archive.Ref, offset int64, b []byte) error
}

// MachineOptions say who a machine is. Name and Version are needed.
type MachineOptions struct {
	Name     string // for people
	Version  string
	Networks []string
	Most     int            // downloads at once, at most, whatever the coordinator says; 0: as many as it says
	Limit    int64          // bytes per second, likewise
	Once     bool           // leave with the run
	Now      func() Instant // nil means Now
	Log      *slog.Logger
}

// Machine works on what a coordinator gives it, under promises. Make one with
// NewMachine, give its Fence to the queue, then Run it.
type Machine struct {
	o      MachineOptions
	link   Link
	log    *slog.Logger
	news   chan struct{} // there is something to tell: beat at once
	outbox *outbox
	uplink *worker.Limiter // of the files that go home
	upward worker.Lane

	works Works // of the run
	store Archive
	run   Run

	mu      sync.Mutex
	refused error
	rows    map[RecorderID]map[tasks.RecorderID]int // in the queue, of leases that were
	session uint64
	every   time.Duration
	sent    uint64 // beats of this session
	taken   uint64 // the last one whose answer was taken
	holds   map[RecorderID]*holding
	over    bool
	leaving bool
	heard   Instant // when the coordinator last answered
	jobs    int
	without rule
}

// holding is a lease that this machine has.
type holding struct {
	id      RecorderID
	epoch   uint64
	wanted  string
	address string
	network string
	shared  bool
	rows    map[tasks.RecorderID]int // what it is in the queue: the numbers of the accounts
	since   Instant                  // from when the promise counts
	ttl     time.Duration
	started bool
	request int               // the last one done
	refused string            // why it cannot be taken
	ended   bool              // its end waits in the outbox
	left    []<-chan struct{} // closed when its workers have left, if it was dropped
}

var (
	// ErrNotHeld is why a write to a part is refused: the recorder is another
	// machine's, or may be by now.
	ErrNotHeld = errors.New("the coordinator has been silent for too long; another machine may have this recorder by now")
	// ErrTaken is why a recorder is left: it is another machine's.
	ErrTaken = errors.New("given to another machine")
	// ErrOtherRun says that the coordinator has other work now, or works by
	// other options.
	ErrOtherRun = errors.New("the coordinator has started another run")
)

// NewMachine returns a machine that does nothing until Join.
func NewMachine(link Link, o MachineOptions) *Machine {
	if o.Now == nil {
		o.Now = Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return &Machine{
		o: o, link: link, log: o.Log, news: make(chan struct{}, 1), holds: map[RecorderID]*holding{},
		rows:  map[RecorderID]map[tasks.RecorderID]int{},
		every: time.Second, outbox: &outbox{link: link, news: make(chan struct{}, 1), first: 1}, uplink: worker.NewLimiter(o.Limit), upward: worker.NewLane(),
	}
}

// Listen takes what the coordinator sends until ctx ends, which is no error, or
// until the coordinator refuses this machine: a *RefusedError. It has to run for
// Join and Work to get anywhere.
func (m *Machine) Listen(ctx context.Context) error {
	err := m.link.Serve(ctx, m.Wake, m.answer) // it says hello afresh: what it said before may be lost
	if refused, ok := errors.AsType[*RefusedError](err); ok {
		m.mu.Lock()
		m.refused = refused
		m.mu.Unlock()
		m.Wake()
	}
	return err
}

func (m *Machine) answer(ctx context.Context, _ Peer, kind Kind, data []byte) []byte {
	switch kind {
	case KindWake:
		m.Wake()
	case KindDetail:
		return m.detail(data)
	case KindPiece:
		return m.piece(ctx, data)
	case KindHello, KindBeat, KindView, KindHave, KindRevoked:
	}
	return nil
}

// Fence reports whether the recorder at an address may be touched now: nil, or
// why not. It is asked before every write to a part, before every commit and
// before anything is asked of the recorder.
func (m *Machine) Fence(address string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	now := m.o.Now()
	for _, h := range m.holds {
		if h.address == address && !h.ended && h.left == nil && (now.atMost(h.since) < h.ttl || m.without == ruleP1) {
			return nil
		}
	}
	return ErrNotHeld
}

// Join says hello, for as long as it takes until somebody answers, and returns
// the run that there is. It gives a *RefusedError when the coordinator will not
// have this machine.
func (m *Machine) Join(ctx context.Context) (Run, error) {
	for again := 100 * time.Millisecond; ; again = min(2*again, time.Second) {
		w, err := m.hello(ctx)
		switch refused := m.isRefused(); {
		case refused != nil:
			return Run{}, refused
		case err == nil && w.Refused != "":
			return Run{}, &RefusedError{w.Refused}
		case err == nil:
			return w.Run, nil
		case ctx.Err() != nil:
			return Run{}, ctx.Err()
		}
		rest(ctx, again, m.news)
	}
}

// hello starts a session.
func (m *Machine) hello(ctx context.Context) (Welcome, error) {
	var w Welcome
	err := m.ask(ctx, KindHello, Hello{Protocol: Protocol, Version: m.o.Version, Name: m.o.Name, Networks: m.o.Networks, Run: m.run.ID}, &w)
	if err != nil || w.Refused != "" {
		return w, err
	}
	w.Run.Began = time.Now().Add(-w.Run.Age)
	m.mu.Lock()
	m.session, m.sent, m.taken, m.heard = w.Session, 0, 0, m.o.Now()
	m.every = min(max(w.Beat, 100*time.Millisecond), time.Minute)
	m.mu.Unlock()
	m.outbox.restart(w.Session)
	return w, nil
}

func (m *Machine) isRefused() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.refused
}

func (m *Machine) ask(ctx context.Context, kind Kind, question, answer any) error {
	m.mu.Lock()
	limit := max(m.every, 2*time.Second)
	m.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	data, err := m.link.Request(ctx, kind, encode(question))
	if err != nil {
		return err
	}
	return decode(data, answer)
}

// rest waits until there is news, or d has passed.
func rest(ctx context.Context, d time.Duration, news <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-news:
	}
}

// Wake has the machine beat at once.
func (m *Machine) Wake() { poke(m.news) }

// poke tells who waits for news that there is some.
func poke(news chan<- struct{}) {
	select {
	case news <- struct{}{}:
	default:
	}
}

// Work runs works on what the coordinator gives until ctx ends, the coordinator
// refuses this machine or has another run, or, with Once, until the run is over,
// which is no error. Whoever calls it lets the queue go on for no longer than it runs.
func (m *Machine) Work(ctx context.Context, run Run, works Works, store Archive) error {
	m.mu.Lock()
	m.run, m.works, m.store = run, works, store
	m.mu.Unlock()
	untold, err := store.Untold(run.Catalogue)
	if err != nil {
		return err
	}
	m.outbox.begin(store, run.Catalogue, untold)
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var own sync.WaitGroup
	defer own.Wait()
	own.Go(func() { m.outbox.send(ctx) })
	own.Go(func() { m.show(ctx) })
	defer cancel() // before they are waited for
	for {
		err := m.beat(ctx)
		if refused := m.isRefused(); refused != nil {
			err = refused
		}
		m.mu.Lock()
		every, over := m.every, m.over
		m.mu.Unlock()
		switch _, refused := errors.AsType[*RefusedError](err); {
		case refused || errors.Is(err, ErrOtherRun):
			m.leaveAll(err)
			return err
		case ctx.Err() != nil:
			return ctx.Err()
		case err != nil:
			every = min(every, time.Second)
		case over && m.o.Once && m.outbox.empty():
			return nil
		}
		rest(ctx, every, m.news)
	}
}

// Finished tells the coordinator of a file that this machine has on disk.
func (m *Machine) Finished(f archive.Distant) {
	m.outbox.add(Report{Recorder: RecorderOf(f.Network(), f.Recorder()), File: &f})
}
