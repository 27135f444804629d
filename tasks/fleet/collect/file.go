package collect

import (
	"context"
	"slices"
	"time"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/worker"
)

// file is one file that is to come home: one row.
type file struct {
	id      tasks.CameraID
	group   *machine // under which it stands: that of the first source
	sources []*source
	about   archive.Finished // as the first source told
	bytes   int64
	title   string

	state   tasks.State
	meter   *worker.Meter
	speed   tasks.Gauge
	fetched int64 // bytes over the network, of what is not under way
	tries   int
	next    time.Time // when Retrying
	failure tasks.Failure
	missed  bool // it failed because its machines are not there
	path    string
	began   time.Time
	took    time.Duration
	stop    context.CancelCauseFunc // of who brings it; nil when nobody does
	wanted  tasks.State             // by the operator, of one that is being stopped: Paused, Skipped or Waiting
}

// source is a machine that has a file, as it told.
type source struct {
	machine *machine
	file    archive.Distant
	wrong   int    // how often other bytes came from it
	refused string // why it is not asked any more; empty while it is
}

// wrongAtMost is how often a machine may send other bytes than it told of: the
// second time it was no accident of the way.
const wrongAtMost = 2

// from returns the file as a machine told of it, nil when it is not to be asked.
func (f *file) from(m *machine) *source {
	if i := slices.IndexFunc(f.sources, func(s *source) bool { return s.machine == m && s.refused == "" }); i >= 0 {
		return f.sources[i]
	}
	return nil
}

// awaited reports whether some machine may still send it.
func (f *file) awaited() bool {
	return slices.ContainsFunc(f.sources, func(s *source) bool { return s.refused == "" })
}

// due reports whether it can be brought now.
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

// total is how many bytes of it came over the network in this run.
func (f *file) total() int64 {
	n := f.fetched
	if f.stop != nil {
		n += f.meter.Fetched.Load()
	}
	return n
}
