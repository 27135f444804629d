package collect

import (
	"context"
	"slices"
	"time"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/worker"
)

// file is one file to collect: one row.
type file struct {
	id      tasks.CameraID
	group   *machine // the machine of the first source, under which it is listed
	sources []*source
	about   archive.Finished // as reported by the first source
	bytes   int64
	title   string

	state   tasks.State
	meter   *worker.Meter
	speed   tasks.Gauge
	fetched int64 // bytes over the network, without the active transfer
	tries   int
	next    time.Time // when Retrying
	failure tasks.Failure
	missed  bool // it failed because its machines are absent
	path    string
	began   time.Time
	took    time.Duration
	stop    context.CancelCauseFunc // stops the transfer; nil if there is none
	wanted  tasks.State             // Paused, Skipped or Waiting: what the operator wants of a file that is stopping
}

// source is a machine that has reported the file.
type source struct {
	machine *machine
	file    archive.Distant
	wrong   int    // how often it sent different bytes
	refused string // why it is no longer asked; empty while it is
}

// wrongAtMost is how often a machine may send bytes that differ from its
// report. The second time it was no transmission error.
const wrongAtMost = 2

// from returns the file as a machine reported it, or nil if that machine is not
// to be asked.
func (f *file) from(m *machine) *source {
	if i := slices.IndexFunc(f.sources, func(s *source) bool { return s.machine == m && s.refused == "" }); i >= 0 {
		return f.sources[i]
	}
	return nil
}

// awaited reports whether some machine may still send the file.
func (f *file) awaited() bool {
	return slices.ContainsFunc(f.sources, func(s *source) bool { return s.refused == "" })
}

// due reports whether the file can be brought now.
func (f *file) due(now time.Time) bool {
	return f.stop == nil && (f.state == tasks.Waiting || f.state == tasks.Retrying && !f.next.After(now))
}

func (f *file) fresh() {
	f.state, f.tries, f.failure, f.missed, f.next = tasks.Waiting, 0, tasks.Failure{}, false, time.Time{}
	for _, s := range f.sources {
		s.wrong, s.refused = 0, ""
	}
}

func (f *file) have() int64 {
	if f.state == tasks.Done {
		return f.bytes
	}
	return min(f.meter.Have.Load(), f.bytes)
}

// total returns how many bytes of the file came over the network in this run.
func (f *file) total() int64 {
	n := f.fetched
	if f.stop != nil {
		n += f.meter.Fetched.Load()
	}
	return n
}
