package command

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// A sleeping machine and a silent connection delay the files from there.
// Collecting then continues where it was.
func TestLongAMachineSleepsWhileItsFilesAreCollected(t *testing.T) {
	long(t)
	s := newSquad(t, plot{recorders: 5, files: 2, size: 3 << 20, rate: 2 << 20})
	s.fetched("one", "two")
	home := s.collect("--limit", "1M")
	u := newTunnel(t, s.listen)
	s.work("one")
	s.workThrough(u, "two", "a.invite")
	s.await(home, "has arrived")
	s.freeze("one")
	u.mute(true)
	time.Sleep(15 * time.Second) // longer than the time limit for an answer
	s.thaw("one")
	u.mute(false)
	s.exits(home, 0)
	s.atHome()
}

// A full disk here stops all collecting until there is room.
func TestLongTheDiskIsFullWhereFilesAreCollected(t *testing.T) {
	long(t)
	if os.Getuid() != 0 {
		t.Skip("left out: only root can make a small disk")
	}
	s := newSquad(t, plot{recorders: 1, files: 4, size: 1 << 20})
	small := filepath.Join(s.dir, "boss")
	if err := os.Mkdir(small, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := unix.Mount("hikgrab-test", small, "tmpfs", 0, "size=12m"); err != nil {
		t.Skipf("left out: a small disk cannot be made here: %v", err)
	}
	t.Cleanup(func() {
		for _, p := range s.processes {
			_ = p.cmd.Process.Kill() // it may have exited
			<-p.done
		}
		if err := unix.Unmount(small, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	s.fetched("one")
	free := func() int64 {
		var stat unix.Statfs_t
		if err := unix.Statfs(small, &stat); err != nil {
			t.Fatal(err)
		}
		return int64(stat.Bavail) * stat.Bsize
	}
	filler := filepath.Join(small, "filler")
	if err := os.WriteFile(filler, make([]byte, free()-5<<19), 0o600); err != nil { // leaves room for two and a half files
		t.Fatal(err)
	}
	home := s.collect()
	one := s.work("one")
	s.until("two are home", func() bool { return strings.Count(home.out.String(), "has arrived") == 2 })
	time.Sleep(3 * time.Second)
	select {
	case <-home.done:
		t.Fatal("it ended")
	default:
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	s.exits(home, 0)
	s.exits(one, 0)
	s.atHome()
}
