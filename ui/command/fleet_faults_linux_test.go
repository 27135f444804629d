package command

import (
	"bytes"
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// Patience of the coordinators in these tests, and the extra time before
// another machine gets a recorder.
const (
	shortPatience = 5 * time.Second
	grace         = 5 * time.Second
)

// freeze suspends a process; thaw resumes it.
func (s *squad) freeze(name string) {
	s.t.Helper()
	s.ledger.froze(name)
	s.signal(name, unix.SIGSTOP)
}

func (s *squad) thaw(name string) { s.t.Helper(); s.signal(name, unix.SIGCONT) }

func (s *squad) signal(name string, sig unix.Signal) {
	s.t.Helper()
	if err := s.processes[name].cmd.Process.Signal(sig); err != nil {
		s.t.Fatal(err)
	}
}

// argv returns the command lines of all programs on this computer.
func argv() []byte {
	all, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	var text []byte
	for _, path := range all {
		one, _ := os.ReadFile(path) // it may have exited
		text = append(append(text, one...), '\n')
	}
	return text
}

// pair starts a coordinator that only coordinates and two machines, and waits
// until both are working.
func (s *squad) pair() (boss, one, two *process) {
	s.t.Helper()
	boss = s.serve("-j", "0", "--patience", shortPatience.String())
	s.invite("a.invite")
	one, two = s.work("one", "a.invite"), s.work("two", "a.invite")
	s.bothWork()
	return boss, one, two
}

func (s *squad) bothWork() {
	s.t.Helper()
	s.until("both machines work", func() bool { return s.has("one") > 0 && s.has("two") > 0 })
}

// A machine frozen beyond its lease loses its recorders, and writes nothing
// after it resumes. When it freezes, small recordings are already in the
// kernel's buffers, large ones are not.
func TestLongAMachineIsFrozen(t *testing.T) {
	long(t)
	for name, p := range map[string]plot{
		"small": {recorders: 6, files: 8, size: 60_000, rate: 60_000},
		"large": {recorders: 5, files: 3, size: 7 << 20, rate: 3 << 20},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSquad(t, p)
			boss, one, two := s.pair()
			s.freeze("one")
			frozen := time.Now()
			s.await(boss, "one is silent")
			time.Sleep(time.Until(frozen.Add(shortPatience + grace + 3*time.Second)))
			had := s.has("one")
			thawed := time.Now()
			s.thaw("one")
			files := s.end(boss, two, one)
			if files["one"] < had {
				t.Errorf("%d files of the frozen machine count, it had %d", files["one"], had)
			}
			t.Logf("frozen for %v; %v; %d copies", thawed.Sub(frozen).Round(time.Second), files, s.copies())
		})
	}
}

// A coordinator frozen beyond its leases stops the machines, but loses nothing:
// they continue with what they had.
func TestLongTheCoordinatorIsFrozen(t *testing.T) {
	long(t)
	s := newSquad(t, plot{recorders: 4, files: 8, rate: 60_000})
	boss, one, two := s.pair()
	before := s.downloads()
	s.freeze("serve")
	time.Sleep(5 * shortPatience / 2)
	s.thaw("serve")
	s.end(boss, one, two)
	if n := s.downloads(); n > 4*8+4 {
		t.Errorf("%d downloads of %d recordings, %d of them before", n, 4*8, before)
	}
}

// The connection to one machine goes silent without an error. The machine stops
// when its lease ends, others take over its recorders, and it rejoins later.
func TestLongTheWayToAMachineIsSilent(t *testing.T) {
	long(t)
	s := newSquad(t, plot{recorders: 6, files: 8, rate: 60_000})
	boss := s.serve("-j", "0", "--patience", shortPatience.String())
	s.invite("a.invite")
	u := newTunnel(t, s.listen)
	one, two := s.workThrough(u, "one", "a.invite"), s.work("two", "a.invite")
	s.bothWork()
	u.mute(true)
	cut := time.Now()
	time.Sleep(5 * shortPatience / 2)
	if last := s.ledger.last("one"); last.After(cut.Add(shortPatience + time.Second)) {
		t.Errorf("it asks recorders %v after it was heard last", last.Sub(cut))
	}
	u.mute(false)
	s.await(boss, "one is back")
	files := s.end(boss, one, two)
	t.Logf("%v; %d copies", files, s.copies())
}

