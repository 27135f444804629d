package archive_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/hikgrab/tasks/archive"
)

const killedRequests = 40

func killedContent(edition string, n int) string {
	return fmt.Sprintf("%s %d %s", edition, n, strings.Repeat("x", 5000))
}

// TestDeriverKilled kills a process that makes files and replaces older ones. A
// later run repairs everything: each file exists once, whole and listed.
func TestDeriverKilled(t *testing.T) {
	random := killMoments(t)
	dir := t.TempDir()
	for _, edition := range []string{"first", "second"} {
		for range 2 {
			runKilled(t, time.Duration(random.IntN(30_000))*time.Microsecond, nothing, "derive", dir, edition)
		}
		if !runKilled(t, time.Minute, nothing, "derive", dir, edition) {
			t.Fatal("it did not complete")
		}
		want := map[string]string{}
		for n := range killedRequests {
			m := requested(n, "")
			want[strings.Join([]string{string(m.Tree), m.Dir, m.Name + ".mp4"}, "/")] = killedContent(edition, n)
		}
		a := open(t, dir)
		wantTree(t, a, want)
		if rows := manifestRows(t, filepath.Join(dir, "joined")); len(rows) != 1+killedRequests || parts(t, dir) != 0 {
			t.Errorf("the manifest has %d lines, and %d parts are left", len(rows), parts(t, dir))
		}
		must(t, a.Close())
	}
}

// deriveAll makes the missing files of an edition in a directory.
func deriveAll(args ...string) error {
	a, err := archive.Open(args[0], nil)
	if err != nil {
		return err
	}
	fmt.Println("ready")
	for n := range killedRequests {
		content := killedContent(args[1], n)
		m := requested(n, content)
		if old := a.DerivedOf(m.Tree, m.Origin.Request); len(old) > 0 && old[0].Origin == m.Origin {
			continue
		}
		if _, err := derive(a, m, content); err != nil {
			return err
		}
	}
	return a.Close()
}
