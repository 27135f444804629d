package fleet

import (
	"context"
	"slices"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

// Snapshot copies the present state into s.
func (b *Board) Snapshot(s *tasks.Snapshot) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	*s = tasks.Snapshot{
		At: now, Elapsed: now.Sub(b.began), Recorders: s.Recorders[:0], Cameras: s.Cameras[:0], Machines: s.Machines[:0],
		Rates: append(s.Rates[:0], b.rates...), Peak: b.peak, TotalKnown: true, PerRecorder: b.c.o.Run.PerRecorder,
		Limit: b.limit, AllPaused: b.paused, Disk: tasks.Disk{Dir: b.c.o.Dir, Free: -1},
	}
	for _, m := range b.machines {
		s.Machines = append(s.Machines, m.view)
		if m.id == Own {
			s.Disk.Free, s.Disk.Held = m.view.Free, m.view.Held
		}
		if m.view.Silent == 0 && !m.view.Left {
			s.Jobs += m.view.Jobs
			s.Active += m.view.Active
		}
		s.Rate += m.view.Rate
	}
	for _, w := range b.rows {
		v := w.view
		v.First, v.Count = len(s.Cameras), len(w.cameras)
		v.Counts, v.Bytes, v.Total, v.Rate, v.ETA, v.TotalKnown = tasks.Counts{}, 0, 0, 0, w.view.ETA, true
		s.Cameras = append(s.Cameras, w.cameras...)
		s.Add(v)
		if added := &s.Recorders[len(s.Recorders)-1]; !added.TotalKnown || added.State.Ended() {
			added.ETA = 0
		} else if added.ETA > s.ETA {
			s.ETA, s.Slowest = added.ETA, added.ID
		}
	}
	if !s.TotalKnown {
		s.ETA, s.Slowest = 0, 0
	}
	s.Fetched = s.Bytes
	s.Finished = b.isOver() || b.draining && s.Active == 0
	if s.Finished {
		if b.ended.IsZero() {
			b.ended = now
		}
		s.Elapsed = b.ended.Sub(b.began)
	} else {
		b.ended = time.Time{}
	}
}

// detail is a machine's report on one camera.
type detail struct {
	got   tasks.CameraDetail
	asked time.Time
}

// Camera returns one camera with the recordings its machine has reported so
// far. It asks the machine in the background.
func (b *Board) Camera(id tasks.CameraID) (tasks.CameraDetail, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if id < 1 || int(id) > len(b.cameras) {
		return tasks.CameraDetail{}, false
	}
	p := b.cameras[id-1]
	i := slices.IndexFunc(p.row.cameras, func(c tasks.CameraView) bool { return c.ID == id })
	if i < 0 {
		return tasks.CameraDetail{}, false
	}
	d := b.details[id]
	if d == nil {
		if len(b.details) > 64 {
			clear(b.details)
		}
		d = &detail{}
		b.details[id] = d
	}
	if time.Since(d.asked) > time.Second && p.row.view.Machine != "" {
		d.asked = time.Now()
		go b.ask(id, p)
	}
	got := d.got
	got.CameraView = p.row.cameras[i]
	got.Events = b.events.Of(id)
	return got, true
}

func (b *Board) ask(id tasks.CameraID, p place) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	c := b.c
	c.mu.Lock()
	holder := c.table.leases[p.row.lease].holder
	c.mu.Unlock()
	question := encode(Detail{Recorder: p.row.lease, Account: p.row.account, Camera: p.pick})
	var answer []byte
	var err error
	if holder == Own {
		answer, err = c.loop.ask(ctx, KindDetail, question)
	} else {
		answer, err = c.hub.Ask(ctx, holder, KindDetail, question)
	}
	var got tasks.CameraDetail
	if err != nil || decode(answer, &got) != nil {
		return
	}
	got.Events = nil
	for i := range got.Recordings {
		r := &got.Recordings[i]
		r.Path, r.Failure = nvr.CleanText(r.Path, 300), clean(r.Failure)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if d := b.details[id]; d != nil {
		d.got = got
	}
}

// coverage stores a machine's final report on a recorder's cameras. The caller
// holds the mutex.
func (b *Board) coverage(id RecorderID, all []tasks.Coverage) {
	if len(all) > mostCameras {
		return
	}
	for _, w := range b.of[id] {
		w.covered = w.covered[:0]
	}
	for _, c := range all {
		for _, w := range b.of[id] {
			cid, ok := w.ids[pickOf(c.Camera)]
			if ok && c.Camera.State >= 0 && int(c.Camera.State) < len(tasks.Counts{}) {
				c.Camera.ID, c.Camera.Recorder = cid, w.view.ID
				w.covered = append(w.covered, c)
				break
			}
		}
	}
}

// Coverage returns the coverage of every camera, as its machine reported it.
func (b *Board) Coverage() []tasks.Coverage {
	var s tasks.Snapshot
	b.Snapshot(&s)
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []tasks.Coverage
	for i, r := range s.Recorders {
		w := b.rows[i]
		for _, c := range s.Cameras[r.First : r.First+r.Count] {
			covered := tasks.Coverage{}
			if j := slices.IndexFunc(w.covered, func(o tasks.Coverage) bool { return o.Camera.ID == c.ID }); j >= 0 {
				covered = w.covered[j]
			}
			covered.Recorder, covered.Camera = r, c
			all = append(all, covered)
		}
	}
	return all
}