// Files that a machine finished but could not report still count when it
// restarts, and are not fetched again.
func TestLongAMachineIsStartedAgainBeforeItsReport(t *testing.T) {
	long(t)
	s := newSquad(t, plot{recorders: 2, files: 8, rate: 60_000})
	boss := s.serve("-j", "0", "--patience", shortPatience.String())
	s.invite("a.invite")
	u := newTunnel(t, s.listen)
	one := s.workThrough(u, "one", "a.invite")
	s.until("it works", func() bool { return s.has("one") >= 1 })
	u.mute(true)
	had := s.has("one")
	s.until("it has more than it could tell", func() bool { return s.has("one") >= had+2 })
	s.kill(one)
	u.mute(false)
	one = s.workThrough(u, "one", "a.invite")
	s.end(boss, one)
	if n := s.downloads(); n > 2*8+1 { // one was being fetched
		t.Errorf("%d downloads of %d recordings", n, 2*8)
	}
}

// Reports received by a coordinator, or stored for it, survive its death at any
// moment.
func TestLongTheCoordinatorIsKilledWhileItTakesReports(t *testing.T) {
	long(t)
	s := newSquad(t, plot{recorders: 3, files: 8, rate: 60_000})
	boss := s.serve("-j", "0")
	s.invite("a.invite")
	one := s.work("one", "a.invite")
	for i := range 5 {
		had := s.has("one")
		s.until("a file is finished", func() bool { return s.has("one") > had })
		time.Sleep(time.Duration(i) * 4 * time.Millisecond) // before, during and after its report is received
		s.kill(boss)
		boss = s.serve("-j", "0")
	}
	s.end(boss, one)
	if n := s.downloads(); n != 3*8 {
		t.Errorf("%d downloads of %d recordings", n, 3*8)
	}
}

// The coordinator's store may be lost or damaged, during the work or between
// runs. That costs time, but nothing is fetched again.
func TestLongTheStoreIsLost(t *testing.T) {
	long(t)
	for name, damage := range map[string]func(t *testing.T, store string){
		"deleted": func(t *testing.T, store string) {
			if err := os.RemoveAll(store); err != nil {
				t.Fatal(err)
			}
		},
		"truncated": func(t *testing.T, store string) {
			err := filepath.WalkDir(store, func(path string, d fs.DirEntry, err error) error {
				if err != nil || !d.Type().IsRegular() {
					return err
				}
				return os.Truncate(path, 11)
			})
			if err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSquad(t, plot{recorders: 3, files: 6, rate: 60_000})
			store := filepath.Join(s.dir, "boss", ".hikgrab", "fleet")
			boss := s.serve("-j", "0", "--patience", shortPatience.String())
			s.invite("a.invite")
			one := s.work("one", "a.invite")
			s.until("it works", func() bool { return s.has("one") > 1 })
			s.kill(boss)
			damage(t, store)
			boss = s.serve("-j", "0", "--patience", shortPatience.String())
			two := s.work("two", "a.invite")
			s.end(boss, one, two)
			n := s.downloads()
			if n > 3*6+1 {
				t.Errorf("%d downloads of %d recordings", n, 3*6)
			}
			damage(t, store)
			boss = s.serve("-j", "0", "--patience", shortPatience.String())
			s.end(boss, s.work("one"), s.work("two"))
			if again := s.downloads(); again != n {
				t.Errorf("another run fetches %d recordings once more", again-n)
			}
		})
	}
}

