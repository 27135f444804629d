package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks"
	"example.com/hikgrab/tasks/archive"
)

// Catalogue is what a coordinator needs of its archive; an *archive.Archive is
// one.
type Catalogue interface {
	NoteElsewhere(machine, by string, files []archive.Distant) ([]bool, error)
	ElsewhereOf(network, recorder, by string, from, most int) (page []archive.Remote, next int)
	NoteCamera(c archive.CameraKey, o archive.Outcome) error
}

// CoordinatorOptions say how a coordinator works. Name, Version and Run are
// needed.
type CoordinatorOptions struct {
	Name    string // of its own machine
	Version string
	Run     Run
	Rules   Rules
	Limit   tasks.Timetable // for all machines together
	Dir     string
	Again   bool           // a coordinator has kept this catalogue before, so an empty store is a lost one
	Now     func() Instant // nil means Now
	Log     *slog.Logger

	// Reread reads the sheet again, when the operator retries a recorder that
	// refused the login. Nil keeps the logins of the start.
	Reread func() ([]tasks.Task, error)
}

// Coordinator gives recorders to machines and takes in what they report. Make
// one with NewCoordinator, then Run it; its Board is what the operator sees.
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
	late    map[RecorderID][]archive.Remote // for the holder to learn
	stopped bool                            // the operator wants everything stopped
	parted  map[MachineID]bool              // who knows that it is over
	leaving bool                            // the coordinator leaves the machines at work
	without rule                            // tests take one out
	failed  error                           // another coordinator has taken over
}

// job is what is wanted of a recorder.
type job struct {
	network string
	list    []tasks.Task
	wanted  string
	facts   nvr.Facts
	wishes  []Wish
}

// progress is what the catalogue has of a machine's reports.
type progress struct{ session, n uint64 }

