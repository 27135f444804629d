package fleet_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"example.com/hikgrab/tasks/fleet"
)

// in runs a world to its end and returns what went wrong.
func in(t *testing.T, recorders, files int, happens func(*world)) (wrong []string) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, recorders, files)
		happens(w)
		w.end()
		time.Sleep(5 * time.Minute) // what is in transit gets lost
		wrong = w.wrong
	})
	return wrong
}

func startAll(w *world) {
	w.coordinate()
	for _, s := range w.machines {
		s.start()
	}
}

func TestThreeMachinesShareTheRecorders(t *testing.T) {
	wrong := in(t, 12, 10, func(w *world) {
		startAll(w)
		w.until("everything is done", 10*time.Minute, w.done)
		for _, s := range w.machines {
			if len(s.store.files) == 0 {
				w.fault("%s did nothing", s.name)
			}
		}
		if n := w.copies(); n > 0 {
			w.fault("%d files were fetched twice", n)
		}
	})
	for _, s := range wrong {
		t.Error(s)
	}
}

// Whatever happens to machines, coordinator and network, no two machines work
// on one recorder, and once everything is well again every recording gets into
// the catalogue.
func TestNothingIsLostAndNobodyMeets(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		type fault struct {
			What  string
			Who   int
			After time.Duration
			For   time.Duration
		}
		var faults []fault
		kind := rapid.SampledFrom([]string{"kill", "freeze", "sleep", "cut", "deaf", "coordinator killed", "coordinator frozen", "coordinator asleep", "bad network", "store lost"})
		for range rapid.IntRange(1, 8).Draw(rt, "faults") {
			faults = append(faults, fault{
				kind.Draw(rt, "what"), rapid.IntRange(0, 2).Draw(rt, "who"),
				time.Duration(rapid.IntRange(0, 90).Draw(rt, "after")) * time.Second,
				time.Duration(rapid.IntRange(1, 200).Draw(rt, "for")) * time.Second,
			})
		}
		seed := rapid.Uint64().Draw(rt, "seed")
		wrong := in(t, 8, 6, func(w *world) {
			w.net = newNetwork(seed)
			startAll(w)
			for _, f := range faults {
				time.Sleep(f.After)
				s := w.machines[f.Who]
				switch f.What {
				case "kill":
					s.kill()
					time.Sleep(f.For)
					s.start()
				case "freeze", "sleep":
					s.freeze(f.What == "sleep")
					time.Sleep(f.For)
					s.thaw()
				case "cut":
					w.net.cut(s.id, true)
					time.Sleep(f.For)
					w.net.cut(s.id, false)
				case "deaf":
					w.net.deafen(s.id, true)
					time.Sleep(f.For)
					w.net.deafen(s.id, false)
				case "coordinator killed":
					w.host.kill()
					time.Sleep(f.For)
					w.coordinate()
				case "coordinator frozen", "coordinator asleep":
					w.host.freeze(f.What == "coordinator asleep")
					time.Sleep(f.For)
					w.host.thaw()
				case "bad network":
					w.net.setFaults(networkFaults{Loss: 0.2, Double: 0.2, Delay: 8 * time.Second})
					time.Sleep(f.For)
					w.net.setFaults(networkFaults{})
				case "store lost":
					w.host.kill()
					w.net.forget()
					w.coordinate()
				}
			}
			w.until("everything is done once all is well", 20*time.Minute, w.done)
		})
		if len(wrong) > 0 {
			rt.Fatalf("%+v: %s", faults, strings.Join(wrong, "\n"))
		}
	})
}

// A report may come before its machine has said hello to a restarted
// coordinator: the catalogue still knows where the file is.
func TestAReportBeforeTheHelloNamesItsMachine(t *testing.T) {
	wrong := in(t, 1, 1, func(w *world) {
		w.coordinate()
		time.Sleep(time.Second)
		file := distant("10.0.0.1", 0)
		text, err := json.Marshal(fleet.Report{Session: 7, N: 1, File: &file})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.net.link("M9").Report(t.Context(), "7.1", text); err != nil {
			t.Fatal(err)
		}
		w.until("it is taken in", time.Minute, func() bool {
			w.mu.Lock()
			defer w.mu.Unlock()
			return len(w.catalogue) == 1
		})
		if w.nameless > 0 {
			w.fault("the file is on a machine without a name")
		}
	})
	for _, s := range wrong {
		t.Error(s)
	}
}

