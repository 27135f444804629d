package fleet

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
)

// Board is everything that the machines show, as one queue: what the screen
// shows, and what the operator wants. Its methods do not wait for a machine, and
// may be called by many goroutines at once.
type Board struct {
	c     *Coordinator
	began time.Time

	mu       sync.Mutex
	rows     []*row
	of       map[RecorderID][]*row
	cameras  []place // by CameraID-1
	machines []*machine
	events   []tasks.Event
	seq      uint64
	rates    []float64
	peak     float64
	sampled  time.Time
	ended    time.Time
	draining bool
	leave    bool // the operator leaves the machines at work
	paused   bool
	limit    int64
	until    time.Time // when the timetable has another limit; zero: look now
	fixed    bool      // it never has
	details  map[tasks.CameraID]*detail
	todo     []func() // what the operator asked for
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

// place says where a camera is.
type place struct {
	row  *row
	pick tasks.Pick
}

// machine is a machine on the board.
type machine struct {
	id    MachineID
	view  tasks.MachineView
	want  int   // jobs that the operator wants; 0: as it came
	limit int64 // its share
	seen  bool  // it has beaten
}

// newBoard returns a board on which everything stands as planned.
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

// named gives a camera the names that it has on this board.
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

// pickOf names a camera of a recorder: by its channel, or by its name as long as
// nobody knows the channel.
func pickOf(c tasks.CameraView) tasks.Pick {
	p := tasks.Pick{Channel: c.Channel, Stream: c.Stream}
	if c.Channel == 0 {
		p.Name = c.Name
	}
	return p
}

// mostCameras is how many cameras of one recorder are believed.
const mostCameras = 2048

// take takes in how far a machine is with a recorder. What comes from outside
// is checked and cleaned.
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
	d := v.View.Device
	w.view.Device, w.view.SignedIn, w.view.Active, w.view.Limit = cleanDevice(d), v.View.SignedIn, v.View.Active, v.View.Limit
	w.view.Hold, w.view.ETA = v.View.Hold, max(v.View.ETA, 0)
	w.view.Hold.What, w.view.Hold.Remedy = nvr.CleanText(v.View.Hold.What, 300), remedy(v.View.Hold.Remedy)
}

func clean(f tasks.Failure) tasks.Failure {
	return tasks.Failure{Kind: nvr.CleanText(f.Kind, 40), What: nvr.CleanText(f.What, 300), Remedy: remedy(f.Remedy), At: f.At}
}

func remedy(r nvr.Remedy) nvr.Remedy { return nvr.Remedy(nvr.CleanText(string(r), 40)) }

func cleanDevice(d nvr.Device) nvr.Device {
	d.Name, d.Model, d.Serial, d.Firmware = nvr.CleanText(d.Name, 80), nvr.CleanText(d.Model, 80), nvr.CleanText(d.Serial, 80), nvr.CleanText(d.Firmware, 80)
	return d
}

// end takes in that a machine is through with a recorder.
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

// rest has a row show that nobody works on it now.
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

// denied has a row show that its recorder is out of reach for every machine.
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

// happened passes on an event of a machine.
func (b *Board) happened(machine string, h Happening) {
	b.mu.Lock()
	defer b.mu.Unlock()
	rows := b.of[h.Recorder]
	e := h.Event
	if h.Account < 0 || h.Account >= len(rows) || e.State < 0 || int(e.State) >= len(tasks.Counts{}) {
		return
	}
	w := rows[h.Account]
	e.Recorder, e.Address, e.Machine = w.view.ID, w.view.Address, machine
	if e.Camera > 0 {
		e.Camera = -1
		if id, ok := w.ids[tasks.Pick{Channel: e.Channel, Stream: e.Track.Stream()}]; ok {
			e.Camera = id
		}
	}
	e.CameraName, e.Message, e.Failure, e.Path = nvr.CleanText(e.CameraName, 80), nvr.CleanText(e.Message, 500), clean(e.Failure), nvr.CleanText(e.Path, 300)
	e.Remedy = remedy(e.Remedy)
	b.push(e)
}

