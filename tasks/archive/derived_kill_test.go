package archive

import (
	"fmt"
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
	random := killMoments(t)
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
	runKilled(t, after, func(text string) { complete = complete || text == "complete" },
		deriverDir+"="+dir, deriverEdition+"="+edition)
	return complete
}
