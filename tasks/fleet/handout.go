package fleet

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"example.com/hikgrab/nvr"
)

// silent returns the time after which an unheard machine counts as silent:
// three beats.
func (r Rules) silent() time.Duration { return r.beatEvery()*3 + r.Grace/5 }

// present reports whether a machine can be counted on now.
func (t *Table) present(m *member) bool {
	return m.known && !m.revoked && !m.leaving && t.ticked.atMost(m.heard) <= t.rules.silent()
}

func (t *Table) able(m *member) bool {
	return t.present(m) && !m.full && !m.paused && len(m.leases) < m.slots
}

// placed reports whether a machine is in the network in which an address means
// this recorder, and has not found it unreachable. Private addresses exist in
// every network: trying them would send one city's login to another's recorder.
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

// CheckNetworks returns a *RefusedError if a machine wants to take part in a
// network that its invitation does not name. An invitation that names none is
// for all.
func CheckNetworks(invited, wanted []string) error {
	for _, n := range wanted {
		if len(invited) > 0 && !inNetwork(invited, n) {
			n = nvr.CleanText(n, 40)
			return &RefusedError{fmt.Sprintf("the invitation is for the network %s, not for %s; ask whoever runs the coordinator for one that names %s",
				strings.Join(invited, ", "), n, n)}
		}
	}
	return nil
}

// inNetwork reports whether networks contains one, ignoring case.
func inNetwork(networks []string, one string) bool {
	return slices.ContainsFunc(networks, func(n string) bool { return strings.EqualFold(n, one) })
}

// HandOut gives free recorders to machines: first what the operator asked for,
// then the longest. A recorder goes to its last holder, which has its parts and
// files, otherwise to the machine with the most room. It returns the leases
// with a new holder.
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

// choose returns the machine for a free recorder, or nil if none can take it
// now.
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

// holdsAddress reports whether a machine already works on a recorder with the
// same address in another network. It could not tell the two apart.
func (t *Table) holdsAddress(m *member, l *lease) bool {
	if len(m.networks) < 2 {
		return false
	}
	return slices.ContainsFunc(t.order, func(other *lease) bool {
		return other != l && other.phase == Held && other.holder == m.id && other.address == l.address
	})
}

// giveUpOn ends a recorder that every available machine has found unreachable.
// It waits for a silent machine that has worked on the recorder.
func (t *Table) giveUpOn(l *lease) {
	if len(l.denied) == 0 {
		return
	}
	for _, m := range t.members {
		there := t.present(m) || m.id == l.reached && !m.revoked && !m.leaving
		if there && l.placed(m) { // placed excludes machines that found it unreachable
			return
		}
	}
	l.phase = Over
}

// Denied returns what each machine met that could not reach a recorder, or ""
// if none failed.
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

// askBack asks a machine for a recorder that it has not started when another
// machine is idle and nothing free is left. It asks for one recorder at a time,
// from the machine with the most waiting; a machine's only recorder counts if
// its disk has been full for longer than Patience.
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

// sorted returns all leases in the order of handing out.
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