// NewCoordinator returns a coordinator of a sheet's tasks, which does nothing
// until Run.
func NewCoordinator(hub Hub, catalogue Catalogue, list []tasks.Task, planned *tasks.Snapshot, o CoordinatorOptions) *Coordinator {
	if o.Now == nil {
		o.Now = Now
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	c := &Coordinator{
		o: o, hub: hub, catalogue: catalogue, log: o.Log, jobs: map[RecorderID]*job{},
		kept: map[string]uint64{}, unsaved: map[RecorderID]bool{}, told: map[MachineID]progress{}, parted: map[MachineID]bool{}, late: map[RecorderID][]archive.Remote{},
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
		j.seal()
	}
	return c
}

// seal finds the mark by which a machine sees that something else is wanted.
func (j *job) seal() {
	j.wanted = ""
	for _, t := range j.list {
		j.wanted += fmt.Sprintf("%q %q %v %v %v %v %v;", t.Login.User, string(t.Login.Password), t.Cameras, t.Period, t.Stream, t.Clock, t.Kinds)
	}
	j.wanted = string(RecorderOf(j.wanted, ""))[:8]
}

// Board is what the operator sees of all machines.
func (c *Coordinator) Board() *Board { return c.board }

// Link is the coordinator's own machine's end of the wire, which has none.
func (c *Coordinator) Link() Link { return c.loop }

// Run coordinates until ctx ends, which is no error, or until it cannot: the
// error is a sentence for the operator.
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

// record is what the store keeps of a lease.
type record struct {
	Holder MachineID     `json:"holder"`
	Name   string        `json:"name"`
	Held   bool          `json:"held"`
	Epoch  uint64        `json:"epoch"`
	TTL    time.Duration `json:"ttl"`
}

const leaseKey = "lease."

// load takes up the leases of a coordinator that was here before.
func (c *Coordinator) load(ctx context.Context) error {
	values, err := c.hub.Load(ctx)
	if err != nil {
		return fmt.Errorf("cannot read what is kept of an earlier run: %w", err)
	}
	now := c.o.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	lost := len(values) == 0 && c.o.Again
	c.table = NewTable(c.o.Rules, now, lost)
	c.table.without = c.without
	c.table.sessions = uint64(time.Now().UnixNano())
	for id, j := range c.jobs {
		c.table.Want(id, j.network, j.list[0].Address.String(), public(j.list[0].Address.Host), j.wanted, estimate(j.list, c.o.Run))
	}
	for key, kept := range values {
		c.kept[key] = kept.Revision
		id, ok := strings.CutPrefix(key, leaseKey)
		var r record
		if !ok || json.Unmarshal(kept.Value, &r) != nil {
			continue
		}
		m := c.table.member(r.Holder)
		m.name, m.heard = r.Name, now
		c.table.Restore(RecorderID(id), r.Holder, r.Held, r.Epoch, r.TTL, now)
	}
	if lost {
		c.board.notice("what was kept of the leases is lost; the machines are asked what they hold first, which takes " + (c.table.rules.Patience + c.table.rules.Grace).String())
	}
	return nil
}

// save keeps leases that have changed, before any machine may learn of it. The
// caller holds the mutex.
func (c *Coordinator) save(ctx context.Context, changed []RecorderID) error {
	for _, id := range changed {
		c.unsaved[id] = true
	}
	for id := range c.unsaved {
		l := c.table.leases[id]
		key := leaseKey + string(id)
		value := encode(record{Holder: l.holder, Name: c.table.member(l.holder).name, Held: l.phase == Held, Epoch: l.epoch, TTL: c.table.ttl(l)})
		revision, err := c.hub.Save(ctx, key, value, c.kept[key])
		if err != nil {
			if errors.Is(err, ErrSuperseded) {
				c.failed = err
			}
			return err
		}
		c.kept[key] = revision
		delete(c.unsaved, id)
	}
	return nil
}

// tick looks at the time.
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

// wake has the machines beat that have news waiting. The caller holds the
// mutex.
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

// rouse has a machine beat at once.
func (c *Coordinator) rouse(to MachineID) {
	if to == c.loop.Machine() {
		c.loop.rouse()
		return
	}
	_ = c.hub.Tell(to, KindWake, nil) // the next beat makes up for it
}

// wakeSoon has a machine beat, from where the mutex may not be taken.
func (c *Coordinator) wakeSoon(id MachineID) { go c.rouse(id) }

// ready reports whether it is known who held what.
func (c *Coordinator) ready() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.table != nil
}

// answer takes a message of a machine.
func (c *Coordinator) answer(ctx context.Context, from Peer, kind Kind, data []byte) []byte {
	if !c.ready() {
		return nil // the machine tries again
	}
	switch kind {
	case KindHello:
		return c.hello(from, data)
	case KindBeat:
		return c.beat(ctx, from, data)
	case KindView:
		c.view(from, data)
	case KindHave:
		return c.have(from, data)
	case KindRevoked:
		now := c.o.Now()
		c.mu.Lock()
		c.table.Revoke(from.Machine, now)
		c.board.machineEvent(from.Machine, "may not take part any more")
		c.mu.Unlock()
	case KindWake, KindDetail, KindPiece:
	}
	return nil
}

func (c *Coordinator) hello(from Peer, data []byte) []byte {
	var h Hello
	if err := decode(data, &h); err != nil {
		return encode(Welcome{Refused: err.Error()})
	}
	if h.Protocol != Protocol {
		return encode(Welcome{Refused: fmt.Sprintf("the coordinator runs hikgrab %s and this machine %s, which do not understand each other (protocols %d and %d); use one version on all machines",
			c.o.Version, nvr.CleanText(h.Version, 40), Protocol, h.Protocol)})
	}
	networks := from.Networks
	if len(h.Networks) > 0 {
		for _, n := range h.Networks {
			if len(networks) > 0 && !slices.Contains(networks, n) {
				return encode(Welcome{Refused: fmt.Sprintf("the invitation is for the network %s, not for %s; ask whoever runs the coordinator for one that names %s",
					strings.Join(networks, ", "), nvr.CleanText(n, 40), nvr.CleanText(n, 40))})
			}
		}
		networks = h.Networks
	}
	now := c.o.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	name := c.name(from.Machine, nvr.CleanText(h.Name, 40))
	session := c.table.Join(from.Machine, name, networks, now)
	c.told[from.Machine] = progress{session: session}
	c.board.join(from.Machine, name, from.Address, networks, nvr.CleanText(h.Version, 40))
	return encode(Welcome{Session: session, Beat: c.table.rules.beatEvery(), Run: c.o.Run})
}

