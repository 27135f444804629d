package disk_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.com/hikgrab/tasks/archive/disk"
)

const private = ".own"

func open(t *testing.T) *disk.Dir {
	t.Helper()
	d, err := disk.Open(filepath.Join(t.TempDir(), "tree"), private)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Close() })
	return d
}

func put(t *testing.T, d *disk.Dir, name, text string) {
	t.Helper()
	if err := d.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func want(t *testing.T, d *disk.Dir, name, text string) {
	t.Helper()
	if got, err := d.ReadFile(name); err != nil || string(got) != text {
		t.Errorf("%s is %q, %v; want %q", name, got, err, text)
	}
}

func TestPlace(t *testing.T) {
	d := open(t)
	announced := 0
	place := func(to string, replace bool) error {
		put(t, d, private+"/from", "new")
		return d.Place(private+"/from", to, replace, func() error { announced++; return nil })
	}
	if err := place("a/b/to", false); err != nil || announced != 1 {
		t.Fatalf("%v, announced %d times", err, announced)
	}
	put(t, d, "a/b/to", "old")
	if err := place("a/b/to", false); !errors.Is(err, fs.ErrExist) || announced != 1 {
		t.Fatalf("to a name that is taken: %v, announced %d times", err, announced)
	}
	want(t, d, "a/b/to", "old")
	if err := place("a/b/to", true); err != nil {
		t.Fatal(err)
	}
	want(t, d, "a/b/to", "new")
	if err := place("a/b", true); !errors.Is(err, fs.ErrExist) {
		t.Errorf("in place of a directory: %v", err)
	}
	if err := place("a/b/to/c", false); !errors.Is(err, disk.ErrInTheWay) || !disk.Refused(err) {
		t.Errorf("below a file: %v", err)
	}
	stop := errors.New("stop")
	put(t, d, private+"/from", "new")
	if err := d.Place(private+"/from", "c", false, func() error { return stop }); !errors.Is(err, stop) {
		t.Errorf("what cannot be announced: %v", err)
	}
	if _, err := d.Lstat("c"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("it has its name all the same: %v", err)
	}
}

func TestRenameReplacesNothing(t *testing.T) {
	for way, rename := range disk.Renames {
		d := open(t)
		put(t, d, "from", "from")
		put(t, d, "taken", "taken")
		if err := rename(d, "from", "taken"); !errors.Is(err, fs.ErrExist) {
			t.Errorf("%s: to a name that is taken: %v", way, err)
		}
		if err := rename(d, "missing", "to"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: from nothing: %v", way, err)
		}
		if err := rename(d, "from", "to"); err != nil {
			t.Errorf("%s: %v", way, err)
		}
		want(t, d, "to", "from")
		want(t, d, "taken", "taken")
	}
}

// A private file that is also another file is neither emptied nor written to.
func TestHardLinkIsRefused(t *testing.T) {
	d := open(t)
	put(t, d, "precious", "precious")
	name := private + "/state"
	if err := d.Link("precious", name); err != nil {
		t.Skip("no hard links here: ", err)
	}
	for _, flag := range []int{os.O_WRONLY | os.O_CREATE | os.O_TRUNC, os.O_RDWR | os.O_CREATE, os.O_WRONLY | os.O_APPEND} {
		if f, err := d.OpenPlain(name, flag); !errors.Is(err, disk.ErrLinked) || !disk.Refused(err) {
			t.Errorf("opening it with %x gives %v, %v", flag, f, err)
		}
	}
	if _, err := d.Take(private+"/lock", name); !errors.Is(err, disk.ErrLinked) {
		t.Errorf("signing as the owner: %v", err)
	}
	want(t, d, "precious", "precious")
}

func TestLock(t *testing.T) {
	d := open(t)
	lock, err := d.Take(private+"/lock", private+"/owner")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.Take(private+"/lock", private+"/owner"); !errors.Is(err, disk.ErrHeld) || !strings.Contains(err.Error(), "process ") {
		t.Errorf("a second one got: %v", err)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
	if lock, err = d.Take(private+"/lock", private+"/owner"); err != nil {
		t.Fatal(err)
	}
	if err := lock.Release(); err != nil {
		t.Fatal(err)
	}
}

func TestReplace(t *testing.T) {
	d := open(t)
	put(t, d, "list", "old")
	failing := errors.New("failing")
	if err := d.Replace("list", private+"/new", func(w io.Writer) error { _, _ = io.WriteString(w, "half"); return failing }); !errors.Is(err, failing) {
		t.Errorf("it gave %v", err)
	}
	want(t, d, "list", "old")
	if err := d.Replace("list", private+"/new", func(w io.Writer) error { _, err := io.WriteString(w, "new"); return err }); err != nil {
		t.Fatal(err)
	}
	want(t, d, "list", "new")
	if _, err := d.Lstat(private + "/new"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("something is left: %v", err)
	}
	now := time.Date(2026, 11, 3, 8, 15, 0, 0, time.UTC)
	for _, dated := range []string{"list-before-20261103-081500", "list-before-20261103-081500-2"} {
		put(t, d, "list", dated)
		if got, err := d.RenameDated("list", "list", "-before-", now); err != nil || got != dated {
			t.Errorf("set aside as %s, %v", got, err)
		}
		want(t, d, dated, dated)
	}
}
