package archive

import (
	"bytes"
	"slices"
	"syscall"
	"testing"
	"time"

	"example.com/hikgrab/nvr/simulator"
)

// Wherever the disk dies on the way to a clip, what it holds then is enough to
// go on from, and nothing on it has a name that it does not deserve.
func TestDiskDiesOnTheWayToAClip(t *testing.T) {
	const size = 60_000
	b := simulated(0, simulator.H264, size)
	for format, cause := range map[Format]error{MP4: syscall.ENOSPC, Both: syscall.EIO} {
		it := shot(0, format, size)
		it.Clip = Span{From: morning.Add(2 * time.Second), To: morning.Add(4 * time.Second)}
		healthy := t.TempDir()
		steps := 1 << 20
		steps -= commitUntil(t, healthy, it, b, steps, nil)
		want := tree(t, healthy)
		if steps < 10 || len(want) != int(format) {
			t.Fatalf("%d steps made %v", steps, want)
		}
		for n := range steps + 1 {
			dir := t.TempDir()
			commitUntil(t, dir, it, b, n, cause)
			goOn(t, dir, it, b)
			for _, name := range want {
				if got := fileBytes(t, dir, name); !bytes.Equal(got, fileBytes(t, healthy, name)) {
					t.Errorf("%v after %d steps: %s has %d bytes", cause, n, name, len(got))
				}
			}
			if files, paths := tree(t, dir), manifestPaths(t, dir); !slices.Equal(files, want) || len(paths) != len(want) || parts(t, dir) != 0 {
				t.Errorf("%v after %d steps: %v are there, %v are listed, %d parts", cause, n, files, paths, parts(t, dir))
			}
		}
		t.Logf("%d steps for %v", steps, format)
	}
}
