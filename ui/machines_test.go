package ui

import (
	"strings"
	"testing"
)

func TestKeysOfTheMachines(t *testing.T) {
	q := fleetQueue()
	m := newScreen(q, 100, 30)
	press(m, "m", " ", "down", "+", "x", "y", "down", " ")
	want := []string{"PauseMachine coordinator true", "SetMachineJobs UA 9", "GiveUpMachine UA", "PauseMachine UB false"}
	if got := strings.Join(q.calls, ","); got != strings.Join(want, ",") {
		t.Errorf("the calls are %q", got)
	}
	press(m, "x") // spb-2 is not silent
	if m.dialog != nil {
		t.Error("a machine that is heard can be given up")
	}
	press(m, "m", "q", "l")
	if got := q.calls[len(q.calls)-1]; got != "LeaveAtWork" {
		t.Errorf("l does %q", got)
	}
}

// A single machine shows none of this.
func TestOneMachineShowsNoMachines(t *testing.T) {
	m := newScreen(siteQueue(), 140, 50)
	press(m, "m")
	if m.machines.open || strings.Contains(m.View(), "1 machine") {
		t.Error("the machines are shown")
	}
	press(m, "esc", "?")
	if strings.Contains(m.View(), "machines instead of recorders") {
		t.Error("the help tells of the machines")
	}
	press(m, "esc", "q")
	if strings.Contains(m.View(), "leave them at work") {
		t.Error("leaving asks for the others")
	}
}

// A narrow row says first that the machine is silent, and for how long, then
// its name.
func TestANarrowRowSaysThatItsMachineIsSilent(t *testing.T) {
	for w, want := range map[int]string{80: "silent 00:42", 240: "kazan-1 silent 00:42"} {
		if view := newScreen(fleetQueue(), w, 60).View(); !strings.Contains(view, want) {
			t.Errorf("%d columns: %q is not in\n%s", w, want, view)
		}
	}
}
