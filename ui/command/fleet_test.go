package command

import (
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"example.com/hikgrab/nvr/simulator"
)

// squad is a coordinator and machines as processes of their own on loopback,
// with simulated recorders.
type squad struct {
	t         *testing.T
	dir       string
	recorders []*simulator.Recorder
	addresses []string
	processes map[string]*process
	listen    string
}

// process is one hikgrab.
type process struct {
	cmd  *exec.Cmd
	out  *transcript
	done chan struct{}
	code int
}

// transcript collects what a process says.
type transcript struct {
	mu   sync.Mutex
	text strings.Builder
}

func (o *transcript) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *transcript) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// newSquad starts recorders whose recordings come at so many bytes per second
// each.
func newSquad(t *testing.T, recorders int, rate int64) *squad {
	t.Parallel()
	s := &squad{t: t, dir: t.TempDir(), processes: map[string]*process{}, listen: "127.0.0.1:0"}
	var sheet strings.Builder
	day := time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC)
	for i := range recorders {
		rec := simulator.New(simulator.Config{
			User: scriptUser, Password: scriptPassword, Rate: rate,
			Channels: []simulator.Channel{{Number: 1, Recordings: simulator.Span(day, day.Add(time.Hour), 10*time.Minute, 60_000+int64(i)*100)}},
		})
		server, err := simulator.Listen("127.0.0.1:0", rec)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = server.Close() })
		s.recorders, s.addresses = append(s.recorders, rec), append(s.addresses, server.Addr())
		fmt.Fprintf(&sheet, "%s,\"%s\",%s,all\n", scriptUser, scriptPassword, server.Addr())
	}
	s.write("tasks.csv", sheet.String())
	t.Cleanup(func() {
		for _, p := range s.processes {
			_ = p.cmd.Process.Kill()
			<-p.done
		}
		if t.Failed() {
			for name, p := range s.processes {
				t.Logf("%s:\n%s", name, p.out)
			}
		}
	})
	return s
}

func (s *squad) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// command is hikgrab as the squad's operator starts it.
func (s *squad) command(args ...string) *exec.Cmd {
	cmd := exec.CommandContext(context.WithoutCancel(s.t.Context()), "hikgrab", args...)
	cmd.Dir = s.dir
	config := filepath.Join(s.dir, "config")
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=10", "HOME="+config, "XDG_CONFIG_HOME="+config, "APPDATA="+config, "HIKGRAB_JOIN=")
	return cmd
}

// start starts a process under a name.
func (s *squad) start(name string, args ...string) *process {
	s.t.Helper()
	p := &process{cmd: s.command(args...), out: &transcript{}, done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	if err := p.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() {
		defer close(p.done)
		_ = p.cmd.Wait() // the exit code says it
		p.code = p.cmd.ProcessState.ExitCode()
	}()
	s.processes[name] = p
	return p
}

var reachedAt = regexp.MustCompile(`machines can join at (\S+)`)

// serve starts the coordinator and returns once machines can join.
func (s *squad) serve(flags ...string) *process {
	s.t.Helper()
	args := append([]string{
		"serve", "--plain", "--format", "raw", "--listen", s.listen, "--patience", "15s", "--per-recorder", "1",
		"--from", "2026-11-03", "--to", "2026-11-03", "-o", "boss",
	}, flags...)
	p := s.start("serve", append(args, "tasks.csv")...)
	s.await(p, "machines can join at")
	s.listen = reachedAt.FindStringSubmatch(p.out.String())[1] // when it starts again it is where it was
	return p
}

// invite makes an invitation.
func (s *squad) invite(file string, flags ...string) {
	s.t.Helper()
	if out, err := s.command(append([]string{"invite", "-o", file}, flags...)...).CombinedOutput(); err != nil {
		s.t.Fatalf("%v\n%s", err, out)
	}
}

// work starts a machine.
func (s *squad) work(name string, args ...string) *process {
	s.t.Helper()
	return s.start(name, append([]string{"work", "--plain", "--once", "--name", name, "-o", name, "-j", "1"}, args...)...)
}

// await waits until a process has said something.
func (s *squad) await(p *process, text string) {
	s.t.Helper()
	s.until(fmt.Sprintf("%q is said", text), func() bool { return strings.Contains(p.out.String(), text) })
}

func (s *squad) until(what string, is func() bool) {
	s.t.Helper()
	for end := time.Now().Add(3 * time.Minute); !is(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("not in three minutes: %s", what)
		}
	}
}

// exits waits for the end of a process and wants that exit code.
func (s *squad) exits(p *process, code int) {
	s.t.Helper()
	select {
	case <-p.done:
	case <-time.After(4 * time.Minute):
		s.t.Fatal("it does not end")
	}
	if p.code != code {
		s.t.Fatalf("exit code %d, want %d", p.code, code)
	}
}

