package command

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"example.com/hikgrab/nvr/simulator"
)

// squad is a coordinator and machines, each a process on loopback, with
// simulated recorders. If the system has all of 127.0.0.0/8, each process
// connects from its own address, so that the ledger can tell them apart.
type squad struct {
	t         testing.TB
	dir       string
	ledger    ledger
	recorders []*simulator.Recorder
	addresses []string
	networks  []string // of each recorder
	processes map[string]*process
	homes     map[string]string // directories of machines outside dir
	listen    string
}

// plot describes the recorders of a squad and their recordings. A zero field
// means the default.
type plot struct {
	recorders int
	files     int   // 6
	size      int64 // of a file in bytes: 60,000
	rate      int64 // bytes per second of one recorder; 0 means no limit
}

// process is one running hikgrab.
type process struct {
	cmd  *exec.Cmd
	out  *transcript
	done chan struct{}
	code int
}

// transcript collects the output of a process.
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

// newSquad starts the recorders of a plot.
func newSquad(t testing.TB, p plot) *squad {
	s := emptySquad(t)
	for i := range p.recorders {
		rec := s.recorder(i, p, scriptPassword)
		server, err := simulator.Listen("127.0.0.1:0", s.ledger.watch(i, rec))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = server.Close() })
		s.add(rec, server.Addr(), "")
	}
	var sheet strings.Builder
	for _, address := range s.addresses {
		fmt.Fprintf(&sheet, "%s,\"%s\",%s,all\n", scriptUser, scriptPassword, address)
	}
	s.write("tasks.csv", sheet.String())
	return s
}

var squads atomic.Int32

// ownAddress returns an address to listen at that no other squad uses, so that
// a coordinator that is started again finds its port free.
func ownAddress() string {
	if !manyLoopbacks {
		return "127.0.0.1:0"
	}
	n := squads.Add(1)
	return fmt.Sprintf("127.0.%d.%d:0", 2+n/250, 1+n%250)
}

// emptySquad is a squad without recorders.
func emptySquad(t testing.TB) *squad {
	if t, ok := t.(*testing.T); ok {
		t.Parallel()
	}
	s := &squad{t: t, dir: t.TempDir(), processes: map[string]*process{}, homes: map[string]string{}, listen: ownAddress()}
	t.Cleanup(func() {
		for _, p := range s.processes {
			_ = p.cmd.Process.Kill()
			<-p.done
		}
		if t.Failed() {
			for name, p := range s.processes {
				t.Logf("%s:\n%s", name, p.out)
				s.logged(name)
			}
		}
	})
	return s
}

// logged prints the warnings in the last log of a process.
func (s *squad) logged(name string) {
	if name == "serve" {
		name = "boss"
	}
	logs, _ := filepath.Glob(filepath.Join(s.home(name), ".hikgrab", "log-*.log")) // sorted by time
	if len(logs) == 0 {
		return
	}
	text, _ := os.ReadFile(logs[len(logs)-1])
	for line := range strings.Lines(string(text)) {
		if !strings.Contains(line, `"level":"INFO"`) {
			s.t.Log(strings.TrimSpace(line))
		}
	}
}

func (s *squad) add(rec *simulator.Recorder, address, network string) {
	s.recorders, s.addresses, s.networks = append(s.recorders, rec), append(s.addresses, address), append(s.networks, network)
}

// recorder makes recorder i of a plot.
func (s *squad) recorder(i int, p plot, password string) *simulator.Recorder {
	day := time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC)
	files, size := cmp.Or(p.files, 6), cmp.Or(p.size, 60_000)
	span := simulator.Span(day, day.Add(time.Duration(files)*10*time.Minute), 10*time.Minute, size+int64(i)*100)
	return simulator.New(simulator.Config{
		Name: fmt.Sprint("NVR ", i+1), User: scriptUser, Password: password, Rate: p.rate,
		Channels: []simulator.Channel{{Number: 1, Recordings: span}},
	})
}

