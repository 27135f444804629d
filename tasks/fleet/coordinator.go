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
)

// Catalogue is the part of the archive that a coordinator uses;
// *archive.Archive implements it.
type Catalogue interface {
	NoteElsewhere(machine, by string, files []archive.Distant) ([]bool, error)
	ElsewhereOf(network, recorder, by string, from, most int) (page []archive.Remote, next int)
	NoteCamera(c archive.CameraKey, o archive.Outcome) error
	NoteLent(l archive.Lent) error
	Lent() []archive.Lent
}

// CoordinatorOptions configure a coordinator. Version and Run are required.
type CoordinatorOptions struct {
	Version string
	Run     Run
	Rules   Rules
	Limit   tasks.Timetable // for all machines together
	Dir     string
	Again   bool           // this catalogue had a coordinator before, so an empty store is a lost one
	Now     func() Instant // nil means Now
	Log     *slog.Logger

	// Secret is known only to this operator's coordinators and never changes.
	// Whatever is derived from a login and sent is keyed with it.
	Secret []byte

	// Reread reads the sheet again when the operator retries a recorder that
	// refused the login. Nil keeps the logins from the start.
	Reread func() ([]tasks.Task, error)

	// Aside is the other work that needs the machines; nil means none.
	Aside Aside
}

// Coordinator gives recorders to machines and records their reports. Make one
// with NewCoordinator, then call Run; its Board is what the operator sees.
type Coordinator struct {
	o         CoordinatorOptions
	hub       Hub
	catalogue Catalogue
	log       *slog.Logger
	board     *Board
	loop      *loop
	news      chan struct{} // the operator has asked for something

	mu      sync.Mutex // guards everything below
	table   *Table
	jobs    map[RecorderID]*job
	kept    map[string]uint64 // revisions in the store
	unsaved map[RecorderID]bool
	told    map[MachineID]progress
	late    map[RecorderID][]archive.Remote // recordings the present holder has yet to learn of
	stopped bool                            // the operator has stopped everything
	parted  map[MachineID]bool              // machines that know the run is over
	lent    map[MachineID]bool              // machines noted as having long promises
	leaving bool                            // the coordinator leaves the machines working
	without rule                            // set by tests to disable a rule
	failed  error                           // another coordinator has taken over
}

// job is the work on one recorder.
type job struct {
	network  string
	list     []tasks.Task
	wanted   string
	facts    nvr.Facts
	requests []Request
}

// progress is the last report of a machine that the catalogue has.
type progress struct{ session, n uint64 }

// NewCoordinator returns a coordinator for a sheet's tasks. It does nothing
// until Run.
func NewCoordinator(hub Hub, catalogue Catalogue, list []tasks.Task, planned *tasks.Snapshot, o CoordinatorOptions) *Coordinator {
	if o.Now == nil {
		o.Now = Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Aside == nil {
		o.Aside = noAside{}
	}
	c := &Coordinator{
		o: o, hub: hub, catalogue: catalogue, log: o.Log, jobs: map[RecorderID]*job{},
		kept: map[string]uint64{}, unsaved: map[RecorderID]bool{}, told: map[MachineID]progress{}, parted: map[MachineID]bool{}, lent: map[MachineID]bool{}, late: map[RecorderID][]archive.Remote{},
	}
	c.loop, c.news = &loop{c: c}, make(chan struct{}, 1)
	c.board = newBoard(c, planned)
	for _, t := range list {
		id := RecorderOf(t.Network, t.Address.String())
		j := c.jobs[id]
		if j == nil {
			j = &job{network: t.Network}
			c.jobs[id] = j
		}
		j.list = append(j.list, t)
	}
	for _, j := range c.jobs {
		j.mark(o.Secret)
	}
	return c
}

// Board returns what the operator sees of all machines.
func (c *Coordinator) Board() *Board { return c.board }

// Link returns the link of the coordinator's own machine, which uses no
// network.
func (c *Coordinator) Link() Link { return c.loop }

// Run coordinates until ctx ends, which is no error, or until it cannot go on.
// The error is a sentence for the operator.
func (c *Coordinator) Run(ctx context.Context) error {
	if err := c.load(ctx); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var own sync.WaitGroup
	own.Go(func() {
		if err := c.hub.Serve(ctx, c.answer); err != nil {
			cancel(err)
		}
	})
	own.Go(func() { c.intake(ctx) })
	ticker := time.NewTicker(time.Second / 2)
	defer ticker.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
		case <-c.news:
			c.board.carryOut()
		case <-ticker.C:
			if err := c.tick(ctx); err != nil {
				cancel(err)
			}
		}
	}
	own.Wait()
	if err := context.Cause(ctx); err != nil && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return nil
}

func (c *Coordinator) tick(ctx context.Context) error {
	now := c.o.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed != nil {
		return c.failed
	}
	var changed []RecorderID
	if !c.stopped && !c.leaving {
		changed = c.table.Tick(now)
	} else {
		c.table.listen(now)
	}
	bounded, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	if err := c.save(bounded, changed); errors.Is(err, ErrSuperseded) {
		return err
	}
	c.wake(changed)
	c.board.share()
	c.board.follow(now)
	return nil
}

// wake makes machines with pending news beat. The caller holds the mutex.
func (c *Coordinator) wake(changed []RecorderID) {
	woken := map[MachineID]bool{}
	for _, id := range changed {
		if l := c.table.leases[id]; l.phase == Held {
			woken[l.holder] = true
		}
	}
	for _, m := range c.table.members {
		for _, l := range m.leases {
			if l.back && !l.offer.valid() {
				woken[m.id] = true
			}
		}
	}
	for id := range woken {
		c.rouse(id)
	}
}

func (c *Coordinator) rouse(to MachineID) {
	if to == Own {
		_, _ = c.loop.ask(context.Background(), KindWake, nil)
		return
	}
	_ = c.hub.Tell(to, KindWake, nil) // the next regular beat makes up for it
}
