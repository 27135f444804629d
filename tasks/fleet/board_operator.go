package fleet

import (
	"maps"
	"slices"
	"time"

	"example.com/hikgrab/tasks"
)

// later queues do for the coordinator's goroutine, so that the operator's keys
// never wait for a store or a sheet.
func (b *Board) later(do func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.todo = append(b.todo, do)
	Poke(b.c.news)
}

func (b *Board) carryOut() {
	b.mu.Lock()
	todo := b.todo
	b.todo = nil
	b.mu.Unlock()
	for _, do := range todo {
		do()
	}
}

// Pause pauses cameras and keeps what they have downloaded.
func (b *Board) Pause(ids ...tasks.CameraID) { b.later(func() { b.request(requestPause, ids) }) }

// Resume resumes paused cameras.
func (b *Board) Resume(ids ...tasks.CameraID) { b.later(func() { b.request(requestResume, ids) }) }

// Skip skips cameras for the rest of this run and keeps what they have
// downloaded.
func (b *Board) Skip(ids ...tasks.CameraID) { b.later(func() { b.request(requestSkip, ids) }) }

// Retry restarts cameras at once. A recorder that has ended, or that no machine
// may contact any more, is handed out again with the login now in the sheet.
func (b *Board) Retry(ids ...tasks.CameraID) {
	b.later(func() {
		b.c.reread(slices.Collect(maps.Keys(b.picks(ids))))
		b.request(requestRetry, ids)
	})
}

// PauseAll pauses every camera, or resumes every paused one.
func (b *Board) PauseAll(paused bool) {
	b.later(func() {
		var ids []tasks.CameraID
		b.mu.Lock()
		b.paused = paused
		for _, w := range b.rows {
			for _, c := range w.cameras {
				if !c.State.Ended() {
					ids = append(ids, c.ID)
				}
			}
		}
		b.mu.Unlock()
		what := requestResume
		if paused {
			what = requestPause
		}
		b.request(what, ids)
	})
}

// request notes what the operator wants of cameras and tells their machines. If
// no machine works on them, it changes the board directly.
func (b *Board) request(what string, ids []tasks.CameraID) {
	c := b.c
	for id, picks := range b.picks(ids) {
		c.mu.Lock()
		l, j := c.table.leases[id], c.jobs[id]
		if what == requestRetry && l.phase == Over {
			j.requests, j.facts.Serial = nil, "" // accept whatever device answers now
		} else {
			j.requests = append(j.requests, Request{N: len(j.requests) + 1, What: what, Cameras: picks})
		}
		if l.phase != Held {
			b.mark(id, what, picks)
		}
		if what == requestRetry {
			c.table.Retry(id)
		}
		b.mu.Lock()
		c.table.Shut(id, b.shut(id))
		b.mu.Unlock()
		holder, held := l.holder, l.phase == Held
		c.mu.Unlock()
		if held {
			c.rouse(holder)
		}
	}
}

// picks groups the cameras by lease.
func (b *Board) picks(ids []tasks.CameraID) map[RecorderID][]tasks.Pick {
	b.mu.Lock()
	defer b.mu.Unlock()
	of := map[RecorderID][]tasks.Pick{}
	for _, id := range ids {
		if id >= 1 && int(id) <= len(b.cameras) {
			at := b.cameras[id-1]
			of[at.row.lease] = append(of[at.row.lease], at.pick)
		}
	}
	return of
}

// mark shows a request on cameras that no machine works on.
func (b *Board) mark(id RecorderID, what string, picks []tasks.Pick) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, w := range b.of[id] {
		for i := range w.cameras {
			camera := &w.cameras[i]
			mine := slices.Contains(picks, pickOf(*camera))
			switch {
			case what == requestRetry && (mine || w.over && camera.State != tasks.Done && camera.State != tasks.Empty):
				camera.State, camera.Failure = tasks.Waiting, tasks.Failure{}
			case !mine || camera.State.Ended():
			case what == requestPause:
				camera.State = tasks.Paused
			case what == requestResume:
				camera.State = tasks.Waiting
			case what == requestSkip:
				camera.State = tasks.Skipped
			}
		}
		if what == requestRetry {
			w.over, w.view.Hold = false, tasks.Hold{}
		}
	}
}

// SetJobs changes how many downloads run at once on all machines together. Each
// extra one goes to the machine with the fewest.
func (b *Board) SetJobs(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	var there []*machine
	sum := 0
	for _, m := range b.machines {
		if m.view.Silent == 0 && !m.view.Left {
			there = append(there, m)
			sum += m.jobs()
		}
	}
	for ; len(there) > 0 && sum < n; sum++ {
		m := slices.MinFunc(there, func(x, y *machine) int { return x.jobs() - y.jobs() })
		m.setJobs(m.jobs() + 1)
	}
	for ; sum > max(n, len(there)); sum-- {
		m := slices.MaxFunc(there, func(x, y *machine) int { return x.jobs() - y.jobs() })
		m.setJobs(m.jobs() - 1)
	}
}

func (m *machine) jobs() int {
	if m.want > 0 {
		return m.want
	}
	return m.view.Jobs
}

// setJobs shows the change at once; the machine applies it with its next beat.
func (m *machine) setJobs(n int) { m.want, m.view.Jobs = n, n }

// SetLimit changes the bandwidth of all machines together, in bytes per second;
// 0 means no limit.
func (b *Board) SetLimit(bytesPerSecond int64) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.limit = bytesPerSecond
}

// share splits the bandwidth among the machines by their active downloads, plus
// one each to start with. Collecting files counts too, and gets everything once
// every recorder has ended.
func (b *Board) share() {
	aside := b.c.o.Aside
	brought := aside.Active()
	b.mu.Lock()
	defer b.mu.Unlock()
	if now := time.Now(); !b.fixed && !now.Before(b.until) {
		b.limit, b.until = b.c.o.Limit.At(now)
		b.fixed = b.until.IsZero()
	}
	total := brought
	for _, m := range b.machines {
		if m.view.Silent == 0 && !m.view.Left {
			total += m.view.Active + 1
		}
	}
	rest := b.limit
	if !b.isOver() && b.limit > 0 {
		rest = max(b.limit*int64(brought)/int64(max(total, 1)), 1)
	}
	aside.SetLimit(rest)
	for _, m := range b.machines {
		m.limit = 0
		if b.limit > 0 {
			m.limit = max(b.limit*int64(m.view.Active+1)/int64(max(total, 1)), 1)
		}
	}
}

// settings returns a machine's jobs and limit, and whether it must start
// nothing new.
func (b *Board) settings(id MachineID) (jobs int, limit int64, drain bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m := b.machine(id)
	return m.want, m.limit, b.draining
}

// PauseMachine stops giving a machine recorders, or starts again.
func (b *Board) PauseMachine(id string, paused bool) {
	b.later(func() {
		b.c.mu.Lock()
		defer b.c.mu.Unlock()
		b.c.table.Pause(MachineID(id), paused)
	})
}

// GiveUpMachine declares a silent machine dead: after the usual patience its
// recorders go to other machines.
func (b *Board) GiveUpMachine(id string) {
	b.later(func() {
		b.c.mu.Lock()
		defer b.c.mu.Unlock()
		b.c.table.GiveUp(MachineID(id), b.c.o.Now())
	})
}

// SetMachineJobs changes how many downloads one machine runs at once.
func (b *Board) SetMachineJobs(id string, n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.machines {
		if string(m.id) == id {
			m.setJobs(max(n, 1))
		}
	}
	go b.c.rouse(MachineID(id)) // in a goroutine: its mutex must not be taken here
}
