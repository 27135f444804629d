package archive

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// deriverDir and deriverEdition say that the test binary runs as a process to
// be killed, which makes files of that edition in that directory.
const (
	deriverDir     = "HIKGRAB_TEST_DERIVER"
	deriverEdition = "HIKGRAB_TEST_EDITION"
)

const derivedWishes = 40

func init() {
	if dir := os.Getenv(deriverDir); dir != "" {
		deriver(dir, os.Getenv(deriverEdition))
		os.Exit(0)
	}
}

// deriver makes what is not made yet, until it is killed.
func deriver(dir, edition string) {
	a, err := Open(dir, nil)
	if err != nil {
		fmt.Println("error", err)
		return
	}
	fmt.Println("ready")
	for n := range derivedWishes {
		content := fmt.Sprintf("%s %d %s", edition, n, strings.Repeat("x", 5000))
		m := wished(n, content)
		old, err := a.DerivedOf(m.Tree, m.Origin.Wish)
		if err == nil && (len(old) == 0 || old[0].Origin != m.Origin) {
			_, err = derive(a, m, content)
		}
		if err != nil {
			fmt.Println("error", err)
			return
		}
	}
	if err := a.Close(); err != nil {
		fmt.Println("error", err)
	}
	fmt.Println("complete")
}

// TestDeriverKilled kills a process that makes files and replaces older ones. A
// later run puts everything right: each file is there once, whole and listed.
func TestDeriverKilled(t *testing.T) {
	seed := *killSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("-kill.seed=%d", seed)
	random := rand.New(rand.NewPCG(seed, 1))
	dir := t.TempDir()
	for _, edition := range []string{"first", "second"} {
		for range 2 {
			runDeriver(t, dir, edition, time.Duration(random.IntN(30_000))*time.Microsecond)
		}
		if !runDeriver(t, dir, edition, time.Minute) {
			t.Fatal("it did not complete")
		}
		want := map[string]string{}
		for n := range derivedWishes {
			m := wished(n, "")
			want[strings.Join([]string{string(m.Tree), m.Dir, m.Name + ".mp4"}, "/")] = fmt.Sprintf("%s %d %s", edition, n, strings.Repeat("x", 5000))
		}
		a := open(t, dir)
		wantTree(t, a, want)
		if rows := manifestRows(t, filepath.Join(dir, string(JoinedTree))); len(rows) != 1+derivedWishes || parts(t, dir) != 0 {
			t.Errorf("the manifest has %d lines, and %d parts are left", len(rows), parts(t, dir))
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// runDeriver reports whether the process completed before it was killed.
func runDeriver(t *testing.T, dir, edition string, after time.Duration) (complete bool) {
	t.Helper()
	cmd := exec.CommandContext(context.WithoutCancel(t.Context()), os.Args[0])
	cmd.Env = append(os.Environ(), deriverDir+"="+dir, deriverEdition+"="+edition, "GORACE=atexit_sleep_ms=0")
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
		case text == "complete":
			complete = true
		default:
			t.Error(text)
		}
	}
	_ = cmd.Wait() // it may have been killed
	return complete
}
