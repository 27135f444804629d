package fleet

import (
	"slices"
	"sync"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
)

// Board merges the queues of all machines into one: what the screen shows and
// what the operator asks for. Its methods do not wait for a machine and may be
// called concurrently.
type Board struct {
	c     *Coordinator
	began time.Time

	mu       sync.Mutex
	rows     []*row
	of       map[RecorderID][]*row
	cameras  []place // by CameraID-1
	machines []*machine
	events   tasks.EventLog
	rates    []float64
	peak     float64
	sampled  time.Time
	ended    time.Time
	draining bool
	leave    bool // the operator leaves the machines working
	paused   bool
	limit    int64
	until    time.Time // when the timetable's limit changes next; zero: look now
	fixed    bool      // the limit never changes
	details  map[tasks.CameraID]*detail
	todo     []func() // the operator's requests, not yet carried out
}

// row is a recorder on the board: one login of one lease.
type row struct {
	lease   RecorderID
	account int
	view    tasks.RecorderView
	cameras []tasks.CameraView
	ids     map[tasks.Pick]tasks.CameraID
	over    bool
	covered []tasks.Coverage
}

// place locates a camera.
type place struct {
	row  *row
	pick tasks.Pick
}

// machine is a machine on the board.
type machine struct {
	id    MachineID
	view  tasks.MachineView
	want  int   // jobs the operator asked for; 0: as the machine started
	limit int64 // its share of the bandwidth
	seen  bool  // it has sent a beat
}

// newBoard returns a board that shows the plan.
func newBoard(c *Coordinator, planned *tasks.Snapshot) *Board {
	b := &Board{c: c, began: time.Now(), of: map[RecorderID][]*row{}, details: map[tasks.CameraID]*detail{}}
	for _, r := range planned.Recorders {
		id := RecorderOf(r.Network, r.Address)
		w := &row{lease: id, account: len(b.of[id]), view: r, ids: map[tasks.Pick]tasks.CameraID{}}
		w.view.ID = tasks.RecorderID(len(b.rows) + 1)
		b.rows = append(b.rows, w)
		b.of[id] = append(b.of[id], w)
		for _, camera := range planned.Cameras[r.First : r.First+r.Count] {
			w.cameras = append(w.cameras, b.named(w, camera))
		}
	}
	return b
}

// named returns a camera with its IDs on this board.
func (b *Board) named(w *row, c tasks.CameraView) tasks.CameraView {
	pick := pickOf(c)
	id, ok := w.ids[pick]
	if !ok {
		b.cameras = append(b.cameras, place{w, pick})
		id = tasks.CameraID(len(b.cameras))
		w.ids[pick] = id
	}
	c.ID, c.Recorder = id, w.view.ID
	return c
}

// pickOf identifies a camera of a recorder by channel, or by name while the
// channel is unknown.
func pickOf(c tasks.CameraView) tasks.Pick {
	p := tasks.Pick{Channel: c.Channel, Stream: c.Stream}
	if c.Channel == 0 {
		p.Name = c.Name
	}
	return p
}

// mostCameras limits how many cameras of one recorder a machine may report.
const mostCameras = 2048

// take records a machine's progress on a recorder. It checks and cleans
// everything that comes from outside.
func (b *Board) take(v RecorderView) {
	b.mu.Lock()
	defer b.mu.Unlock()
	rows := b.of[v.ID]
	if v.Account < 0 || v.Account >= len(rows) || len(v.Cameras) > mostCameras {
		return
	}
	w := rows[v.Account]
	cameras := make([]tasks.CameraView, 0, len(v.Cameras))
	for _, c := range v.Cameras {
		if c.State < 0 || int(c.State) >= len(tasks.Counts{}) || c.Channel < 0 || c.Bytes < 0 || c.Total < 0 {
			return
		}
		c.Name, c.Failure = nvr.CleanText(c.Name, 80), clean(c.Failure)
		cameras = append(cameras, b.named(w, c))
	}
	w.cameras = cameras
	w.view.Device, w.view.SignedIn, w.view.Active, w.view.Limit, w.view.Full = v.View.Device, v.View.SignedIn, v.View.Active, v.View.Limit, v.View.Full
	for _, text := range []*string{&w.view.Device.Name, &w.view.Device.Model, &w.view.Device.Serial, &w.view.Device.Firmware} {
		*text = nvr.CleanText(*text, 80)
	}
	w.view.Hold, w.view.ETA = v.View.Hold, max(v.View.ETA, 0)
	w.view.Hold.What, w.view.Hold.Remedy = nvr.CleanText(v.View.Hold.What, 300), remedy(v.View.Hold.Remedy)
}

func clean(f tasks.Failure) tasks.Failure {
	return tasks.Failure{Kind: nvr.CleanText(f.Kind, 40), What: nvr.CleanText(f.What, 300), Remedy: remedy(f.Remedy), At: f.At}
}

