//go:build unix

package archive_test

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"example.com/hikgrab/tasks/archive"
)

// plant puts a symbolic link under the directory before hikgrab gets there.
func plant(t *testing.T, target, name string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(name), 0o755), os.Symlink(target, name))
}

// tryAll does everything that writes, and fails the test unless something was
// refused.
func tryAll(t *testing.T, dir string) {
	t.Helper()
	a, err := archive.Open(dir, nil)
	if err != nil {
		wantKind(t, err, archive.Denied)
		return
	}
	defer closing(t, a)
	log, err := a.LogWriter()
	if err == nil {
		defer closing(t, log)
	}
	a.Stored(item(0, 1000))
	p, err := a.Create(item(0, 1000))
	if err == nil {
		write(t, p, movie(1, 1000))
		_, err = p.Commit(t.Context(), try(1, 1000))
	}
	if err != nil {
		wantKind(t, err, archive.Denied)
	}
}

// partOf returns where the part of a recording is.
func partOf(t *testing.T, it archive.Item) string {
	t.Helper()
	a := open(t, t.TempDir())
	create(t, a, it)
	return partNames(t, a.Dir())[0]
}

func TestPlantedLinksLeadNowhere(t *testing.T) {
	part := partOf(t, item(0, 1000))
	final := "10.20.0.11/ch02/2026-11-03/20261103-081500_20261103-083000.mpg"
	for _, name := range []string{
		ownDir, partsDir, journalName, journalName + ".new", ".hikgrab/lock", ".hikgrab/owner.json", part, manifestName,
		"10.20.0.11", "10.20.0.11/ch02", "10.20.0.11/ch02/2026-11-03", final,
	} {
		for _, target := range []string{"directory", "file", "nothing"} {
			t.Run(name+" to "+target, func(t *testing.T) {
				top := t.TempDir()
				outside := filepath.Join(top, "outside")
				secret := filepath.Join(outside, "file")
				must(t, os.MkdirAll(filepath.Join(outside, "directory"), 0o755))
				put(t, secret, []byte("precious"))
				dir := filepath.Join(top, "out")
				plant(t, filepath.Join(outside, target), filepath.Join(dir, filepath.FromSlash(name)))
				tryAll(t, dir)
				wantText(t, secret, "precious")
				if journal, _ := os.ReadFile(pathOf(dir, journalName)); strings.HasPrefix(final, name+"/") && bytes.Contains(journal, []byte(`"placing"`)) {
					t.Error("the journal announces a file that cannot get its name")
				}
				for where, want := range map[string]int{outside: 2, filepath.Join(outside, "directory"): 0} {
					if entries, err := os.ReadDir(where); err != nil || len(entries) != want {
						t.Errorf("outside there is now %v, %v", entries, err)
					}
				}
			})
		}
	}
}

// A link that stays inside must not turn one of our files into another.
func TestPlantedLinksInside(t *testing.T) {
	for _, name := range []string{manifestName, ".hikgrab/lock", ".hikgrab/owner.json", partOf(t, item(0, 0))} {
		a := open(t, t.TempDir())
		must(t, a.Close())
		before := journalBytes(t, a.Dir())
		forget(t, a.Dir(), name)
		link := pathOf(a.Dir(), name)
		target, err := filepath.Rel(filepath.Dir(link), pathOf(a.Dir(), journalName))
		must(t, err)
		plant(t, target, link)
		tryAll(t, a.Dir())
		if after := journalBytes(t, a.Dir()); !bytes.HasPrefix(after, before) {
			t.Errorf("%s to the journal: the journal was changed: %q", name, after)
		}
	}
}

func TestForeignFileIsKept(t *testing.T) {
	const plain = "10.20.0.11/ch02/2026-11-03/20261103-081500_20261103-083000"
	own := plain + "_" + strings.TrimPrefix(partOf(t, item(0, 0)), partsDir+"/")[:8]
	taken := []string{plain + ".mpg"}
	for _, want := range []string{own + ".mpg", own + "-2.mpg", own + "-3.mpg"} {
		a := open(t, t.TempDir())
		for _, name := range taken {
			put(t, pathOf(a.Dir(), name), []byte("mine"))
		}
		f := commit(t, a, item(0, 0), movie(1, 1000))
		if f.Path != want {
			t.Errorf("beside %v it is %s, want %s", taken, f.Path, want)
		}
		for _, name := range taken {
			wantText(t, pathOf(a.Dir(), name), "mine")
		}
		wantStored(t, reopen(t, a), item(0, 0), f)
		taken = append(taken, f.Path)
	}
}

// Windows does not remove a directory that somebody has open.
func TestDirectoryRemoved(t *testing.T) {
	a, err := archive.Open(filepath.Join(t.TempDir(), "out"), nil)
	must(t, err)
	p := create(t, a, item(0, 0))
	write(t, p, movie(1, 1000))
	must(t, os.RemoveAll(a.Dir()))
	_, err = p.Commit(t.Context(), try(1, 1000))
	wantKind(t, err, archive.Denied)
	_, err = a.Create(item(1, 0))
	wantKind(t, err, archive.Denied)
	wantKind(t, a.Close(), archive.Denied)
}

// Everything under .hikgrab is for its owner alone, whatever the umask;
// finished files and the manifest follow the umask.
func TestPermissions(t *testing.T) {
	for _, mask := range []int{0, 0o022, 0o077, 0o277} {
		t.Run(fmt.Sprintf("umask %03o", mask), func(t *testing.T) {
			defer syscall.Umask(syscall.Umask(mask))
			dir := t.TempDir()
			for n := range 2 {
				a := open(t, dir)
				log, err := a.LogWriter()
				must(t, err)
				defer closing(t, log)
				p := create(t, a, item(100+n, 0))
				write(t, p, movie(1, 100))
				f := commit(t, a, item(n, 0), movie(1, 1000))
				want := fs.FileMode(0o666&^mask) | 0o600
				wantPerm(t, filepath.Join(dir, f.Path), want)
				wantPerm(t, filepath.Join(dir, ownDir), 0o700)
				wantPerm(t, filepath.Join(dir, partsDir), 0o700)
				for _, pattern := range []string{"*", "parts/*"} {
					wantOwnFiles(t, filepath.Join(dir, ownDir, pattern))
				}
				must(t, a.Close())
			}
		})
	}
}

// wantOwnFiles checks that the files are for their owner alone.
func wantOwnFiles(t *testing.T, pattern string) {
	t.Helper()
	names, err := filepath.Glob(pattern)
	if err != nil || len(names) == 0 {
		t.Fatalf("no files: %v", err)
	}
	for _, name := range names {
		if info, err := os.Stat(name); err == nil && !info.IsDir() {
			wantPerm(t, name, 0o600)
		}
	}
}

func wantPerm(t *testing.T, name string, want fs.FileMode) {
	t.Helper()
	info, err := os.Stat(name)
	must(t, err)
	if got := info.Mode().Perm(); got != want {
		t.Errorf("%s has permissions %o, want %o", name, got, want)
	}
}
