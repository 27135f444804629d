package archive

import (
	"bufio"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"example.com/hikgrab/nvr/simulator"
)

// deriverDir and deriverEdition say that the test binary runs as a process to
// be killed, which makes files of that edition in that directory.
const derivedRequests = 40

// deriver makes what is not made yet, until it is killed.
func deriver(dir, edition string) {
	a, err := Open(dir, nil)
	if err != nil {
		fmt.Println("error", err)
		return
	}
	fmt.Println("ready")
	for n := range derivedRequests {
		content := fmt.Sprintf("%s %d %s", edition, n, strings.Repeat("x", 5000))
		m := requested(n, content)
		if old := a.DerivedOf(m.Tree, m.Origin.Request); len(old) > 0 && old[0].Origin == m.Origin {
			continue
		}
		if _, err := derive(a, m, content); err != nil {
			fmt.Println("error", err)
			return
		}
	}
	if err := a.Close(); err != nil {
		fmt.Println("error", err)
	}
	fmt.Println("complete")
}

// runDeriver reports whether the process completed before it was killed.
func runDeriver(t *testing.T, dir, edition string, after time.Duration) (complete bool) {
	t.Helper()
	runKilled(t, after, func(text string) { complete = complete || text == "complete" },
		deriverDir+"="+dir, deriverEdition+"="+edition)
	return complete
}

// victimDir names the directory that the test binary writes into when it runs
// as the process to be killed.
const victimDir = "HIKGRAB_TEST_VICTIM"

const victimItems = 240

// victimFootage is small, so that many are converted between two kills.
var victimFootage = [2][]byte{simulated(0, simulator.H264, 60_000), simulated(1, simulator.H265, 60_000)}

// victimMovie is what the n-th recording holds: every fourth one has pictures, of
func victimMovie(n int) []byte {
	if n%4 == 1 {
		return victimFootage[n/4%2]
	}
	return movie(uint64(n), 20_000+n*37)
}

// victimItem asks for the MP4 alone or with the raw file beside it, and half of
func victimItem(n int) Item {
	it := item(n, int64(len(victimMovie(n))))
	it.Format = MP4
	if n%8 == 1 {
		it.Format = Both
	}
	if n%16 >= 8 {
		begins := it.Recording.Start.Add(time.Duration(n/4%2) * shots)
		it.Clip = Span{begins.Add(2 * time.Second), begins.Add(4 * time.Second)}
	}
	return it
}

// victim fetches whatever is not stored yet, on four goroutines, and says
// "done N" when a Commit has returned, until it is killed.
func victim(dir string) {
	a, err := Open(dir, nil)
	if err != nil {
		fmt.Println("error", err)
		return
	}
	fmt.Println("ready")
	lines := make(chan string, 16)
	for worker := range 4 {
		go func() {
			for n := worker; n < victimItems; n += 4 {
				if line := fetchOne(a, n); line != "" {
					lines <- line
				}
			}
			lines <- "idle"
		}()
	}
	for line := range lines {
		fmt.Println(line)
	}
}

func fetchOne(a *Archive, n int) string {
	b := victimMovie(n)
	it := victimItem(n)
	if _, ok := a.Stored(it); ok {
		return ""
	}
	switch _, ok, err := a.Convert(context.Background(), it); {
	case err != nil:
		return "error " + err.Error()
	case ok:
		return fmt.Sprint("done ", n)
	}
	p, err := a.Create(it)
	if err != nil {
		return "error " + err.Error()
	}
	for rest := b[p.Offset():]; len(rest) > 0; {
		k := min(len(rest), 8192)
		if _, err := p.Write(rest[:k]); err != nil {
			return "error " + err.Error()
		}
		rest = rest[k:]
	}
	if n%3 == 0 { // every third one is interrupted once, in good order
		if err := p.Close(); err != nil {
			return "error " + err.Error()
		}
		if p, err = a.Create(it); err != nil {
			return "error " + err.Error()
		}
	}
	if _, err := p.Commit(context.Background(), try(1, len(b))); err != nil {
		return "error " + err.Error()
	}
	return fmt.Sprint("done ", n)
}

var killSeed = flag.Uint64("kill.seed", 0, "seed of the moments to kill at; 0 takes the clock")

// killMoments returns where the moments to kill at come from.
func killMoments(t *testing.T) *rand.Rand {
	t.Helper()
	seed := *killSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("-kill.seed=%d", seed)
	return rand.New(rand.NewPCG(seed, 0))
}

