//go:build unix

package archive_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"example.com/hikgrab/tasks/archive"
)

func TestPlantedLinksLeadNowhere(t *testing.T) {
	part := partOf(item(0, 1000))
	final := "10.20.0.11/ch02/2026-11-03/20261103-081500_20261103-083000.mpg"
	for _, name := range []string{
		ownDir, partsDir, journalName, journalSpare, lockName, ownerName, part, manifestName,
		"10.20.0.11", "10.20.0.11/ch02", "10.20.0.11/ch02/2026-11-03", final,
	} {
		for _, target := range []string{"directory", "file", "nothing"} {
			t.Run(name+" to "+target, func(t *testing.T) {
				top := t.TempDir()
				outside := filepath.Join(top, "outside")
				secret := filepath.Join(outside, "file")
				if err := os.MkdirAll(filepath.Join(outside, "directory"), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(secret, []byte("precious"), 0o644); err != nil {
					t.Fatal(err)
				}
				dir := filepath.Join(top, "out")
				plant(t, filepath.Join(outside, target), filepath.Join(dir, filepath.FromSlash(name)))
				tryAll(t, dir)
				if got, err := os.ReadFile(secret); err != nil || string(got) != "precious" {
					t.Errorf("the file outside is now %q, %v", got, err)
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

// A link that stays inside must not make one of our files out of another.
func TestPlantedLinksInside(t *testing.T) {
	for _, name := range []string{manifestName, lockName, ownerName, partOf(item(0, 0))} {
		a := open(t, t.TempDir())
		journal := filepath.Join(a.Dir(), filepath.FromSlash(journalName))
		if err := a.Close(); err != nil {
			t.Fatal(err)
		}
		before, err := os.ReadFile(journal)
		if err != nil {
			t.Fatal(err)
		}
		link := filepath.Join(a.Dir(), filepath.FromSlash(name))
		if err := os.RemoveAll(link); err != nil {
			t.Fatal(err)
		}
		target, err := filepath.Rel(filepath.Dir(link), journal)
		if err != nil {
			t.Fatal(err)
		}
		plant(t, target, link)
		tryAll(t, a.Dir())
		after, err := os.ReadFile(journal)
		if err != nil || string(after[:len(before)]) != string(before) {
			t.Errorf("%s to the journal: the journal was changed: %q, %v", name, after, err)
		}
	}
}

func TestForeignFileIsKept(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir)
	it := item(0, 0)
	plain := pathOf(it) + ".mpg"
	foreign := filepath.Join(dir, filepath.FromSlash(plain))
	if err := os.MkdirAll(filepath.Dir(foreign), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(foreign, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	f := commit(t, a, it, movie(1, 1000))
	if got, err := os.ReadFile(foreign); err != nil || string(got) != "mine" {
		t.Errorf("the foreign file is %q, %v", got, err)
	}
	if f.Path == plain {
		t.Error("the recording took the foreign file's name")
	}
	if s, ok := reopen(t, a).Stored(it); !ok || s.Path != f.Path {
		t.Errorf("Stored = %+v, %v", s, ok)
	}
}

// Windows keeps a directory that somebody has open.
func TestDirectoryRemoved(t *testing.T) {
	a, err := archive.Open(filepath.Join(t.TempDir(), "out"), nil)
	if err != nil {
		t.Fatal(err)
	}
	p := create(t, a, item(0, 0))
	write(t, p, movie(1, 1000))
	if err := os.RemoveAll(a.Dir()); err != nil {
		t.Fatal(err)
	}
	_, err = p.Commit(t.Context(), try(1, 1000))
	wantKind(t, err, archive.Denied)
	_, err = a.Create(item(1, 0))
	wantKind(t, err, archive.Denied)
	wantKind(t, a.Close(), archive.Denied)
}

// Everything under .hikgrab is for its owner alone, whatever the umask says;
// finished files and the manifest are as the umask wants them.
func TestPermissions(t *testing.T) {
	for _, mask := range []int{0, 0o022, 0o077, 0o277} {
		t.Run(fmt.Sprintf("umask %03o", mask), func(t *testing.T) {
			defer syscall.Umask(syscall.Umask(mask))
			dir := t.TempDir()
			for n := range 2 {
				a := open(t, dir)
				log, err := a.LogWriter()
				if err != nil {
					t.Fatal(err)
				}
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
				if err := a.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}
