package fleet

import (
	"fmt"
	"testing"
	"time"
)

// bench is a table with well-behaved machines.
type bench struct {
	*Table
	now      Instant
	sessions map[MachineID]uint64
	beats    map[MachineID]uint64
	held     map[MachineID][]Holding
	started  map[RecorderID]bool
}

func newBench(recorders ...string) *bench {
	b := &bench{
		Table: NewTable(Rules{}, Instant{}, false), sessions: map[MachineID]uint64{}, beats: map[MachineID]uint64{},
		held: map[MachineID][]Holding{}, started: map[RecorderID]bool{},
	}
	for i, r := range recorders {
		b.Want(RecorderID(r), "", r, false, int64(len(recorders)-i))
	}
	return b
}

func (b *bench) join(id MachineID, networks ...string) {
	b.sessions[id] = b.Join(id, string(id), networks, b.now)
	b.beats[id] = 0
}

// beat makes a machine with room for that many recorders beat and take the
// answer.
func (b *bench) beat(id MachineID, slots int) Orders {
	n := b.beats[id] + 1
	b.beats[id] = n
	for i, h := range b.held[id] {
		b.held[id][i].Started = b.started[h.Recorder]
	}
	o, _ := b.Beat(id, Beat{Session: b.sessions[id], N: n, Accepted: n - 1, Holds: b.held[id], Jobs: slots}, slots, b.now)
	b.held[id] = nil
	for _, p := range o.Leases {
		if !p.Back || b.started[p.Recorder] {
			b.held[id] = append(b.held[id], Holding{Recorder: p.Recorder, Epoch: p.Epoch})
		}
	}
	return o
}

func (b *bench) pass(d time.Duration) {
	b.now.Mono += d
	b.now.Wall += d
	b.Tick(b.now)
}

func (b *bench) holds(id MachineID) (text string) {
	for _, h := range b.held[id] {
		text += string(h.Recorder)
	}
	return text
}

func TestWhatHasNotStartedIsGivenToWhoIsIdle(t *testing.T) {
	b := newBench("a", "b", "c")
	b.join("A")
	b.beat("A", 3)
	b.beat("A", 3)
	if got := b.holds("A"); got != "abc" {
		t.Fatalf("the first machine holds %q", got)
	}
	b.started["a"] = true
	b.join("B")
	b.beat("B", 3)
	for range 6 {
		b.pass(time.Second)
		b.beat("A", 3)
		b.beat("B", 3)
	}
	if a, other := b.holds("A"), b.holds("B"); len(a) != 2 || len(other) != 1 || other == "a" {
		t.Errorf("the machines hold %q and %q", a, other)
	}
	b.started[RecorderID(b.holds("B"))] = true
	for range 6 {
		b.pass(time.Second)
		b.beat("A", 3)
		b.beat("B", 3)
	}
	if a, other := b.holds("A"), b.holds("B"); len(a) != 2 || len(other) != 1 {
		t.Errorf("later the machines hold %q and %q", a, other)
	}
}

// A recorder that had just started when it was asked back stays, and another is
// asked for.
func TestAskingBackTooLateIsNoHindrance(t *testing.T) {
	b := newBench("a", "b", "c")
	b.join("A")
	b.beat("A", 3)
	b.beat("A", 3)
	b.join("B")
	b.beat("B", 3)
	b.pass(time.Second)
	for id, l := range b.leases {
		if l.back {
			b.started[id] = true
		}
	}
	for range 6 {
		b.beat("A", 3)
		b.beat("B", 3)
		b.pass(time.Second)
	}
	if a, other := b.holds("A"), b.holds("B"); len(a) != 2 || len(other) != 1 {
		t.Errorf("the machines hold %q and %q", a, other)
	}
}

func TestRecordersGoToMachinesOfTheirNetworkOnly(t *testing.T) {
	b := newBench()
	for _, r := range []struct {
		id, network string
		public      bool
	}{{"lan", "", false}, {"kazan", "kazan", false}, {"anywhere", "", true}} {
		b.Want(RecorderID(r.id), r.network, "192.168.1.64"+r.id, r.public, 1)
	}
	b.join("K", "Kazan")
	b.beat("K", 9)
	b.beat("K", 9)
	if got := b.holds("K"); got != "anywherekazan" {
		t.Errorf("a machine in kazan holds %q", got)
	}
	b.join("L")
	b.beat("L", 9)
	b.beat("L", 9)
	if got := b.holds("L"); got != "lan" {
		t.Errorf("a machine without network holds %q", got)
	}
}