func (s *squad) write(name, text string) {
	s.t.Helper()
	if err := os.WriteFile(filepath.Join(s.dir, name), []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// home returns a machine's directory.
func (s *squad) home(name string) string {
	if dir := s.homes[name]; dir != "" {
		return dir
	}
	return filepath.Join(s.dir, name)
}

// fromKey names the variable with the address that the program connects to
// recorders from.
const fromKey = "HIKGRAB_TEST_FROM"

// manyLoopbacks reports whether the system has all of 127.0.0.0/8.
const manyLoopbacks = runtime.GOOS == "linux"

// command returns hikgrab as the squad's operator starts it, under a name.
func (s *squad) command(name string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(context.WithoutCancel(s.t.Context()), "hikgrab", args...)
	cmd.Dir = s.dir
	config := filepath.Join(s.dir, "config")
	cmd.Env = append(os.Environ(), "GORACE=atexit_sleep_ms=10", "HOME="+config, "XDG_CONFIG_HOME="+config, "APPDATA="+config, "HIKGRAB_JOIN=")
	if manyLoopbacks && name != "" {
		cmd.Env = append(cmd.Env, fromKey+"="+s.ledger.address(name))
	}
	return cmd
}

// start starts a process under a name.
func (s *squad) start(name string, args ...string) *process {
	s.t.Helper()
	return s.run(name, s.command(name, args...))
}

// run starts a command under a name.
func (s *squad) run(name string, cmd *exec.Cmd) *process {
	s.t.Helper()
	p := &process{cmd: cmd, out: &transcript{}, done: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	if err := p.cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	go func() {
		defer close(p.done)
		_ = p.cmd.Wait() // the exit code tells
		p.code = p.cmd.ProcessState.ExitCode()
	}()
	s.processes[name] = p
	return p
}

var reachedAt = regexp.MustCompile(`machines can join at (\S+?)(,|\s)`)

// serve starts the coordinator and returns once machines can join.
func (s *squad) serve(flags ...string) *process {
	s.t.Helper()
	p := s.start("serve", s.serving(flags...)...)
	s.await(p, "machines can join at")
	s.listen = reachedAt.FindStringSubmatch(p.out.String())[1] // a restarted coordinator keeps its address
	return p
}

func (s *squad) serving(flags ...string) []string {
	args := []string{
		"serve", "--plain", "--format", "raw", "--listen", s.listen, "--patience", "15s", "--per-recorder", "1",
		"--from", "2026-11-03", "--to", "2026-11-03", "-o", "boss",
	}
	return append(append(args, flags...), "tasks.csv")
}

// invite makes an invitation.
func (s *squad) invite(file string, flags ...string) {
	s.t.Helper()
	if out, err := s.command("", append([]string{"invite", "-o", file}, flags...)...).CombinedOutput(); err != nil {
		s.t.Fatalf("%v\n%s", err, out)
	}
}

// working returns the arguments that start a machine.
func (s *squad) working(name string, args ...string) []string {
	return append([]string{"work", "--plain", "--once", "--name", name, "-o", name, "-j", "1"}, args...)
}

// work starts a machine.
func (s *squad) work(name string, args ...string) *process {
	s.t.Helper()
	return s.start(name, s.working(name, args...)...)
}

// kill kills a process.
func (s *squad) kill(p *process) {
	s.t.Helper()
	if err := p.cmd.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		s.t.Fatal(err)
	}
	<-p.done
}

// await waits until a process has printed text.
func (s *squad) await(p *process, text string) {
	s.t.Helper()
	s.until(fmt.Sprintf("%q is said", text), func() bool {
		select {
		case <-p.done:
			if !strings.Contains(p.out.String(), text) {
				s.t.Fatalf("it ended without a word of %q", text)
			}
		default:
		}
		return strings.Contains(p.out.String(), text)
	})
}

// waitLimit bounds every wait.
const waitLimit = 90 * time.Second

func (s *squad) until(what string, is func() bool) {
	s.t.Helper()
	for end := time.Now().Add(waitLimit); !is(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			s.t.Fatalf("not in %v: %s", waitLimit, what)
		}
	}
}

// exits waits for a process to exit and checks its exit code.
func (s *squad) exits(p *process, code int) {
	s.t.Helper()
	select {
	case <-p.done:
	case <-time.After(waitLimit):
		s.t.Fatal("it does not end")
	}
	if p.code != code {
		s.t.Fatalf("exit code %d, want %d", p.code, code)
	}
}

// end checks that every process exits with success, and calls complete.
func (s *squad) end(all ...*process) map[string]int {
	s.t.Helper()
	for _, p := range all {
		s.exits(p, 0)
	}
	return s.complete()
}

// complete checks that fleet.csv lists every recording of every recorder once,
// and that the named file is on that machine byte for byte. No login may have
// been refused, and no two machines on one recorder at once. It returns how
// many files each machine has in the list.
func (s *squad) complete() map[string]int {
	s.t.Helper()
	missing := map[string]string{}
	for i, rec := range s.recorders {
		for _, track := range rec.Tracks() {
			for _, r := range rec.Recordings(track) {
				missing[s.networks[i]+" "+s.addresses[i]+" "+s.sum(rec.Content(track, r.Name))] = r.Name
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
	column := func(name string) int { return slices.Index(rows[0], name) }
	files := map[string]int{}
	for _, row := range rows[1:] {
		machine, path, sum := row[column("machine")], row[column("path")], row[column("sha256")]
		key := row[column("network")] + " " + row[column("recorder")] + " " + sum
		if missing[key] == "" {
			s.t.Errorf("listed twice, or no recording: %v", row)
		}
		delete(missing, key)
		files[machine]++
		if machine == hostName() {
			machine = "boss"
		}
		content, err := os.Open(filepath.Join(s.home(machine), path))
		if err != nil {
			s.t.Error(err)
			continue
		}
		if got := s.sum(content); got != sum {
			s.t.Errorf("%s on %s is not what it should be", path, machine)
		}
		_ = content.Close()
	}
	for what, name := range missing {
		s.t.Errorf("not in the list: %s %s", what, name)
	}
	for i, rec := range s.recorders {
		if n := rec.Stats().Auth.Refused; n > 0 {
			s.t.Errorf("%s refused %d logins", s.addresses[i], n)
		}
	}
	if together := s.ledger.overlap(); together > closing {
		s.t.Errorf("two machines were at one recorder for %v", together)
	}
	return files
}

func (s *squad) sum(r io.Reader) string {
	s.t.Helper()
	return sumOf(s.t, r)
}

// copies returns how many files are listed on more than one machine.
func (s *squad) copies() int {
	text, err := os.ReadFile(filepath.Join(s.dir, "boss", "fleet.csv"))
	if err != nil {
		s.t.Fatal(err)
	}
	return bytes.Count(text, []byte("also on "))
}

// downloads returns how many downloads the recorders were asked for.
func (s *squad) downloads() (n int) {
	for _, rec := range s.recorders {
		n += rec.Stats().Requests[simulator.Download]
	}
	return n
}

// has returns how many finished files a machine has.
func (s *squad) has(name string) (n int) {
	_ = filepath.WalkDir(s.home(name), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.HasSuffix(filepath.Dir(path), "2026-11-03") {
			n++
		}
		return nil // a missing directory has no files
	})
	return n
}

// secretFree checks that the recorders' password is in no file of the squad, in
// no output of its processes, and not in more, in any form.
func (s *squad) secretFree(more map[string][]byte) {
	s.t.Helper()
	places := map[string][]byte{}
	for name, p := range s.processes {
		places["what "+name+" says"] = []byte(p.out.String())
	}
	for what, text := range more {
		places[what] = text
	}
	for _, dir := range append(slices.Collect(maps.Values(s.homes)), s.dir) {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.Type().IsRegular() || filepath.Base(path) == "tasks.csv" {
				return err
			}
			places[path], err = os.ReadFile(path)
			return err
		})
		if err != nil {
			s.t.Fatal(err)
		}
	}
	for place, text := range places {
		text = bytes.ToLower(text)
		for form, secret := range secretForms() {
			if bytes.Contains(text, []byte(strings.ToLower(secret))) {
				s.t.Errorf("the password stands in %s (%s)", place, form)
			}
		}
	}
}