// name returns a machine's name, with the end of its key where another one has
// the same. The caller holds the mutex.
func (c *Coordinator) name(id MachineID, name string) string {
	if name == "" {
		name = "machine"
	}
	for _, m := range c.table.members {
		if m.id != id && m.name == name {
			return name + "-" + strings.ToLower(string(id[max(0, len(id)-4):]))
		}
	}
	return name
}

// slots is how many recorders a machine can use: what its jobs need, and two
// more, so that signing in and searching costs no download.
func (c *Coordinator) slots(jobs int) int {
	if jobs <= 0 {
		return 0
	}
	return (jobs+c.o.Run.PerRecorder-1)/c.o.Run.PerRecorder + 2
}

// mostGrants is how many grants go into one answer.
const mostGrants = 8

func (c *Coordinator) beat(ctx context.Context, from Peer, data []byte) []byte {
	var b Beat
	if decode(data, &b) != nil {
		return nil
	}
	now := c.o.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed != nil {
		return nil
	}
	orders, changed := c.table.Beat(from.Machine, b, c.slots(b.Jobs), now)
	if orders.Stranger {
		return encode(orders)
	}
	c.board.beat(from.Machine, b)
	if err := c.save(ctx, changed); err != nil {
		c.log.Warn("A lease could not be kept, so nobody is given anything", "error", err)
		return nil
	}
	orders.Leases = c.fill(from.Machine, orders.Leases, b, &orders.More)
	if c.stopped {
		orders.Leases = nil
	}
	if p := c.told[from.Machine]; p.session == b.Session {
		orders.Told = p.n
	}
	orders.Over, orders.Drain = c.board.over() || c.stopped, c.board.isDraining()
	c.parted[from.Machine] = orders.Over
	orders.Jobs, orders.Limit = c.board.settings(from.Machine)
	c.wakeOthers(from.Machine, changed)
	return encode(orders)
}

func (c *Coordinator) wakeOthers(but MachineID, changed []RecorderID) {
	var others []RecorderID
	for _, id := range changed {
		if c.table.leases[id].holder != but {
			others = append(others, id)
		}
	}
	c.wake(others)
}

// fill adds to promises what a machine does not know yet. What does not fit
// into one answer is withheld for the next. The caller holds the mutex.
func (c *Coordinator) fill(to MachineID, promises []Promise, b Beat, more *bool) (filled []Promise) {
	shown := map[RecorderID]Holding{}
	for _, h := range b.Holds {
		shown[h.Recorder] = h
	}
	grants := 0
	for _, p := range promises {
		j := c.jobs[p.Recorder]
		h, known := shown[p.Recorder]
		known = known && h.Epoch == p.Epoch
		if !known || h.Wanted != j.wanted {
			grants++
			if grants > mostGrants {
				c.table.Withhold(p.Recorder)
				*more = true
				continue
			}
			g, err := c.grant(to, p.Recorder, j)
			if err != nil {
				c.log.Warn("A recorder cannot be given", "error", err)
				c.table.Withhold(p.Recorder)
				continue
			}
			p.Grant = g
		}
		for _, w := range j.wishes {
			if !known || w.N > h.Wish {
				p.Wishes = append(p.Wishes, w)
			}
		}
		p.Had = c.late[p.Recorder]
		delete(c.late, p.Recorder)
		filled = append(filled, p)
	}
	return filled
}

