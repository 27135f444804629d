package fleet

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Phase is the state of a recorder's lease.
type Phase int

// The phases of a recorder.
const (
	Free Phase = iota // available to any machine
	Held              // by one machine
	Over              // ended, or given up until the operator retries it
)

// lease is one recorder in the table.
type lease struct {
	id       RecorderID
	network  string
	address  string
	public   bool  // the address means the same in every network
	estimate int64 // how much work it is: the longest goes first
	urgent   bool  // the operator asked for it
	shut     bool  // the operator paused or skipped all of it

	phase   Phase
	holder  MachineID // while Held; otherwise the last holder
	epoch   uint64
	shown   bool // a beat of the holder showed it
	started bool // the holder has contacted it
	back    bool // it was asked back

	// What was promised. The machine follows one of the two: the offer replaces
	// the promise when a beat says it was accepted, and dies with the first beat
	// that says it was not.
	promise, offer promise
	denied         map[MachineID]denial // machines that cannot reach it
	reached        MachineID            // the last machine that worked on it
}

// promise is what the answer to a beat promised: ttl, counted from at or
// earlier.
type promise struct {
	session, beat uint64
	at            Instant
	ttl           time.Duration
}

func (p promise) valid() bool { return p.ttl > 0 }

type denial struct {
	at  Instant
	why string
}

// denialLasts is how long a machine that could not reach a recorder is not
// offered it again.
const denialLasts = 5 * time.Minute

// member is a machine in the table.
type member struct {
	id       MachineID
	name     string
	networks []string
	session  uint64
	beat     uint64 // the last one answered
	heard    Instant
	known    bool // heard since the coordinator started listening
	slots    int  // recorders it can use
	full     bool // its disk takes no more
	fullAt   Instant
	paused   bool // by the operator
	leaving  bool
	revoked  bool
	leases   map[RecorderID]*lease
}

// Table decides who may touch which recorder: events and times go in, what may
// be held comes out. It has no clock and no lock and contacts nobody.
//
// Two of its rules are for the machine to keep (see Machine.Fence): a grant
// alone permits nothing, and every write asks. The table keeps the others. A
// recorder goes to another machine only after a report, after a beat that does
// not show it, or when its promise has run out while the coordinator listened
// all the time (expired). A promise is long if nobody else could take over
// (ttl).
type Table struct {
	rules    Rules
	leases   map[RecorderID]*lease
	members  map[MachineID]*member
	order    []*lease // in the order of handing out; see sorted
	unsorted bool
	news     bool // something changed that may let a free recorder be handed out
	sessions uint64
	listens  Instant // since when, without a gap
	ticked   Instant
	closed   bool                  // nothing is handed out any more
	adopting bool                  // the store was lost: for a while, believe what machines show
	suspects map[MachineID]promise // with adopting: who may hold anything in its networks for long, until heard
	without  rule                  // set by tests to disable a rule
}

// rule names a safety rule of leases, for tests that disable one.
type rule int

// The rules; see Table and Machine.Fence.
const (
	noRule  rule = iota
	ruleP1       // a grant alone permits nothing; promises count from the sending of the beat
	ruleP2       // nobody else before the promise has run out
	ruleP2b      // all promises start again after the coordinator was deaf
	ruleP2c      // allow for machines that work under a lost promise
	ruleP3       // a long promise counts until a shorter one has been accepted
	ruleP3b      // a promise is long if nobody else could take over
)

// NewTable returns an empty table that listens from now on. Lost means that
// earlier leases are unknown, so the machines are asked first.
func NewTable(rules Rules, now Instant, lost bool) *Table {
	rules.Patience, rules.Sole, rules.Grace = cmp.Or(rules.Patience, time.Minute), cmp.Or(rules.Sole, 12*time.Hour), cmp.Or(rules.Grace, 5*time.Second)
	return &Table{
		rules: rules, leases: map[RecorderID]*lease{}, members: map[MachineID]*member{},
		listens: now, ticked: now, adopting: lost, suspects: map[MachineID]promise{},
	}
}

// Want adds a recorder to be worked on. A public address means the same in
// every network.
func (t *Table) Want(id RecorderID, network, address string, public bool, estimate int64) {
	l := t.leases[id]
	if l == nil {
		l = &lease{id: id, network: network, address: address, public: public}
		t.leases[id] = l
		t.order = append(t.order, l)
	}
	l.estimate = estimate
	t.unsorted, t.news = true, true
}

// Restore adds a lease that was granted before the coordinator started.
func (t *Table) Restore(id RecorderID, holder MachineID, held bool, epoch uint64, ttl time.Duration, now Instant) {
	l := t.leases[id]
	if l == nil {
		return // no longer wanted: the machine will find out
	}
	l.holder, l.epoch = holder, epoch
	if held {
		t.take(l, holder)
		l.shown = true
		l.promise = promise{at: now, ttl: ttl}
	}
}

