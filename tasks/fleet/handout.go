package fleet

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"
)

// silent is after how long a machine that is not heard counts as silent: three
// beats.
func (r Rules) silent() time.Duration { return r.beatEvery()*3 + r.Grace/5 }

// present reports whether a machine can be counted on at the moment.
func (t *Table) present(m *member) bool {
	return m.known && !m.revoked && !m.leaving && t.ticked.atMost(m.heard) <= t.rules.silent()
}

func (t *Table) able(m *member) bool {
	return t.present(m) && !m.full && !m.paused && len(m.leases) < m.slots
}

// placed reports whether a machine is in the place where a recorder's address
// means that recorder, and has not found it out of reach. Private addresses exist
// in every network; probing would take one city's login to another's recorder.
func (l *lease) placed(m *member) bool {
	if m.slots == 0 {
		return false
	}
	if _, away := l.denied[m.id]; away {
		return false
	}
	if l.network != "" {
		return inNetwork(m.networks, l.network)
	}
	return l.public || len(m.networks) == 0
}

// inNetwork reports whether a network is among others, however it is spelled.
func inNetwork(networks []string, one string) bool {
	return slices.ContainsFunc(networks, func(n string) bool { return strings.EqualFold(n, one) })
}

// HandOut gives free recorders to machines: what the operator asked for first,
// then the longest; to who had it last, whose parts and files lie there, else to
// who has most room. It returns the leases that have a new holder.
func (t *Table) HandOut(now Instant) (granted []RecorderID) {
	t.news = false
	if t.adopting || t.closed {
		return nil // first hear what the machines hold
	}
	var able []*member
	for _, m := range t.members {
		if t.able(m) {
			able = append(able, m)
		}
	}
	if len(able) == 0 {
		return nil
	}
	slices.SortFunc(able, func(a, b *member) int { return cmp.Compare(a.id, b.id) })
	for _, l := range t.sorted() {
		if l.phase != Free || l.shut || t.suspected(l) {
			continue
		}
		maps.DeleteFunc(l.denied, func(_ MachineID, d denial) bool { return now.atLeast(d.at) > denialLasts }) // they may try again
		m := t.choose(l, able)
		if m == nil {
			t.giveUpOn(l)
			continue
		}
		t.take(l, m.id)
		l.epoch++
		granted = append(granted, l.id)
		if !t.able(m) {
			able = slices.DeleteFunc(able, func(other *member) bool { return other == m })
			if len(able) == 0 {
				break
			}
		}
	}
	return granted
}

// choose returns who gets a free recorder, nil when nobody can take it now.
func (t *Table) choose(l *lease, able []*member) *member {
	var best *member
	for _, m := range able {
		switch {
		case !l.placed(m) || t.holdsAddress(m, l):
		case m.id == l.holder:
			return m
		case best == nil || m.slots-len(m.leases) > best.slots-len(best.leases):
			best = m
		}
	}
	return best
}

// holdsAddress reports whether a machine already works on a recorder of the same
// address in another network: two of them it cannot tell apart.
func (t *Table) holdsAddress(m *member, l *lease) bool {
	if len(m.networks) < 2 {
		return false
	}
	return slices.ContainsFunc(t.order, func(other *lease) bool {
		return other != l && other.phase == Held && other.holder == m.id && other.address == l.address
	})
}

// giveUpOn ends a recorder that every machine there is has found out of reach. One
// that has been at work on it, and is only silent, is waited for.
func (t *Table) giveUpOn(l *lease) {
	if len(l.denied) == 0 {
		return
	}
	for _, m := range t.members {
		there := t.present(m) || m.id == l.reached && !m.revoked && !m.leaving
		if there && l.placed(m) { // which leaves out who found it out of reach
			return
		}
	}
	l.phase = Over
}

// Denied says what each machine met that could not reach a recorder; empty when
// none tried in vain.
func (t *Table) Denied(r RecorderID) string {
	l := t.leases[r]
	if l == nil {
		return ""
	}
	var all []string
	for id, d := range l.denied {
		all = append(all, "from "+t.members[id].name+": "+d.why)
	}
	slices.Sort(all)
	return strings.Join(all, "; ")
}

// askBack asks for what a machine holds beyond what it works on when another has
// nothing to do: for one recorder at a time, of who has most of them, or whose
// disk has been full for longer than patience lasts. What is free has been given
// out before.
func (t *Table) askBack(now Instant) {
	var idle []*member
	for _, m := range t.members {
		if len(m.leases) == 0 && t.able(m) {
			idle = append(idle, m)
		}
	}
	if len(idle) == 0 {
		return
	}
	waiting := map[MachineID]int{}
	var spares []*lease
	for _, l := range t.order {
		switch {
		case l.back:
			return
		case l.phase == Held && !l.started:
			waiting[l.holder]++
			if l.shown {
				spares = append(spares, l)
			}
		}
	}
	var best *lease
	for _, l := range spares {
		holder := t.members[l.holder]
		stuck := holder.full && now.atLeast(holder.fullAt) > t.rules.Patience
		if (len(holder.leases) > 1 || stuck) && (best == nil || waiting[l.holder] > waiting[best.holder]) && slices.ContainsFunc(idle, l.placed) {
			best = l
		}
	}
	if best != nil {
		best.back = true
	}
}

// sorted returns all leases by who is given first.
func (t *Table) sorted() []*lease {
	if t.unsorted {
		t.unsorted = false
		slices.SortStableFunc(t.order, func(a, b *lease) int {
			if a.urgent != b.urgent {
				if a.urgent {
					return -1
				}
				return 1
			}
			return cmp.Compare(b.estimate, a.estimate)
		})
	}
	return t.order
}