// A machine with a full disk gets no new work, and the others do it.
func TestLongADiskIsFull(t *testing.T) {
	long(t)
	if os.Getuid() != 0 {
		t.Skip("left out: only root can make a small disk")
	}
	s := newSquad(t, plot{recorders: 4, files: 6, size: 300_000, rate: 300_000})
	small := filepath.Join(s.dir, "small")
	if err := os.Mkdir(small, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("hikgrab-test", small, "tmpfs", 0, "size=1400k"); err != nil {
		t.Skipf("left out: a small disk cannot be made here: %v", err)
	}
	t.Cleanup(func() {
		_ = s.processes["small"].cmd.Process.Kill() // it may have exited
		<-s.processes["small"].done
		if err := unix.Unmount(small, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	boss := s.serve("-j", "0", "--patience", shortPatience.String())
	s.invite("a.invite")
	s.work("small", "a.invite")
	two := s.work("two", "a.invite")
	s.await(boss, "small: ")
	files := s.end(boss, two)
	if files["two"] < 12 {
		t.Errorf("the files are %v", files)
	}
}

// A machine of another version is refused, with both versions named, and leaves
// nothing behind.
func TestLongVersionsThatDoNotUnderstandEachOther(t *testing.T) {
	long(t)
	s := newSquad(t, plot{recorders: 1})
	other := otherVersion(t)
	s.serve("-j", "0")
	s.invite("a.invite")
	cmd := s.command("new", s.working("new", "a.invite")...)
	cmd.Path = other
	p := s.run("new", cmd)
	s.exits(p, 1)
	for _, want := range []string{"runs hikgrab ", "and this machine 9.9.9", "use one version on all machines"} {
		if said := p.out.String(); !strings.Contains(said, want) || strings.Contains(said, "hikgrab hikgrab") {
			t.Errorf("it says %q, not %q", said, want)
		}
	}
	if _, err := os.Stat(s.home("new")); err == nil {
		t.Error("something half-joined is left behind")
	}
}

// otherVersion builds a hikgrab of another version, with another protocol.
func otherVersion(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	words, err := filepath.Abs("../../tasks/fleet/words.go")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(words)
	if err != nil {
		t.Fatal(err)
	}
	changed := bytes.Replace(text, []byte("const Protocol = 1\n"), []byte("const Protocol = 99\n"), 1)
	if bytes.Equal(text, changed) {
		t.Fatal("the number of the protocol is not where it was")
	}
	instead := filepath.Join(dir, "words.go")
	overlay, err := json.Marshal(map[string]map[string]string{"Replace": {words: instead}})
	if err != nil {
		t.Fatal(err)
	}
	for path, text := range map[string][]byte{instead: changed, filepath.Join(dir, "overlay.json"): overlay} {
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	program := filepath.Join(dir, "hikgrab")
	build := exec.CommandContext(t.Context(), "go", "build", "-overlay", filepath.Join(dir, "overlay.json"), "-ldflags", "-X main.version=9.9.9", "-o", program, "../..")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// A recorder's password is only in the sheet: not in any file, log, store,
// output, command line or network traffic, not even through a cluster without
// encryption.
func TestLongThePasswordIsNowhere(t *testing.T) {
	long(t)
	for name, cluster := range map[string]bool{"embedded": false, "cluster": true} {
		t.Run(name, func(t *testing.T) {
			s := newSquad(t, plot{recorders: 2, files: 3, rate: 60_000})
			var u *tunnel
			var boss, one *process
			if cluster {
				u = newTunnel(t, natsServer(t, s))
				boss = s.serve("-j", "0", "--url", "nats://"+u.Addr().String())
				s.invite("a.invite")
				one = s.work("one", "a.invite")
			} else {
				boss = s.serve("-j", "0")
				s.invite("a.invite")
				u = newTunnel(t, s.listen)
				one = s.workThrough(u, "one", "a.invite")
			}
			s.until("it works", func() bool { return s.has("one") > 0 })
			started := argv()
			if !bytes.Contains(started, []byte("--patience")) {
				t.Error("the search of what programs were started with is blind")
			}
			s.end(boss, one)
			tape := u.tape()
			if len(tape) < 10_000 || cluster != bytes.Contains(tape, []byte(s.addresses[0])) {
				t.Errorf("the search of the wire is blind, or anybody can read it: %d bytes", len(tape))
			}
			s.secretFree(map[string][]byte{"the wire": tape, "what programs were started with": started})
		})
	}
}

// natsServer starts a NATS server, built from the module that hikgrab uses, and
// returns its address.
func natsServer(t *testing.T, s *squad) string {
	t.Helper()
	program := filepath.Join(s.dir, "nats-server")
	build := exec.CommandContext(t.Context(), "go", "build", "-o", program, "github.com/nats-io/nats-server/v2")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), program, "-a", "127.0.0.1", "-p", "-1", "-js", "-sd", filepath.Join(s.dir, "nats"))
	p := s.run("nats", cmd)
	s.await(p, "Server is ready")
	at := regexp.MustCompile(`client connections on (\S+)`).FindStringSubmatch(p.out.String())
	if at == nil {
		t.Fatal("it does not say where it listens")
	}
	return at[1]
}
