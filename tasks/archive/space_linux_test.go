package archive_test

import (
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"example.com/hikgrab/tasks/archive"
)

// TestFullVolume fills a real volume, if this user may mount one; the same with
// an injected disk runs everywhere.
func TestFullVolume(t *testing.T) {
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "size=4m"); err != nil {
		t.Logf("no volume could be mounted (%v): only the injected disk was filled", err)
		return
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	a := open(t, filepath.Join(dir, "out"))
	_, err := a.Create(item(1, 5<<20))
	wantKind(t, err, archive.TooLarge)
	full(t, a, 6<<20, func() { must(t, unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT, "size=16m")) })
	must(t, a.Close(), unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT|unix.MS_RDONLY, ""))
	_, err = archive.Open(filepath.Join(dir, "out"), nil)
	wantKind(t, err, archive.Denied)
	if !strings.Contains(err.Error(), "read-only") {
		t.Errorf("error %q does not name the reason", err)
	}
	must(t, unix.Mount("tmpfs", dir, "tmpfs", unix.MS_REMOUNT, "size=16m"))
}