func TestTheLongestGoesFirstAndBackToWhoHadIt(t *testing.T) {
	b := newBench("long", "middle", "short")
	b.join("A")
	b.beat("A", 1)
	b.beat("A", 1)
	if got := b.holds("A"); got != "long" {
		t.Fatalf("first comes %q", got)
	}
	b.join("B")
	b.beat("B", 2)
	b.join("A") // it was restarted and holds nothing
	b.held["A"] = nil
	b.beat("A", 1)
	b.beat("A", 1)
	if got := b.holds("A"); got != "long" {
		t.Errorf("after a restart it holds %q", got)
	}
}

func TestARecorderOutOfReachOfAllIsGivenUpUntilTheOperatorSays(t *testing.T) {
	b := newBench("r")
	for _, id := range []MachineID{"A", "B"} {
		b.join(id)
		b.beat(id, 1)
	}
	for range 2 {
		for _, id := range []MachineID{"A", "B"} {
			b.beat(id, 1)
			b.beat(id, 1)
			if l := b.leases["r"]; l.phase == Held && l.holder == id {
				b.End(id, "r", l.epoch, End{Away: true, Returned: "connection refused"}, b.now)
				b.held[id] = nil
				b.HandOut(b.now)
			}
		}
	}
	if l := b.leases["r"]; l.phase != Over || b.Denied("r") != "from A: connection refused; from B: connection refused" {
		t.Fatalf("phase %v, %q", l.phase, b.Denied("r"))
	}
	b.Retry("r")
	b.HandOut(b.now)
	if b.leases["r"].phase != Held {
		t.Error("the operator's retry does not give it out")
	}
}

// If one machine finds a recorder unreachable and another is silent, the
// recorder waits until the operator gives the silent one up.
func TestARecorderWaitsForWhoIsOnlySilent(t *testing.T) {
	b := newBench("r")
	b.join("A")
	b.beat("A", 1)
	b.beat("A", 1)
	b.join("B")
	b.beat("B", 1)
	b.End("A", "r", b.leases["r"].epoch, End{Away: true, Returned: "no route"}, b.now)
	b.held["A"] = nil
	b.started["r"] = true
	b.beat("B", 1)
	b.beat("B", 1)
	for range 60 { // B is silent, and A asks for more
		b.pass(time.Second)
		b.beat("A", 1)
	}
	for range 300 { // B's promise runs out
		b.pass(time.Second)
		b.beat("A", 1)
		if b.leases["r"].phase == Over {
			t.Fatal("it is given up")
		}
	}
	b.GiveUp("B", b.now)
	for range 120 {
		b.pass(time.Second)
		b.beat("A", 1)
		if l := b.leases["r"]; l.phase == Held && l.holder == "A" {
			b.End("A", "r", l.epoch, End{Away: true, Returned: "no route"}, b.now)
			b.held["A"] = nil
		}
	}
	if b.leases["r"].phase != Over {
		t.Errorf("phase %v: somebody is waited for who is given up", b.leases["r"].phase)
	}
}

func TestAFullDiskGetsNothingNew(t *testing.T) {
	b := newBench("a", "b")
	b.join("A")
	b.beats["A"] = 1
	b.Beat("A", Beat{Session: b.sessions["A"], N: 1, Held: "disk full"}, 4, b.now)
	for id, l := range b.leases {
		if l.phase == Held {
			t.Errorf("%s was given to a machine whose disk is full", id)
		}
	}
}

func TestARefusedLoginIsTriedByNobodyElse(t *testing.T) {
	b := newBench("r")
	b.join("A")
	b.join("B")
	b.beat("A", 1)
	b.beat("A", 1)
	b.End("A", "r", b.leases["r"].epoch, End{Latched: true, Returned: "the login was refused"}, b.now)
	b.held["A"] = nil
	for range 10 {
		b.pass(time.Second)
		b.beat("A", 1)
		b.beat("B", 1)
	}
	if b.leases["r"].phase != Over {
		t.Error("somebody else got it")
	}
}

// BenchmarkBeat measures a beat with very many machines and recorders.
func BenchmarkBeat(b *testing.B) {
	for _, size := range []struct{ machines, recorders int }{{10, 10_000}, {1_000, 100_000}} {
		b.Run(fmt.Sprintf("%d machines, %d recorders", size.machines, size.recorders), func(b *testing.B) {
			t := newBench()
			for i := range size.recorders {
				id := fmt.Sprint("r", i)
				t.Want(RecorderID(id), "", id, false, int64(i%100))
			}
			for i := range size.machines {
				id := MachineID(fmt.Sprint("M", i))
				t.join(id)
				t.beat(id, 10)
			}
			i := 0
			for b.Loop() {
				t.beat(MachineID(fmt.Sprint("M", i%size.machines)), 10)
				i++
			}
		})
	}
}
