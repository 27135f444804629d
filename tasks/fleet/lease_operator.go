package fleet

// Retry makes a recorder that has ended available again.
func (t *Table) Retry(r RecorderID) {
	if l := t.leases[r]; l != nil && l.phase == Over {
		l.phase, l.denied = Free, nil
		l.urgent, t.unsorted, t.news = true, true, true
	}
}

// GiveUp declares an unheard machine dead on the operator's word: its recorders
// are free after the usual patience, and nobody waits for it any more.
func (t *Table) GiveUp(id MachineID, now Instant) {
	m := t.member(id)
	m.leaving, t.news = true, true // until it beats
	for _, l := range m.leases {
		l.promise, l.offer = promise{at: now, ttl: t.rules.Patience}, promise{}
	}
	if _, suspect := t.suspects[id]; suspect {
		t.suspects[id] = promise{at: now, ttl: t.rules.Patience}
	}
}

// Revoke ends a machine's membership; its recorders become free as after
// GiveUp.
func (t *Table) Revoke(id MachineID, now Instant) {
	if m := t.members[id]; m != nil {
		m.revoked = true
		t.GiveUp(id, now)
	}
}

// Pause stops giving a machine recorders, or starts again.
func (t *Table) Pause(id MachineID, paused bool) {
	t.member(id).paused = paused
	t.news = true
}

// Shut sets whether a free recorder is withheld because the operator has paused
// or skipped all of it.
func (t *Table) Shut(r RecorderID, shut bool) {
	if l := t.leases[r]; l != nil && l.shut != shut {
		l.shut = shut
		t.news = true
	}
}
