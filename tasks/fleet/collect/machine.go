package collect

import (
	"context"
	"fmt"
	"slices"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/fleet"
	"example.com/hikgrab/tasks/worker"
)

// StartMachine is the remedy when a machine is absent.
const StartMachine nvr.Remedy = "start-machine"

const (
	perMachine = 2               // files at once from one machine, so that the end of one costs no time
	lookEvery  = time.Second     // whether a machine is present
	settled    = 2 * time.Second // time for a machine to report what the catalogue did not have
)

// machine is a machine that has files. The queue's mutex guards all fields not
// marked otherwise.
type machine struct {
	id    fleet.MachineID // constant
	name  string
	group tasks.RecorderID // constant
	flow  *flow            // constant; guards itself
	lane  worker.Lane      // constant
	look  chan struct{}    // look at once whether it is present

	files   []*file // its files, in the order reported
	ended   int     // how many at the front have ended
	active  int
	present bool
	since   time.Time // when it came or went
	missed  bool      // the operator was told that it is absent
	answers int       // how often it has come
}

func count(n int) string {
	if n == 1 {
		return "1 file is"
	}
	return fmt.Sprintf("%d files are", n)
}

func (q *Queue) attend(ctx context.Context, m *machine) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	for {
		q.mu.Lock()
		present := m.present
		q.mu.Unlock()
		if !present && q.answers(ctx, m) {
			q.change(func(now time.Time) { q.met(m, now) })
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-m.look:
		}
	}
}

func (q *Queue) answers(ctx context.Context, m *machine) bool {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	_, err := fleet.AskPiece(ctx, q.o.Hub, m.id, fleet.Piece{})
	return err == nil
}

// met notes that a machine is present: what failed in its absence continues.
func (q *Queue) met(m *machine, now time.Time) {
	m.present, m.since, m.missed = true, now, false
	m.answers++
	back := 0
	for _, f := range m.files {
		if f.missed && f.state == tasks.Failed {
			f.fresh()
			back++
		}
	}
	m.ended = 0
	if back > 0 {
		q.o.Tell(tasks.Event{Type: tasks.EventMachine, Machine: m.name, Message: m.name + " is there, and " + count(back) + " left on it"})
	}
}

func (q *Queue) lost(m *machine, why error, now time.Time) {
	q.log.Info("A machine does not send its files now", "machine", m.name, "error", why)
	if m.present {
		m.present, m.since = false, now
	}
	fleet.Poke(m.look)
}

// miss fails the files that nobody is present to send, until somebody is.
func (q *Queue) miss(now time.Time) {
	for _, m := range q.machines {
		if m.present || now.Sub(m.since) < q.o.Patience {
			continue
		}
		n := 0
		failure := tasks.Failure{Kind: nvr.Unreachable.String(), What: m.name + " is not there, and what it fetched stays on it", Remedy: StartMachine, At: now}
		for _, f := range m.files[m.ended:] {
			if f.stop == nil && !f.state.Ended() && f.state != tasks.Paused && q.missing(f, now) {
				f.state, f.failure, f.missed = tasks.Failed, failure, true
				n++
			}
		}
		if n > 0 && !m.missed {
			m.missed = true
			failure.What = m.name + " is not there, and " + count(n) + " left on it"
			q.o.Tell(tasks.Event{Type: tasks.EventMachine, Machine: m.name, Failure: failure, Message: failure.What})
		}
	}
}

// missing reports whether every machine that may send a file has been absent
// too long.
func (q *Queue) missing(f *file, now time.Time) bool {
	return !slices.ContainsFunc(f.sources, func(s *source) bool {
		return s.refused == "" && (s.machine.present || now.Sub(s.machine.since) < q.o.Patience)
	})
}