// Every rule is needed: without it, something goes wrong that otherwise does
// not.
func TestEveryRuleIsNeeded(t *testing.T) {
	busy := func(w *world) (first *station) {
		startAll(w)
		w.until("everybody works", time.Minute, func() bool {
			for _, s := range w.machines {
				if s.recorders() == 0 {
					return false
				}
			}
			return true
		})
		time.Sleep(20 * time.Second)
		return slices.MaxFunc(w.machines, func(a, b *station) int { return a.recorders() - b.recorders() })
	}
	for _, c := range []struct {
		name      string
		rule      int
		recorders int
		happens   func(*world)
	}{
		{"a promise that has run out permits nothing", fleet.RuleP1, 9, func(w *world) {
			w.net.cut(busy(w).id, true)
			time.Sleep(3 * time.Minute)
		}},
		{"nobody else gets a recorder before the promise has run out", fleet.RuleP2, 9, func(w *world) {
			w.net.cut(busy(w).id, true)
			time.Sleep(3 * time.Minute)
		}},
		{"what a coordinator did not hear counts against nobody", fleet.RuleP2b, 9, func(w *world) {
			busy(w)
			before := w.coordinator.Leases()
			for _, s := range w.machines { // so that it looks at its table before it hears anybody
				w.net.cut(s.id, true)
			}
			w.host.freeze(false)
			time.Sleep(3 * time.Minute)
			w.host.thaw()
			time.Sleep(3 * time.Second)
			for _, s := range w.machines {
				w.net.cut(s.id, false)
			}
			time.Sleep(40 * time.Second)
			for id, l := range w.coordinator.Leases() {
				if l.Phase == fleet.Held && before[id].Phase == fleet.Held && l.Epoch != before[id].Epoch {
					w.fault("a recorder has another holder because the coordinator was frozen")
				}
			}
		}},
		{"a promise that was lost with the store is reckoned with", fleet.RuleP2c, 5, func(w *world) {
			w.coordinate()
			w.machines[0].start()
			time.Sleep(90 * time.Second) // by now its promises are long
			w.net.cut(w.machines[0].id, true)
			w.host.kill()
			w.net.forget()
			w.coordinate()
			w.machines[1].start()
			time.Sleep(5 * time.Minute)
		}},
		{"a long promise counts until a shorter one was taken", fleet.RuleP3, 5, func(w *world) {
			w.coordinate()
			w.machines[0].start()
			time.Sleep(90 * time.Second) // by now its promises are long
			w.net.deafen(w.machines[0].id, true)
			w.machines[1].start()
			time.Sleep(40 * time.Second)
			w.net.cut(w.machines[0].id, true)
			time.Sleep(5 * time.Minute)
		}},
		{"where nobody could take over, nobody has to stop", fleet.RuleP3b, 5, func(w *world) {
			w.coordinate()
			w.machines[0].start()
			time.Sleep(90 * time.Second) // by now its promises are long
			w.net.cut(w.machines[0].id, true)
			time.Sleep(3 * time.Minute)
			before := w.writes()
			time.Sleep(time.Minute)
			if w.writes() == before {
				w.fault("the only machine stopped because it could not be heard")
			}
		}},
		{"every write asks", fleet.RuleP4, 9, func(w *world) {
			s := busy(w)
			s.freeze(false)
			time.Sleep(3 * time.Minute)
			s.thaw()
			time.Sleep(time.Minute)
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, s := range in(t, c.recorders, 400, c.happens) {
				t.Errorf("with the rule: %s", s)
			}
			var wrong []string
			for try := 0; try < 5 && len(wrong) == 0; try++ { // who runs first after a freeze is chance
				wrong = in(t, c.recorders, 400, func(w *world) { w.without = c.rule; c.happens(w) })
			}
			if len(wrong) == 0 {
				t.Error("nothing goes wrong without the rule")
			}
		})
	}
}
