package fleet

import (
	"time"
)

// Rules are the table's time limits. The zero value means the defaults.
type Rules struct {
	Patience time.Duration // how long an unheard machine keeps its recorders if another could take them; 0: a minute
	Sole     time.Duration // the same if no other could; 0: 12 hours
	Grace    time.Duration // waited beyond a promise, for messages on their way; 0: 5 s
}

// beatEvery returns the interval of beats, short enough that some may get lost.
func (r Rules) beatEvery() time.Duration { return min(r.Patience/4, 5*time.Second) }

// longestGap is the longest gap between two looks at the table before the coordinator
// itself counts as absent.
const longestGap = 2 * time.Second

// ttl returns how long a promise of a lease lasts. It is long if nobody else
// could take over, so that a machine that sleeps or lost its uplink need not
// stop.
func (t *Table) ttl(l *lease) time.Duration {
	if t.without == ruleP3b || t.ticked.atLeast(t.listens) < t.rules.Patience && t.rules.Patience < t.rules.Sole {
		return t.rules.Patience // at first nobody knows who else will join
	}
	for _, other := range t.members {
		if other.id != l.holder && t.present(other) && l.placed(other) {
			return t.rules.Patience
		}
	}
	return t.rules.Sole
}

// Tick advances the time. It returns the leases that have changed.
func (t *Table) Tick(now Instant) []RecorderID {
	t.listen(now)
	var changed []RecorderID
	for _, m := range t.members {
		for _, l := range m.leases {
			if t.expired(l, now) {
				t.release(l)
				changed = append(changed, l.id)
			}
		}
	}
	for id, p := range t.suspects {
		if p.over(now, t.rules) {
			delete(t.suspects, id)
			t.news = true
		}
	}
	if t.adopting && now.atLeast(t.listens) > t.rules.Patience+t.rules.Grace {
		t.adopting = false
	}
	changed = append(changed, t.HandOut(now)...)
	t.askBack(now)
	return changed
}

// listen notes that the coordinator is listening. After a gap, because it was
// frozen, asleep or somebody set its clock, all promises start again: the
// machines may have beaten in vain.
func (t *Table) listen(now Instant) {
	gap := now.atMost(t.ticked) > longestGap || now.atLeast(t.ticked) < 0
	t.ticked = now
	if !gap || t.without == ruleP2b {
		return
	}
	t.listens = now
	for _, m := range t.members {
		m.heard = now
		for _, l := range m.leases {
			l.promise.at, l.offer.at = now, now
		}
	}
	for id, p := range t.suspects {
		p.at = now
		t.suspects[id] = p
	}
}

// expired reports whether a lease's promise has certainly run out.
func (t *Table) expired(l *lease, now Instant) bool {
	if t.without == ruleP2 {
		return now.atLeast(t.members[l.holder].heard) > t.rules.Patience/2
	}
	if !l.promise.valid() && !l.offer.valid() { // it was never offered to anybody
		m := t.members[l.holder]
		return m == nil || !t.present(m)
	}
	return l.promise.over(now, t.rules) && l.offer.over(now, t.rules)
}

// over reports whether a promise has certainly run out.
func (p promise) over(now Instant, r Rules) bool {
	return !p.valid() || now.atLeast(p.at) > p.ttl+r.Grace
}

// Instant is a moment on both clocks of a computer. The monotonic clock cannot
// be set, but on Linux and macOS it stands still while the computer sleeps. The
// wall clock goes on, but can be set. The rules take the time between two
// instants from the clock that is on the safe side.
type Instant struct{ Mono, Wall time.Duration }

// began is the zero of Now.
var began = time.Now()

// Now returns the present.
func Now() Instant {
	now := time.Now()
	return Instant{Mono: now.Sub(began), Wall: now.Round(0).Sub(began.Round(0))}
}

// atMost returns the longest possible time since an earlier instant.
func (i Instant) atMost(since Instant) time.Duration {
	return max(i.Mono-since.Mono, i.Wall-since.Wall)
}

// atLeast returns the shortest possible time since an earlier instant.
func (i Instant) atLeast(since Instant) time.Duration {
	return min(i.Mono-since.Mono, i.Wall-since.Wall)
}

// Suspect says that a machine has long promises of which nothing more is known.
// What it may hold goes to nobody else until it is heard, they have run out, or
// the operator gives it up.
func (t *Table) Suspect(id MachineID, name string, networks []string, now Instant) {
	m := t.member(id)
	m.name, m.networks, m.slots, m.heard = name, networks, 1, now
	t.suspects[id] = promise{at: now, ttl: t.rules.Sole}
}

// suspected reports whether an unheard machine may hold a lease.
func (t *Table) suspected(l *lease) bool {
	for id := range t.suspects {
		if t.without != ruleP2c && l.placed(t.members[id]) {
			return true
		}
	}
	return false
}

// adopt accepts a lease that only the machine knows of, after the store was
// lost.
func (t *Table) adopt(m *member, h Holding, changed map[RecorderID]bool, now Instant) {
	l := t.leases[h.Recorder]
	_, suspect := t.suspects[m.id]
	if l == nil || !t.adopting && !suspect || l.phase == Over || h.Epoch <= l.epoch {
		return
	}
	if l.phase == Held {
		t.release(l)
	}
	l.epoch = h.Epoch
	t.take(l, m.id)
	l.shown, l.promise = true, promise{session: m.session, at: now, ttl: t.rules.Patience}
	changed[l.id] = true
}