// grant tells a machine what to do with a recorder.
func (c *Coordinator) grant(to MachineID, id RecorderID, j *job) (*Grant, error) {
	l := c.table.leases[id]
	g := &Grant{Wanted: j.wanted, Network: j.network, Facts: j.facts, Shared: c.table.ttl(l) != c.table.rules.Sole}
	page, _ := c.catalogue.ElsewhereOf(j.network, l.address, string(to), 0, 1)
	g.Had = len(page) > 0
	logins := make([]login, len(j.list))
	for i, t := range j.list {
		g.Tasks = append(g.Tasks, Job{
			Source: t.Source, Address: t.Address, Name: t.Name, Cameras: t.Cameras, Period: t.Period, Stream: t.Stream, Clock: t.Clock, Kinds: t.Kinds,
		})
		logins[i] = login{t.Login.User, string(t.Login.Password), t.Address}
	}
	var err error
	if g.Logins, err = c.seal(to, encode(logins)); err != nil {
		return nil, err
	}
	return g, nil
}

func (c *Coordinator) seal(to MachineID, secret []byte) ([]byte, error) {
	if to == c.loop.Machine() {
		return secret, nil
	}
	return c.hub.Seal(to, secret)
}

func (c *Coordinator) view(from Peer, data []byte) {
	var v View
	if decode(data, &v) != nil {
		return
	}
	now := c.o.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	m := c.table.members[from.Machine]
	if m == nil || m.session != v.Session {
		return
	}
	m.heard = now
	for _, r := range v.Recorders {
		if c.holds(from.Machine, r.ID, r.Epoch) {
			c.board.take(r)
			c.learn(r)
		}
	}
	for _, e := range v.Events {
		if l := c.table.leases[e.Recorder]; l != nil && l.holder == from.Machine {
			c.board.happened(m.name, e)
		}
	}
}

// learn remembers the facts of a recorder for who gets it next.
func (c *Coordinator) learn(r RecorderView) {
	if j := c.jobs[r.ID]; j != nil && r.Facts != (nvr.Facts{}) {
		j.facts = r.Facts
	}
}

// holds reports whether a machine speaks of a lease that it has. The caller
// holds the mutex.
func (c *Coordinator) holds(m MachineID, r RecorderID, epoch uint64) bool {
	l := c.table.leases[r]
	return l != nil && l.phase == Held && l.holder == m && l.epoch == epoch
}

// mostHave is how many recordings one page tells of.
const mostHave = 2000

func (c *Coordinator) have(from Peer, data []byte) []byte {
	var h Have
	if decode(data, &h) != nil {
		return nil
	}
	c.mu.Lock()
	l := c.table.leases[h.Recorder]
	c.mu.Unlock()
	if l == nil {
		return encode(Had{})
	}
	page, next := c.catalogue.ElsewhereOf(l.network, l.address, string(from.Machine), h.From, mostHave)
	return encode(Had{Recordings: page, Next: next})
}

// mostReports is how many reports are taken in at once, with one fsync.
const mostReports = 256

// intake takes reports into the catalogue until ctx ends.
func (c *Coordinator) intake(ctx context.Context) {
	for ctx.Err() == nil {
		batch, err := c.hub.Reports(ctx, mostReports)
		if err == nil {
			err = c.takeIn(batch)
		}
		if err != nil && ctx.Err() == nil {
			c.log.Warn("Reports could not be taken in", "error", err)
			select {
			case <-ctx.Done():
			case <-time.After(time.Second):
			}
		}
	}
}

