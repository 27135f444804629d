package archive_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/hikgrab/tasks/archive"
)

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
		for n := range derivedRequests {
			m := requested(n, "")
			want[strings.Join([]string{string(m.Tree), m.Dir, m.Name + ".mp4"}, "/")] = fmt.Sprintf("%s %d %s", edition, n, strings.Repeat("x", 5000))
		}
		a := open(t, dir)
		wantTree(t, a, want)
		if rows := manifestRows(t, filepath.Join(dir, string(archive.JoinedTree))); len(rows) != 1+derivedRequests || parts(t, dir) != 0 {
			t.Errorf("the manifest has %d lines, and %d parts are left", len(rows), parts(t, dir))
		}
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