func runVictim(t *testing.T, dir string, after time.Duration, acknowledged map[int]bool) {
	t.Helper()
	runKilled(t, after, func(text string) {
		var n int
		if _, err := fmt.Sscanf(text, "done %d", &n); err == nil {
			acknowledged[n] = true
		}
	}, victimDir+"="+dir)
}

// runKilled runs the test binary with more in its environment, and kills it some
func runKilled(t *testing.T, after time.Duration, take func(text string), env ...string) {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0])
	cmd.Env = slices.Concat(os.Environ(), env, []string{"GORACE=atexit_sleep_ms=0"})
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		switch text := lines.Text(); {
		case text == "ready":
			timer := time.AfterFunc(after, func() { _ = cmd.Process.Kill() })
			defer timer.Stop()
		case strings.HasPrefix(text, "error"):
			t.Error(text)
		default:
			take(text)
		}
	}
	_ = cmd.Wait() // it may have been killed
}

// tearTail leaves the journal as a write that was cut short does.
func tearTail(t *testing.T, name string, lines int) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer closing(t, f)
	text := strings.Repeat("deadbeef {\"t\":\"done\"}\n", lines) + "0a1b2c3d {\"t\":\"do"
	if _, err := f.WriteString(text); err != nil {
		t.Fatal(err)
	}
}

// inspect opens what was left and checks that no finished file is wrong, none
func inspect(t *testing.T, dir string, acknowledged map[int]bool) {
	t.Helper()
	a := open(t, dir)
	stored := map[string]bool{}
	for n := range victimItems {
		b := victimMovie(n)
		it := victimItem(n)
		f, ok := a.Stored(it)
		if !ok {
			if acknowledged[n] {
				t.Errorf("recording %d was committed and is gone", n)
			}
			continue
		}
		stored[f.Path] = true
		if n%4 == 1 {
			wantMovie(t, a, f)
			if k := framesIn(t, a, f); (k == 50) != (n%16 >= 8) {
				t.Errorf("recording %d has %d pictures", n, k)
			}
			it.Format = Raw
			if f, ok = a.Stored(it); ok != (n%8 == 1) {
				t.Errorf("recording %d: stored raw is %v", n, ok)
			}
			if !ok {
				continue
			}
			stored[f.Path] = true
		}
		got, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(f.Path)))
		if err != nil || string(got) != string(b) {
			t.Errorf("recording %d is wrong under its final name: %d bytes, %v", n, len(got), err)
		}
	}
	for n := range victimItems { // a raw file whose MP4 is still to be made
		if f, ok := a.Stored(item(n, int64(len(victimMovie(n))))); ok {
			stored[f.Path] = true
		}
	}
	for _, name := range tree(t, dir) {
		if !stored[name] {
			t.Errorf("%s is on disk, but not stored", name)
		}
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	paths := manifestPaths(t, dir)
	for path := range stored {
		if paths[path] != 1 {
			t.Errorf("%s stands %d times in the manifest", path, paths[path])
		}
	}
	if len(paths) != len(stored) {
		t.Errorf("the manifest has %d files, %d are stored", len(paths), len(stored))
	}
}

// bringerDir says that the test binary runs as a process to be killed, which
// brings the files of the machine in bringerFrom into that directory.
const (
	bringerDir  = "HIKGRAB_TEST_BRINGER"
	bringerFrom = "HIKGRAB_TEST_BRINGER_FROM"
)

// bringer brings what is not there yet, until it is killed.
func bringer(dir, from string) {
	if err := bringAll(dir, from); err != nil {
		fmt.Println("error", err)
		return
	}
	fmt.Println("complete")
}

func bringAll(dir, from string) error {
	machine, err := Open(from, nil)
	if err != nil {
		return err
	}
	home, err := Open(dir, nil)
	if err != nil {
		return err
	}
	home.checkpointEvery = 10_000
	fmt.Println("ready")
	files, _ := home.Distants(0)
	for _, d := range files {
		if _, ok := home.Home(d); ok {
			continue
		}
		p, err := home.Bring(d)
		if err != nil {
			return err
		}
		for b := make([]byte, 5000); err == nil && p.Offset() < d.r.Bytes; {
			b = b[:min(5000, d.r.Bytes-p.Offset())]
			if err = machine.ReadPiece(d.Ref(), p.Offset(), b); err == nil {
				_, err = p.Write(b)
			}
		}
		if err == nil {
			_, err = p.Arrive(d)
		}
		if err != nil {
			return err
		}
	}
	return errors.Join(home.Close(), machine.Close())
}