// takeIn takes in reports, which are acknowledged once they survive a power
// cut. Those of a session count in their order; files count whatever their
// order, once.
func (c *Coordinator) takeIn(batch []Delivery) error {
	type report struct {
		Report
		counts bool // it is the next of its session
	}
	of := map[MachineID][]report{}
	c.mu.Lock()
	next := map[MachineID]progress{}
	for _, d := range batch {
		var r Report
		if decode(d.Data, &r) != nil {
			continue
		}
		p, ok := next[d.From.Machine]
		if !ok {
			p = c.told[d.From.Machine]
		}
		counts := r.Session == p.session && r.N == p.n+1
		if counts {
			p.n++
		}
		next[d.From.Machine] = p
		of[d.From.Machine] = append(of[d.From.Machine], report{r, counts})
	}
	c.mu.Unlock()
	for m, reports := range of {
		var files []archive.Distant
		ended := false
		for _, r := range reports {
			if r.File != nil {
				files = append(files, *r.File)
			}
		}
		c.mu.Lock()
		name := c.table.member(m).name
		c.mu.Unlock()
		news, err := c.catalogue.NoteElsewhere(name, string(m), files)
		if err != nil {
			return err
		}
		now := c.o.Now()
		c.mu.Lock()
		for _, r := range reports {
			if r.File != nil {
				c.finished(m, r.Report, news[0])
				news = news[1:]
			}
			if r.counts && r.End != nil {
				c.end(m, r.Report, now)
				ended = true
			}
		}
		if c.told[m].session == next[m].session {
			c.told[m] = next[m]
		}
		c.mu.Unlock()
		if ended {
			c.rouse(m)
		}
	}
	for _, d := range batch {
		_ = d.Ack() // else it comes once more
	}
	return nil
}

// finished takes in a file. One that comes late is passed on to the present
// holder. The caller holds the mutex.
func (c *Coordinator) finished(m MachineID, r Report, news bool) {
	if !news {
		return
	}
	id := RecorderOf(r.File.Network(), r.File.Recorder())
	c.board.finished(m, c.table.member(m).name, id, *r.File)
	if l := c.table.leases[id]; l != nil && l.phase == Held && l.holder != m && len(c.late[id]) < mostHave {
		c.late[id] = append(c.late[id], r.File.Remote(c.table.member(m).name, string(m)))
	}
}

// end takes in that a machine is through with a recorder. The caller holds the
// mutex.
func (c *Coordinator) end(m MachineID, r Report, now Instant) {
	e := *r.End
	e.Returned = nvr.CleanText(e.Returned, 200)
	if !c.table.End(m, r.Recorder, r.Epoch, e, now) {
		return
	}
	c.unsaved[r.Recorder] = true
	j := c.jobs[r.Recorder]
	j.wishes = nil
	for _, v := range e.Views {
		c.learn(v)
		if !e.Away {
			c.board.take(v)
			c.note(r.Recorder, v)
		}
	}
	c.board.end(r.Recorder, c.table.leases[r.Recorder].phase == Over, e)
	if e.Away {
		c.table.HandOut(now)
	}
}

// note has the journal remember how cameras ended, for --only failed.
func (c *Coordinator) note(id RecorderID, v RecorderView) {
	for _, camera := range v.Cameras {
		if camera.State.Ended() && camera.Channel > 0 {
			key := archive.CameraKey{Recorder: c.table.leases[id].address, Track: camera.Track}
			if err := c.catalogue.NoteCamera(key, archive.Outcome{State: camera.State.String(), At: time.Now()}); err != nil {
				c.log.Warn("How a camera ended could not be noted", "error", err)
			}
		}
	}
}

// estimate is how much work a recorder is, as far as can be known before it was
// met: cameras times hours.
func estimate(list []tasks.Task, run Run) int64 {
	total := int64(0)
	for _, t := range list {
		cameras := int64(len(t.Cameras))
		if cameras == 0 {
			cameras = 8
		}
		p := t.Period
		if p.IsZero() {
			p = run.Period
		}
		from, to, err := p.Resolve(nvr.WallTime(run.Began))
		if err != nil {
			continue
		}
		total += cameras * int64(math.Ceil(min(to.Sub(from), 31*24*time.Hour).Hours()))
	}
	return total
}