// Join starts a session of a machine. Its first beat tells what it holds.
func (t *Table) Join(id MachineID, name string, networks []string, now Instant) (session uint64) {
	m := t.member(id)
	t.sessions++
	m.name, m.networks, m.session, m.beat = name, networks, t.sessions, 0
	m.heard, m.known, m.leaving, m.revoked = now, true, false, false
	t.news = true
	return m.session
}

func (t *Table) member(id MachineID) *member {
	m := t.members[id]
	if m == nil {
		m = &member{id: id, leases: map[RecorderID]*lease{}}
		t.members[id] = m
	}
	return m
}

// Beat records what a machine holds. It returns what the machine may hold, and
// which leases must be saved before the machine may learn of them. Slots is how
// many recorders the machine can use.
func (t *Table) Beat(id MachineID, b Beat, slots int, now Instant) (Orders, []RecorderID) {
	t.listen(now)
	m := t.members[id]
	if m == nil || m.revoked || b.Session != m.session || b.N <= m.beat {
		return Orders{Stranger: true}, nil
	}
	full := b.Held != ""
	t.news = t.news || m.slots != slots || m.full != full || m.leaving != b.Leaving
	m.beat, m.heard, m.known, m.slots, m.leaving = b.N, now, true, slots, b.Leaving
	if full != m.full {
		m.full, m.fullAt = full, now
	}
	changed := map[RecorderID]bool{}
	holds := make(map[RecorderID]Holding, len(b.Holds))
	for _, h := range b.Holds {
		holds[h.Recorder] = h
		t.adopt(m, h, changed, now)
	}
	if _, suspect := t.suspects[id]; suspect {
		delete(t.suspects, id)
		t.news = true
	}
	for _, l := range m.leases {
		h, shown := holds[l.id]
		t.heard(m, l, h, shown && h.Epoch == l.epoch, b.Accepted, changed, now)
	}
	if t.news {
		for _, id := range t.HandOut(now) {
			changed[id] = true
		}
	}
	return t.orders(m, b.N, now), slices.Collect(maps.Keys(changed))
}

// heard records whether the holder's beat showed a lease.
func (t *Table) heard(m *member, l *lease, h Holding, shown bool, accepted uint64, changed map[RecorderID]bool, now Instant) {
	if l.offer.valid() {
		// The answer was accepted, or never will be.
		if l.offer.session == m.session && l.offer.beat == accepted || t.without == ruleP3 {
			l.promise = l.offer
		} else if l.offer.session != m.session {
			// From before a reconnect, so it is unknown which counts: keep the one that
			// ends later.
			if !l.promise.valid() || l.promise.at.Mono+l.promise.ttl <= l.offer.at.Mono+l.offer.ttl {
				l.promise = l.offer
			}
		}
		l.offer = promise{}
	}
	switch {
	case shown && h.Refused != "":
		l.deny(m.id, h.Refused, now)
		t.release(l)
		changed[l.id] = true
	case shown:
		l.shown, l.started = true, h.Started
		if h.Started {
			l.reached = m.id
		}
		l.back = l.back && !h.Started // if it has started meanwhile, it stays
	case l.shown || l.promise.valid():
		t.release(l) // it was held, or could have been, and is not now
		changed[l.id] = true
	}
}

// orders returns what a machine may hold, as the answer to its beat n.
func (t *Table) orders(m *member, n uint64, now Instant) Orders {
	var o Orders
	for _, l := range m.leases {
		ttl := t.ttl(l)
		l.offer = promise{session: m.session, beat: n, at: now, ttl: ttl}
		o.Leases = append(o.Leases, Promise{Recorder: l.id, Epoch: l.epoch, TTL: ttl, Back: l.back})
	}
	slices.SortFunc(o.Leases, func(a, b Promise) int { return cmp.Compare(a.Recorder, b.Recorder) })
	return o
}

// End records that a machine is finished with a recorder. It reports whether
// that counts; an end from an earlier holder does not.
func (t *Table) End(id MachineID, r RecorderID, epoch uint64, e End, now Instant) bool {
	l := t.leases[r]
	if l == nil || l.phase != Held || l.holder != id || l.epoch != epoch {
		return false
	}
	t.release(l)
	switch {
	case e.Away:
		l.deny(id, e.Returned, now)
	case e.Returned == "" || e.Latched:
		l.phase, l.denied = Over, nil
	}
	return true
}

// Withhold takes back a promise that did not fit into the answer.
func (t *Table) Withhold(r RecorderID) { t.leases[r].offer = promise{} }

func (t *Table) take(l *lease, id MachineID) {
	l.phase, l.holder = Held, id
	l.shown, l.started, l.back, l.urgent = false, false, false, false
	l.promise, l.offer = promise{}, promise{}
	t.member(id).leases[l.id] = l
}

func (t *Table) release(l *lease) {
	delete(t.members[l.holder].leases, l.id)
	if l.back {
		l.holder = "" // otherwise it would go back there
	}
	t.news = true
	l.phase, l.started, l.back = Free, false, false
	l.promise, l.offer = promise{}, promise{}
}

func (l *lease) deny(id MachineID, why string, now Instant) {
	if l.denied == nil {
		l.denied = map[MachineID]denial{}
	}
	l.denied[id] = denial{now, why}
}
