package command

import (
	"context"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"example.com/hikgrab/tasks/fleet"
)

// long skips a slow test unless it was asked for. The names of such tests begin
// with TestLong.
func long(t *testing.T) {
	t.Helper()
	if os.Getenv("HIKGRAB_LONG") == "" {
		t.Skip("left out because it takes long: set HIKGRAB_LONG=1")
	}
}

func TestMachinesShareTheWork(t *testing.T) {
	s := newSquad(t, plot{recorders: 6, rate: 100_000})
	boss := s.serve("-j", "1")
	s.invite("a.invite")
	one, two := s.work("one", "a.invite"), s.work("two", "a.invite")
	s.exits(boss, 0)
	s.exits(one, 0)
	s.exits(two, 0)
	files := s.complete()
	// Each machine starts with three recorders. Beats would move those not begun,
	// but so little work may end before that.
	if len(files) < 2 {
		t.Errorf("only one machine did anything: %v", files)
	}
	if n := s.downloads(); n != 36 {
		t.Errorf("%d downloads of 36 recordings", n)
	}
	s.secretFree(nil)
	// A second run fetches nothing, whichever machine has the files.
	s.exits(s.serve("-j", "1"), 0)
	if n := s.downloads(); n != 36 {
		t.Errorf("another run fetches %d recordings once more", n-36)
	}
	s.complete()
}

// If a machine dies, its work waits for a while, but its files are kept.
func TestAMachineIsKilled(t *testing.T) {
	s := newSquad(t, plot{recorders: 3, files: 4, rate: 100_000})
	boss := s.serve("-j", "0", "--patience", "5s")
	s.invite("a.invite")
	victim := s.work("victim", "a.invite")
	s.until("it works", func() bool { return s.downloads() >= 3 })
	heir := s.work("heir", "a.invite")
	s.await(boss, "+ heir")
	s.kill(victim)
	s.await(boss, "victim is silent")
	s.exits(boss, 0)
	s.exits(heir, 0)
	if files := s.complete(); files["victim"] == 0 || files["heir"] == 0 {
		t.Errorf("the files are %v", files)
	}
}

// If the coordinator dies, the machines go on for a while. After a restart it
// continues where it was.
func TestTheCoordinatorIsKilled(t *testing.T) {
	s := newSquad(t, plot{recorders: 3, rate: 100_000})
	boss := s.serve("-j", "0")
	s.invite("a.invite")
	one := s.work("one", "a.invite")
	s.until("it works", func() bool { return s.downloads() >= 2 })
	s.kill(boss)
	before := s.downloads()
	boss = s.serve("-j", "0")
	s.exits(boss, 0)
	s.exits(one, 0)
	if files := s.complete(); files["one"] != 18 {
		t.Errorf("the files are %v", files)
	}
	if n := s.downloads(); n > 18+1 {
		t.Errorf("%d downloads of 18 recordings, %d of them before", n, before)
	}
}

// What fails is told even if the operator has stopped the run meanwhile, and
// whatever else fails.
func TestNoFailureOfARunIsLost(t *testing.T) {
	s := &spread{}
	s.leaves, s.leave = context.WithCancel(t.Context())
	s.fail(nil)
	s.fail(context.Canceled)
	if err := s.Err(); err != nil || s.leaves.Err() != nil {
		t.Errorf("a run that ends as it should ends with %v", err)
	}
	s.leave()
	s.fail(fleet.ErrSuperseded)
	s.fail(os.ErrPermission)
	if err := s.Err(); !errors.Is(err, fleet.ErrSuperseded) || !errors.Is(err, os.ErrPermission) {
		t.Errorf("the operator is told %v", err)
	}
}

// A refused machine is told why in one sentence, and leaves nothing behind.
func TestAMachineIsRefused(t *testing.T) {
	s := newSquad(t, plot{recorders: 1})
	boss := s.serve("-j", "0")
	s.invite("short.invite", "--for", "1s")
	s.invite("kazan.invite", "--network", "kazan")
	time.Sleep(2100 * time.Millisecond)
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"expired": {[]string{"short.invite"}, "expired at"},
		"abroad":  {[]string{"--network", "spb", "kazan.invite"}, "is for the network kazan, not for spb"},
	} {
		p := s.work(name, c.args...)
		s.exits(p, 1)
		if said := p.out.String(); !strings.Contains(said, c.want) || strings.Count(said, "\n") != 1 {
			t.Errorf("%s: it says %q", name, said)
		}
		if _, err := os.Stat(s.home(name)); err == nil {
			t.Errorf("%s: something half-joined is left behind", name)
		}
	}
	second := s.start("second", "serve", "--plain", "--listen", s.listen, "-o", "other", "-j", "0", "tasks.csv")
	s.exits(second, 1)
	if said := second.out.String(); !strings.Contains(said, "another coordinator of yours listens at "+s.listen+" already: process ") {
		t.Errorf("a second coordinator is told %q", said)
	}
	select {
	case <-boss.done:
		t.Error("the first coordinator ended")
	default:
	}
}

// Where a flag helps, the operator is told which.
func TestTheFlagThatHelpsIsNamed(t *testing.T) {
	s := newSquad(t, plot{recorders: 1})
	for flag, c := range map[string]struct {
		code int
		args []string
	}{
		"choose another port with --listen": {1, []string{"serve", "--listen", s.addresses[0], "tasks.csv"}},
		"and name that with --creds":        {2, []string{"collect", "--url", "nats://user:hidden@127.0.0.1:4222"}},
	} {
		p := s.start(flag, append(c.args, "--plain")...)
		s.exits(p, c.code)
		if said := p.out.String(); !strings.HasSuffix(said, flag+"\n") || strings.Contains(said, "hidden") {
			t.Errorf("it says %q", said)
		}
	}
}

// The demo kills one of its machines, and everything is still complete.
func TestTheDemoOnSeveralMachines(t *testing.T) {
	s := newSquad(t, plot{})
	p := s.start("demo", "demo", "--machines", "3", "--plain", "-o", "demo")
	s.exits(p, 3) // one recorder has a damaged disk in this demo
	for _, text := range []string{`machine-\d is killed now`, `machine-\d is silent`, "11 of 14 cameras complete"} {
		if !regexp.MustCompile(text).MatchString(p.out.String()) {
			t.Errorf("%q is not said", text)
		}
	}
}