func remedy(r nvr.Remedy) nvr.Remedy { return nvr.Remedy(nvr.CleanText(string(r), 40)) }

// end records that a machine is finished with a recorder.
func (b *Board) end(id RecorderID, over bool, e End) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, w := range b.of[id] {
		w.over = over
		w.view.Active = 0
		if !over {
			w.rest()
		}
	}
	b.coverage(id, e.Coverage)
}

// rest shows that nobody works on the row's recorder now.
func (w *row) rest() {
	w.view.Active, w.view.Hold, w.view.Machine, w.view.Silent, w.view.ETA = 0, tasks.Hold{}, "", 0, 0
	for i := range w.cameras {
		if c := &w.cameras[i]; !c.State.Ended() {
			c.Active, c.Rate, c.ETA = 0, 0, 0
			if c.State != tasks.Paused {
				c.State = tasks.Waiting
			}
		}
	}
}

// denied shows that no machine can reach the row's recorder.
func (b *Board) denied(w *row, why string) {
	f := tasks.Failure{Kind: nvr.Unreachable.String(), What: "no machine can reach it: " + why, Remedy: nvr.CheckAddress, At: time.Now()}
	w.over = true
	w.view.Hold = tasks.Hold{Kind: nvr.Unreachable, What: f.What, Remedy: f.Remedy}
	for i := range w.cameras {
		if c := &w.cameras[i]; !c.State.Ended() {
			c.State, c.Failure = tasks.Failed, f
		}
	}
	b.push(tasks.Event{Type: tasks.EventError, Recorder: w.view.ID, Address: w.view.Address, Failure: f, Message: f.What, Remedy: f.Remedy})
}

func (b *Board) machine(id MachineID) *machine {
	if i := slices.IndexFunc(b.machines, func(m *machine) bool { return m.id == id }); i >= 0 {
		return b.machines[i]
	}
	m := &machine{id: id, view: tasks.MachineView{ID: string(id), Free: -1}}
	if id == Own {
		b.machines = slices.Insert(b.machines, 0, m)
	} else {
		b.machines = append(b.machines, m)
	}
	return m
}

// follow updates the board from the lease table: who works on what, and who is
// silent. The caller holds the coordinator's mutex.
func (b *Board) follow(now Instant) {
	t := b.c.table
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, m := range b.machines {
		member := t.members[m.id]
		if member == nil {
			continue
		}
		m.view.Recorders, m.view.Paused = len(member.leases), member.paused
		silent := now.atMost(member.heard)
		if silent < t.rules.silent() {
			continue
		}
		if m.view.Silent == 0 && m.seen && !m.view.Left {
			b.push(tasks.Event{Type: tasks.EventMachine, Machine: m.view.Name, Message: m.view.Name + " is silent"})
		}
		m.view.Silent, m.view.Rate, m.view.Active = max(silent, 1), 0, 0
	}
	for _, w := range b.rows {
		l := t.leases[w.lease]
		held := l.phase == Held
		switch {
		case held:
			w.over = false
			w.view.Machine, w.view.Silent = t.members[l.holder].name, 0
			if m := b.machine(l.holder); m.view.Silent > 0 {
				w.view.Silent, w.view.ETA = m.view.Silent, 0
				for i := range w.cameras {
					w.cameras[i].Rate, w.cameras[i].ETA = 0, 0
				}
			}
		case l.phase == Free && !w.over && (w.view.Machine != "" || w.view.Active > 0):
			w.rest()
		case l.phase == Over && !w.over: // ended by the table itself, without an End report
			b.denied(w, t.Denied(w.lease))
		}
		if held || l.phase == Free {
			t.Shut(w.lease, b.shut(w.lease))
		}
	}
	b.sample()
}

// shut reports whether the operator has paused or skipped all of a recorder.
func (b *Board) shut(id RecorderID) bool {
	for _, w := range b.of[id] {
		for _, c := range w.cameras {
			if c.State != tasks.Paused && c.State != tasks.Skipped {
				return false
			}
		}
	}
	return true
}

func (b *Board) sample() {
	now := time.Now()
	if now.Sub(b.sampled) < time.Second {
		return
	}
	b.sampled = now
	rate := 0.0
	for _, m := range b.machines {
		rate += m.view.Rate
	}
	b.peak = max(b.peak, rate)
	b.rates = append(b.rates[max(0, len(b.rates)-119):], rate)
}

// Over reports whether every recorder has ended, so that nothing more happens
// without the operator.
func (b *Board) Over() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.isOver()
}

func (b *Board) isOver() bool {
	for _, w := range b.rows {
		for _, c := range w.cameras {
			if !c.State.Ended() {
				return false
			}
		}
		skipped := w.view.Machine == "" && !slices.ContainsFunc(w.cameras, func(c tasks.CameraView) bool { return c.State != tasks.Skipped })
		if !w.over && !skipped {
			return false
		}
	}
	return true
}