// finished tells of a file.
func (b *Board) finished(_ MachineID, name string, id RecorderID, f archive.Distant) {
	b.mu.Lock()
	defer b.mu.Unlock()
	rows := b.of[id]
	if len(rows) == 0 {
		return // of an earlier run
	}
	file, about := f.Finished()
	if file.Finished.Before(b.began.Add(-time.Minute)) && about.Begins.Before(b.began) && file.Finished.Before(b.c.o.Run.Began) {
		return // told now, but no news
	}
	e := tasks.Event{
		Type: tasks.EventFile, Recorder: rows[0].view.ID, Address: rows[0].view.Address, Camera: -1, Channel: about.Track.Channel(),
		Track: about.Track, CameraName: about.Camera, Machine: name, Path: file.Path, Bytes: file.Bytes, Attempt: file.Attempts,
		Message: about.Start.Format("2006-01-02 15:04:05") + "–" + about.End.Format("15:04:05") + " on disk",
	}
	if cid, ok := rows[0].ids[tasks.Pick{Channel: e.Channel, Stream: about.Track.Stream()}]; ok {
		e.Camera, e.State = cid, tasks.Downloading
	}
	b.push(e)
}

// mostRemembered is how many events the board remembers.
const mostRemembered = 10_000

// push tells of something. The caller holds the mutex.
func (b *Board) push(e tasks.Event) {
	b.seq++
	e.Seq = b.seq
	if e.Time.IsZero() {
		e.Time = time.Now()
	}
	if e.Camera == 0 {
		e.Camera = -1
	}
	if len(b.events) >= mostRemembered+mostRemembered/10 {
		b.events = slices.Delete(b.events, 0, len(b.events)-mostRemembered)
	}
	b.events = append(b.events, e)
	if e.Type == tasks.EventMachine || e.Type == tasks.EventNotice {
		b.c.log.Info(e.Message, "machine", e.Machine)
	}
}

// Events appends to buf the events after seq, oldest first.
func (b *Board) Events(seq uint64, buf []tasks.Event) []tasks.Event {
	b.mu.Lock()
	defer b.mu.Unlock()
	i, _ := slices.BinarySearchFunc(b.events, seq+1, func(e tasks.Event, seq uint64) int { return cmp.Compare(e.Seq, seq) })
	return append(buf, b.events[i:]...)
}

// Tell tells the operator something that concerns the run.
func (b *Board) Tell(text string) { b.notice(text) }

// notice tells something that concerns the run.
func (b *Board) notice(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.push(tasks.Event{Type: tasks.EventNotice, Message: text})
}

// join puts a machine on the board.
func (b *Board) join(id MachineID, name, address string, networks []string, version string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m := b.machine(id)
	was := *m
	m.view.Name, m.view.Networks, m.view.Version, m.view.Address = name, networks, version, address
	m.view.Silent, m.view.Left = 0, false
	switch {
	case !was.seen:
	case was.view.Silent > 0 || was.view.Left:
		b.push(tasks.Event{Type: tasks.EventMachine, Machine: name, Message: name + " is back"})
	}
}

