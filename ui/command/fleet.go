package command

import (
	"context"
	"errors"
	"log/slog"
	"math"
	"strings"
	"sync"
	"time"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/fleet"
	"example.com/hikgrab/tasks/fleet/hub"
)

// listEvery is how often fleet.csv is rewritten if files were added.
const listEvery = 30 * time.Second

// spread is a run on several machines: the coordinator with its board, and this
// machine's own share of the work.
type spread struct {
	*fleet.Board
	coordinator *fleet.Coordinator
	hub         *hub.Hub
	machine     *fleet.Machine // nil if it only coordinates
	queue       *tasks.Queue
	archive     *archive.Archive
	log         *slog.Logger
	own         own
	listed      int // how many files of the catalogue are in fleet.csv; -1: write it anyway
	leaves      context.Context
	leave       context.CancelFunc

	mu  sync.Mutex
	err error
}

// Err returns why the run stopped; nil if it ended normally.
func (s *spread) Err() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// fail ends the run. An error counts even if the operator has stopped the run
// meanwhile: another coordinator may have taken it over.
func (s *spread) fail(err error) {
	if err == nil || errors.Is(err, context.Canceled) {
		return
	}
	s.mu.Lock()
	s.err = errors.Join(s.err, err)
	s.mu.Unlock()
	s.leave()
}

// Run coordinates, and works as one of the machines, until Stop is called.
func (s *spread) Run(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(s.leaves, cancel)()
	var own sync.WaitGroup
	own.Go(func() { s.fail(s.coordinator.Run(ctx)) })
	if s.machine != nil {
		own.Go(func() { s.fail(s.machine.Listen(ctx)) })
		own.Go(func() { s.queue.Run(ctx) })
		own.Go(func() {
			run, err := s.machine.Join(ctx)
			if err == nil {
				err = s.machine.Work(ctx, run, s.queue, s.archive)
			}
			if ctx.Err() == nil {
				s.fail(err)
			}
		})
	}
	own.Go(func() { s.watch(ctx) })
	own.Wait()
	s.hub.Close()
	s.writeList()
}

// Stop tells all machines to stop, and waits for this one.
func (s *spread) Stop(ctx context.Context) error {
	_ = s.Board.Stop(ctx) // machines that do not answer notice by themselves
	var err error
	if s.machine != nil {
		err = s.queue.Stop(ctx)
	}
	s.leave()
	return err
}

// Working reports whether there is work, so that this computer stays awake.
func (s *spread) Working() bool {
	var snap tasks.Snapshot
	s.Snapshot(&snap)
	return !snap.Finished && !snap.AllPaused
}

// joinWait is how long to wait for a machine to join before giving advice.
const joinWait = 3 * time.Minute

// watch keeps fleet.csv up to date, and says what to check if no machine joins.
func (s *spread) watch(ctx context.Context) {
	ticker, waited := time.NewTicker(listEvery), time.After(joinWait)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			s.writeList()
		case <-waited:
			s.expect()
		}
	}
}

func (s *spread) expect() {
	var snap tasks.Snapshot
	s.Snapshot(&snap)
	others := len(snap.Machines)
	if s.machine != nil {
		others--
	}
	if others <= 0 && !snap.Finished {
		s.Tell("no machine has joined yet. A machine in another network reaches " + strings.Join(s.hub.Addresses(), ", ") +
			" through a VPN or a forwarded port; otherwise run serve -j 0 on a server that all can reach, or name a NATS cluster with --url. See hikgrab help machines")
	}
}

// writeList writes fleet.csv if the catalogue has gained files.
func (s *spread) writeList() {
	_, known := s.archive.Distants(math.MaxInt)
	if known == s.listed {
		return
	}
	if _, err := s.archive.WriteFleet(); err != nil {
		s.log.Warn("The list of the fleet could not be written", "file", archive.FleetName, "error", err)
		return
	}
	s.listed = known
}