// complete wants every recording of every recorder once in fleet.csv, and the
// file that it names byte for byte on that machine. It returns how many files
// each machine is listed with.
func (s *squad) complete(boss string) map[string]int {
	s.t.Helper()
	missing := map[string]string{}
	for i, rec := range s.recorders {
		for _, track := range rec.Tracks() {
			for _, r := range rec.Recordings(track) {
				missing[s.sum(rec.Content(track, r.Name))] = s.addresses[i] + " " + r.Name
			}
		}
	}
	f, err := os.Open(filepath.Join(s.dir, "boss", "fleet.csv"))
	if err != nil {
		s.t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) == 0 {
		s.t.Fatalf("%v, %v", rows, err)
	}
	machine, path, sum := slices.Index(rows[0], "machine"), slices.Index(rows[0], "path"), slices.Index(rows[0], "sha256")
	files := map[string]int{}
	for _, row := range rows[1:] {
		if missing[row[sum]] == "" {
			s.t.Errorf("listed twice, or no recording: %v", row)
		}
		delete(missing, row[sum])
		files[row[machine]]++
		dir := row[machine]
		if dir == boss {
			dir = "boss"
		}
		content, err := os.Open(filepath.Join(s.dir, dir, row[path]))
		if err != nil {
			s.t.Error(err)
			continue
		}
		if got := s.sum(content); got != row[sum] {
			s.t.Errorf("%s on %s is not what it should be", row[path], row[machine])
		}
		_ = content.Close()
	}
	for _, what := range missing {
		s.t.Errorf("not in the list: %s", what)
	}
	return files
}

func (s *squad) sum(r io.Reader) string { return (&site{t: s.t}).sum(r) }

// downloads is how many recordings the recorders were asked for.
func (s *squad) downloads() (n int) {
	for _, rec := range s.recorders {
		n += rec.Stats().Requests[simulator.Download]
	}
	return n
}

func TestMachinesShareTheWork(t *testing.T) {
	s := newSquad(t, 6, 100_000)
	boss := s.serve("-j", "1")
	s.invite("a.invite")
	one, two := s.work("one", "a.invite"), s.work("two", "a.invite")
	s.exits(boss, 0)
	s.exits(one, 0)
	s.exits(two, 0)
	files := s.complete(hostName())
	// Whoever comes first holds three recorders each; what they have not begun
	// is asked back by beats, for which so little work leaves no time.
	if len(files) < 2 {
		t.Errorf("only one machine did anything: %v", files)
	}
	if n := s.downloads(); n != 36 {
		t.Errorf("%d downloads of 36 recordings", n)
	}
	for _, out := range []string{boss.out.String(), one.out.String()} {
		if strings.Contains(out, scriptPassword) {
			t.Error("a password is said")
		}
	}
	for _, dir := range []string{"boss", "one", "two", "config"} {
		secretFree(t, filepath.Join(s.dir, dir))
	}
	// Another run fetches nothing, on whatever machine the files lie.
	s.exits(s.serve("-j", "1"), 0)
	if n := s.downloads(); n != 36 {
		t.Errorf("another run fetches %d recordings once more", n-36)
	}
	s.complete(hostName())
}

// secretFree wants no file under dir to hold the recorders' password.
func secretFree(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err == nil && strings.Contains(string(text), scriptPassword) {
			t.Errorf("%s holds a password", path)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// A machine that dies costs its work for a while, and none of its files.
func TestAMachineIsKilled(t *testing.T) {
	s := newSquad(t, 4, 100_000)
	boss := s.serve("-j", "0", "--patience", "5s")
	s.invite("a.invite")
	victim := s.work("victim", "a.invite")
	s.until("it works", func() bool { return s.downloads() >= 3 })
	heir := s.work("heir", "a.invite")
	s.await(boss, "+ heir")
	if err := victim.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	s.await(boss, "victim is silent")
	s.exits(boss, 0)
	s.exits(heir, 0)
	if files := s.complete(hostName()); files["victim"] == 0 || files["heir"] == 0 {
		t.Errorf("the files are %v", files)
	}
}

// A coordinator that dies is missed by nobody for a while; started again it
// takes up where it was.
func TestTheCoordinatorIsKilled(t *testing.T) {
	s := newSquad(t, 3, 100_000)
	boss := s.serve("-j", "0")
	s.invite("a.invite")
	one := s.work("one", "a.invite")
	s.until("it works", func() bool { return s.downloads() >= 2 })
	if err := boss.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	<-boss.done
	before := s.downloads()
	boss = s.serve("-j", "0")
	s.exits(boss, 0)
	s.exits(one, 0)
	if files := s.complete(hostName()); files["one"] != 18 {
		t.Errorf("the files are %v", files)
	}
	if n := s.downloads(); n > 18+1 {
		t.Errorf("%d downloads of 18 recordings, %d of them before", n, before)
	}
}

func TestAMachineIsRefused(t *testing.T) {
	s := newSquad(t, 1, 0)
	boss := s.serve("-j", "0")
	s.invite("short.invite", "--for", "1s")
	s.invite("kazan.invite", "--network", "kazan")
	time.Sleep(2100 * time.Millisecond)
	for name, args := range map[string][]string{
		"expired": {"short.invite"}, "abroad": {"--network", "spb", "kazan.invite"},
	} {
		p := s.work(name, args...)
		s.exits(p, 1)
		if _, err := os.Stat(filepath.Join(s.dir, name)); err == nil {
			t.Errorf("%s: something half-joined is left behind", name)
		}
	}
	second := s.start("second", "serve", "--plain", "--listen", s.listen, "-o", "other", "-j", "0", "tasks.csv")
	s.exits(second, 1)
	select {
	case <-boss.done:
		t.Error("the first coordinator ended")
	default:
	}
}

// The demo kills one of its machines, and everything is complete all the same.
func TestTheDemoOnSeveralMachines(t *testing.T) {
	s := newSquad(t, 0, 0)
	p := s.start("demo", "demo", "--machines", "3", "--plain", "-o", "demo")
	s.exits(p, 3) // one recorder has a damaged disk, on every machine
	for _, text := range []string{"machine-1 is killed now", "machine-1 is silent", "11 of 14 cameras complete"} {
		if !strings.Contains(p.out.String(), text) {
			t.Errorf("%q is not said", text)
		}
	}
}