func (b *Board) machine(id MachineID) *machine {
	for _, m := range b.machines {
		if m.id == id {
			return m
		}
	}
	m := &machine{id: id, view: tasks.MachineView{ID: string(id), Free: -1}}
	b.machines = append(b.machines, m)
	slices.SortStableFunc(b.machines, func(x, y *machine) int { // the coordinator's own first
		return cmp.Compare(btoi(y.id == b.c.loop.Machine()), btoi(x.id == b.c.loop.Machine()))
	})
	return m
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// beat takes in what a machine says of itself.
func (b *Board) beat(id MachineID, beat Beat) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m := b.machine(id)
	m.view.Jobs, m.view.Free, m.view.Rate, m.view.Files, m.view.Active = beat.Jobs, beat.Free, beat.Rate, beat.Files, beat.Active
	held := nvr.CleanText(beat.Held, 200)
	switch {
	case held != "" && m.view.Held == "":
		b.push(tasks.Event{Type: tasks.EventMachine, Machine: m.view.Name, Message: m.view.Name + ": " + held})
	case held == "" && m.view.Held != "":
		b.push(tasks.Event{Type: tasks.EventMachine, Machine: m.view.Name, Message: m.view.Name + " can write again"})
	}
	m.view.Held = held
	if !m.seen {
		m.seen = true
		if id != b.c.loop.Machine() {
			b.push(tasks.Event{Type: tasks.EventMachine, Machine: m.view.Name, Message: "+ " + m.describe()})
		}
	} else if m.view.Silent > 0 {
		b.push(tasks.Event{Type: tasks.EventMachine, Machine: m.view.Name, Message: m.view.Name + " is back"})
	}
	m.view.Silent = 0
	if beat.Leaving && !m.view.Left {
		b.push(tasks.Event{Type: tasks.EventMachine, Machine: m.view.Name, Message: m.view.Name + " leaves"})
	}
	m.view.Left = beat.Leaving
}

// describe says what a machine brings: "kazan-1: 8 jobs, network kazan, 1.2 TiB
// free".
func (m *machine) describe() string {
	text := fmt.Sprintf("%s: %d jobs", m.view.Name, m.view.Jobs)
	if m.view.Jobs == 1 {
		text = m.view.Name + ": 1 job"
	}
	if len(m.view.Networks) > 0 {
		text += ", network " + strings.Join(m.view.Networks, ", ")
	}
	if m.view.Free >= 0 {
		text += fmt.Sprintf(", %.1f GiB free", float64(m.view.Free)/(1<<30))
	}
	return text
}

// machineEvent tells something of a machine.
func (b *Board) machineEvent(id MachineID, text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	m := b.machine(id)
	m.view.Left = true
	b.push(tasks.Event{Type: tasks.EventMachine, Machine: m.view.Name, Message: m.view.Name + " " + text})
}

// follow brings the board in line with the table: who works on what, and who is
// not heard. The coordinator's mutex is held.
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
				w.view.Silent = m.view.Silent
				for i := range w.cameras {
					w.cameras[i].Rate = 0
				}
			}
		case l.phase == Free && !w.over && (w.view.Machine != "" || w.view.Active > 0):
			w.rest()
		case l.phase == Over && !w.over: // by the table itself, or an end would have told
			b.denied(w, t.Denied(w.lease))
		}
		if held || l.phase == Free {
			t.Shut(w.lease, b.shut(w.lease))
		}
	}
	b.sample()
}

// shut reports whether the operator wants nothing of a recorder now.
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

// sample measures the rate, once a second.
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

// over reports whether nothing more will happen by itself.
func (b *Board) over() bool {
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
		if !w.over && !b.skipped(w) {
			return false
		}
	}
	return true
}

func (b *Board) skipped(w *row) bool {
	return w.view.Machine == "" && !slices.ContainsFunc(w.cameras, func(c tasks.CameraView) bool { return c.State != tasks.Skipped })
}

// isDraining reports whether nothing new shall be started.
func (b *Board) isDraining() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.draining
}

// Snapshot copies the present into s.
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
		if m.id == b.c.loop.Machine() {
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

// detail is what a machine told of a camera.
type detail struct {
	got   tasks.CameraDetail
	ok    bool
	asked time.Time
}

// Camera returns one camera with its recordings, as far as its machine has
// told; it is asked in the background.
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
	for j := len(b.events) - 1; j >= 0 && len(got.Events) < 20 && j > len(b.events)-2000; j-- {
		if b.events[j].Camera == id {
			got.Events = append(got.Events, b.events[j])
		}
	}
	slices.Reverse(got.Events)
	return got, true
}

// ask asks a camera's machine for its recordings.
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
	if holder == c.loop.Machine() {
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
		d.got, d.ok = got, true
	}
}

// coverage keeps what a machine told of a recorder's cameras at its end. The
// caller holds the mutex.
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

// Coverage returns the coverage of every camera, as its machine told it.
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
