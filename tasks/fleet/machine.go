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

// Works is what a machine runs on the recorders it holds; *tasks.Queue
// implements it. No method waits for a recorder.
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

// Archive is the part of its archive that a machine uses; *archive.Archive
// implements it.
type Archive interface {
	Untold(catalogue string) ([]archive.Distant, error)
	NoteTold(catalogue string, files []archive.Distant) error
	Believe(network, recorder string, known []archive.Remote)
	ReadPiece(file archive.Ref, offset int64, b []byte) error
}

// MachineOptions describe a machine. Name and Version are required.
type MachineOptions struct {
	Name     string // for people
	Version  string
	Networks []string
	Most     int            // most downloads at once, whatever the coordinator says; 0: as many as it says
	Limit    int64          // bytes per second, likewise
	Once     bool           // exit when the run is over
	Now      func() Instant // nil means Now
	Log      *slog.Logger
}

// Machine works on what a coordinator gives it, under promises. Make one with
// NewMachine, give its Fence to the queue, then call Listen, Join and Work.
type Machine struct {
	o      MachineOptions
	link   Link
	log    *slog.Logger
	news   chan struct{} // there is something to tell: beat at once
	outbox *outbox
	uplink *worker.Limiter // for the files being collected
	upward worker.Lane

	works Works // for the current run
	store Archive
	run   Run

	mu      sync.Mutex
	refused error
	rows    map[RecorderID]map[tasks.RecorderID]int // rows in the queue, of present and former leases
	session uint64
	every   time.Duration
	sent    uint64 // beats of this session
	taken   uint64 // the last one whose answer was taken
	holds   map[RecorderID]*holding
	over    bool
	leaving bool

	jobs    int
	without rule
}

// holding is a lease of this machine.
type holding struct {
	id      RecorderID
	epoch   uint64
	wanted  string
	address string
	network string
	shared  bool
	rows    map[tasks.RecorderID]int // rows in the queue, with the numbers of their accounts
	since   Instant                  // when the promise starts
	ttl     time.Duration
	started bool
	request int               // the last one carried out
	refused string            // why it cannot be taken
	ended   bool              // its End waits in the outbox
	left    []<-chan struct{} // if dropped: closed when its workers have left
}

var (
	// ErrNotHeld refuses a write to a part: the recorder is another machine's, or
	// may be by now.
	ErrNotHeld = errors.New("the coordinator has been silent for too long; another machine may have this recorder by now")
	// ErrTaken is why a recorder is dropped: another machine has it.
	ErrTaken = errors.New("given to another machine")
	// ErrOtherRun says that the coordinator has other work now, or other options.
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

// Listen receives what the coordinator sends until ctx ends, which is no error,
// or until the coordinator refuses this machine with a *RefusedError. Join and
// Work need it to be running.
func (m *Machine) Listen(ctx context.Context) error {
	err := m.link.Serve(ctx, m.Wake, m.answer) // connecting makes it say hello again: what it said before may be lost
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

// Fence returns nil if the recorder at an address may be touched now, otherwise
// the reason. It is asked before every write to a part, every commit and every
// request to the recorder.
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

// Join says hello until somebody answers, however long that takes, and returns
// the current run. It returns a *RefusedError if the coordinator refuses this
// machine.
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
	err := m.ask(ctx, KindHello, Hello{Protocol: Protocol, Version: m.o.Version, Name: m.o.Name, Networks: m.o.Networks}, &w)
	if err != nil || w.Refused != "" {
		return w, err
	}
	w.Run.Began = time.Now().Add(-w.Run.Age)
	m.mu.Lock()
	m.session, m.sent, m.taken = w.Session, 0, 0
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

// rest waits until there is news or d has passed.
func rest(ctx context.Context, d time.Duration, news <-chan struct{}) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	case <-news:
	}
}

// Wake makes the machine beat at once.
func (m *Machine) Wake() { Poke(m.news) }

// Poke signals news without blocking. The channel must have room for one.
func Poke(news chan<- struct{}) {
	select {
	case news <- struct{}{}:
	default:
	}
}

// Work runs works on what the coordinator gives until ctx ends, the coordinator
// refuses this machine or starts another run. With Once it also returns when
// the run is over, which is no error. The caller must stop the queue no later
// than Work returns.
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
	defer cancel() // before waiting for them
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
	m.outbox.add(Report{File: &f})
}
