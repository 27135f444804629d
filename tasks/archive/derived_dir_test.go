package archive_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"example.com/hikgrab/tasks/archive"
)

// stills builds a directory of one picture.
func stills(_ context.Context, root *os.Root, _ string) error {
	return errors.Join(root.WriteFile("a.jpg", []byte("picture"), 0o666), root.WriteFile(archive.StillsList, []byte("file\na.jpg\n"), 0o666))
}

// leftOver lists the directories of stills still being made.
func leftOver(t *testing.T, a *archive.Archive) []string {
	t.Helper()
	names, err := filepath.Glob(pathOf(a.Dir(), ".hikgrab/stills/*"))
	must(t, err)
	return names
}

func TestDeriveDirectory(t *testing.T) {
	a := open(t, t.TempDir())
	const name = "1s/host/ch01/x"
	if n, done, err := a.Stills(name); n != 0 || done || err != nil {
		t.Errorf("before: %d, %v, %v", n, done, err)
	}
	err := a.DeriveDirectory(t.Context(), name, func(ctx context.Context, root *os.Root, dir string) error {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() || !filepath.IsAbs(dir) {
			t.Errorf("%s: %v", dir, err)
		}
		wantKind(t, a.DeriveDirectory(ctx, name, stills), archive.InUse)
		return stills(ctx, root, dir)
	})
	must(t, err)
	want := []string{"frames/1s/host/ch01/x/a.jpg", "frames/1s/host/ch01/x/frames.csv"}
	if files := tree(t, a.Dir()); !slices.Equal(files, want) || len(leftOver(t, a)) != 0 {
		t.Errorf("%v is there, and %v is left", files, leftOver(t, a))
	}
	if n, done, err := a.Stills(name); n != 1 || !done || err != nil {
		t.Errorf("after: %d, %v, %v", n, done, err)
	}
}

func TestDeriveDirectoryFails(t *testing.T) {
	a := open(t, t.TempDir())
	broken := errors.New("the recording is broken")
	for _, build := range []func(context.Context, *os.Root, string) error{
		func(ctx context.Context, root *os.Root, dir string) error {
			return errors.Join(stills(ctx, root, dir), broken)
		},
		func(_ context.Context, root *os.Root, _ string) error { return root.WriteFile("a.jpg", nil, 0o666) }, // no list
		func(context.Context, *os.Root, string) error { return syscall.ENOSPC },
	} {
		if err := a.DeriveDirectory(t.Context(), "1s/x", build); err == nil {
			t.Error("it is taken for made")
		}
		if files := tree(t, a.Dir()); len(files) != 0 || len(leftOver(t, a)) != 0 {
			t.Errorf("%v is there, and %v is left", files, leftOver(t, a))
		}
	}
}

// A directory of that name that hikgrab did not make is left alone.
func TestForeignDirectory(t *testing.T) {
	a := open(t, t.TempDir())
	must(t, os.MkdirAll(filepath.Join(a.Dir(), "frames", "1s", "x"), 0o755))
	if _, done, err := a.Stills("1s/x"); done || err == nil || !strings.Contains(err.Error(), "did not make it") {
		t.Errorf("%v, %v", done, err)
	}
	if err := a.DeriveDirectory(t.Context(), "1s/x", stills); err == nil || len(leftOver(t, a)) != 0 {
		t.Errorf("%v, and %v is left", err, leftOver(t, a))
	}
}

// When the volume fills, the build that fills it is stopped, and the error says
// so.
func TestDirectoryStopsWhenFull(t *testing.T) {
	a := open(t, t.TempDir())
	var free atomic.Int64
	free.Store(1 << 40)
	a.SetVolume(func() (int64, int64, error) { return free.Load(), 1 << 40, nil })
	err := a.DeriveDirectory(t.Context(), "1s/x", func(ctx context.Context, root *os.Root, dir string) error {
		free.Store(1)
		<-ctx.Done()
		return errors.Join(stills(ctx, root, dir), context.Cause(ctx))
	})
	wantKind(t, err, archive.NoRoom)
	wantKind(t, a.DeriveDirectory(t.Context(), "1s/x", stills), archive.NoRoom)
	if files := tree(t, a.Dir()); len(files) != 0 || len(leftOver(t, a)) != 0 {
		t.Errorf("%v is there, and %v is left", files, leftOver(t, a))
	}
}

// Stills take no more than half of the free space: the recordings come first.
func TestStillsHaveABudget(t *testing.T) {
	a := open(t, t.TempDir())
	a.SetVolume(volumeOf(400<<20, 1<<30))
	err := a.DeriveDirectory(t.Context(), "1s/x", func(ctx context.Context, root *os.Root, dir string) error {
		f, err := root.Create("a.jpg")
		if err == nil {
			err = errors.Join(f.Truncate(201<<20), f.Close()) // it takes no room here, but counts
		}
		<-ctx.Done()
		return errors.Join(err, stills(ctx, root, dir), context.Cause(ctx))
	})
	if err == nil || !strings.Contains(err.Error(), "more than half of the free space") || archive.KindOf(err) != archive.KindUnknown {
		t.Errorf("it gave %v", err)
	}
	if files := tree(t, a.Dir()); len(files) != 0 || len(leftOver(t, a)) != 0 {
		t.Errorf("%v is there, and %v is left", files, leftOver(t, a))
	}
}

// What a crash left is gone after the next Open.
func TestStrayStills(t *testing.T) {
	a := open(t, t.TempDir())
	put(t, pathOf(a.Dir(), record{ID: "01000000000000000000000000000000", Movie: 1}.part()), []byte("half"))
	put(t, pathOf(a.Dir(), ".hikgrab/stills/0123/deeper/a.jpg"), nil)
	a = reopen(t, a)
	if n := parts(t, a.Dir()); n != 0 || len(leftOver(t, a)) != 0 {
		t.Errorf("%d parts and %v are left", n, leftOver(t, a))
	}
}
