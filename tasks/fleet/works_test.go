package fleet_test

import (
	"context"
	"sync"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/tasks/fleet"
)

// store is a machine's disk.
type store struct {
	mu       sync.Mutex
	files    []archive.Distant
	told     map[string]bool
	believed map[string]bool // by path; only while the process lives
}

func (s *store) Untold(string) (all []archive.Distant, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.files {
		if !s.told[placeOf(f)] {
			all = append(all, f)
		}
	}
	return all, nil
}

// placeOf returns where a file is on its machine.
func placeOf(d archive.Distant) string {
	file, _ := d.Finished()
	return file.Path
}

func (s *store) NoteTold(_ string, files []archive.Distant) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range files {
		s.told[placeOf(f)] = true
	}
	return nil
}

func (s *store) Believe(_, _ string, known []archive.Remote) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, k := range known {
		s.believed[k.Machine] = true // the catalogue of these tests puts the path there
	}
}

func (s *store) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.believed)
}

func (s *store) has(path string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, f := range s.files {
		if placeOf(f) == path {
			return true
		}
	}
	return s.believed[path]
}

func (s *store) put(f archive.Distant) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.files = append(s.files, f)
}

// works pretends to be a queue: it writes three times to each file of a
// recorder, one file after the other, and asks the fence each time.
type works struct {
	s       *station
	machine *fleet.Machine

	mu   sync.Mutex
	last tasks.RecorderID
	rows []*pretended
}

type pretended struct {
	id      tasks.RecorderID
	address string
	done    int
	writes  int
	started bool
}

func newWorks(s *station, m *fleet.Machine) *works { return &works{s: s, machine: m} }

func (w *works) run(ctx context.Context) {
	for ctx.Err() == nil {
		time.Sleep(500 * time.Millisecond)
		w.s.alive()
		if ctx.Err() == nil {
			w.step()
		}
	}
}

// step writes once for every recorder.
func (w *works) step() {
	w.mu.Lock()
	rows := append([]*pretended(nil), w.rows...)
	w.mu.Unlock()
	for _, r := range rows {
		w.mu.Lock()
		over := r.done >= w.s.w.files
		w.mu.Unlock()
		asks := r.writes%3 == 0 || w.s.w.without != fleet.RuleP4
		if over || asks && w.machine.Fence(r.address) != nil {
			continue
		}
		w.mu.Lock()
		r.started = true
		path := pathOf(r.address, r.done)
		w.mu.Unlock()
		if w.s.store.has(path) {
			w.advance(r)
			continue
		}
		w.s.w.touch(w.s, r.address)
		w.mu.Lock()
		r.writes++
		whole := r.writes%3 == 0
		w.mu.Unlock()
		if whole {
			f := distant(r.address, r.done)
			w.s.store.put(f)
			w.machine.Finished(f)
			w.advance(r)
		}
	}
}

func (w *works) advance(r *pretended) {
	w.mu.Lock()
	defer w.mu.Unlock()
	r.done++
}

func (w *works) has(address string) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, r := range w.rows {
		if r.address == address {
			return true
		}
	}
	return false
}

// recorders returns how many recorders a machine holds; 0 before its first
// start.
func (s *station) recorders() int {
	_, w := s.process()
	if w == nil {
		return 0
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.rows)
}

func (w *works) Add(list []tasks.Task) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, t := range list {
		w.last++
		w.rows = append(w.rows, &pretended{id: w.last, address: t.Address.String()})
	}
}

func (w *works) Drop(id tasks.RecorderID, _ error) <-chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, r := range w.rows {
		if r.id == id {
			w.rows = append(w.rows[:i:i], w.rows[i+1:]...)
			break
		}
	}
	left := make(chan struct{})
	close(left)
	return left
}

func (w *works) Snapshot(s *tasks.Snapshot) {
	w.mu.Lock()
	defer w.mu.Unlock()
	*s = tasks.Snapshot{At: time.Now(), Jobs: 4, TotalKnown: true, Disk: tasks.Disk{Free: 1 << 40}}
	for _, r := range w.rows {
		c := tasks.CameraView{
			ID: tasks.CameraID(r.id), Recorder: r.id, Channel: 1, Stream: nvr.Main, Track: 101, Bytes: int64(r.writes + r.done), Files: r.done, Recordings: w.s.w.files,
			TotalKnown: true,
		}
		switch {
		case r.done >= w.s.w.files:
			c.State = tasks.Done
		case r.started:
			c.State = tasks.Downloading
		}
		s.Cameras = append(s.Cameras, c)
		s.Add(tasks.RecorderView{ID: r.id, Address: r.address, First: len(s.Cameras) - 1, Count: 1, TotalKnown: true, SignedIn: r.started})
	}
}

func (w *works) Events(uint64, []tasks.Event) []tasks.Event            { return nil }
func (w *works) Camera(tasks.CameraID) (d tasks.CameraDetail, ok bool) { return d, false }
func (w *works) Pause(...tasks.CameraID)                               {}
func (w *works) Resume(...tasks.CameraID)                              {}
func (w *works) Retry(...tasks.CameraID)                               {}
func (w *works) Skip(...tasks.CameraID)                                {}
func (w *works) SetJobs(int)                                           {}
func (w *works) SetLimit(int64)                                        {}
func (w *works) Drain()                                                {}
func (w *works) Facts(tasks.RecorderID) (f nvr.Facts)                  { return f }
