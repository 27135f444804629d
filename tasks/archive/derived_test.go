package archive_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

func TestDerive(t *testing.T) {
	a := open(t, t.TempDir())
	var read atomic.Int64
	m := requested(0, "one")
	d, err := a.Derive(t.Context(), m, func(w io.WriteSeeker) error {
		if n := parts(t, a.Dir()); n != 1 {
			t.Errorf("%d parts are there", n)
		}
		return holding("one")(w)
	}, &read)
	const name = "joined/10.20.0.11/ch02/20261103-081500.mp4"
	if err != nil || d.Path != name || d.SHA256 != sumOf(boxesOf("one")) || d.Bytes != read.Load() {
		t.Fatalf("%+v, %v, %d read", d, err, read.Load())
	}
	wantTree(t, a, map[string]string{name: "one"})
	rows := manifestRows(t, filepath.Join(a.Dir(), "joined"))
	want := []string{
		"10.20.0.11", "Depot", "2", "'=Gate", "201", "2026-11-03T08:15:00", "2026-11-03T09:15:00", "10.20.0.11/ch02/20261103-081500.mp4",
		"31", d.SHA256, "H.264", "320", "180", "25", "90000", "3599.96", "1", rows[1][at("finished_at")], "2026-11-03T08:15:00.040",
		"00000000-" + m.Origin.Sources + "-1-1", "", "", "joined from 4 recordings; 1 gap, 3m10s in all",
	}
	if len(rows) != 2 || !slices.Equal(rows[1], want) {
		t.Errorf("the manifest has %q, want %q", rows, want)
	}
	for range 2 {
		got := a.DerivedOf(archive.JoinedTree, m.Origin.Request)
		if len(got) != 1 || !sameDerived(got[0], d) {
			t.Errorf("DerivedOf = %+v, want %+v", got, d)
		}
		a = reopen(t, a)
	}
	if got := a.DerivedOf(archive.CutTree, m.Origin.Request); len(got) != 0 {
		t.Errorf("in another tree: %+v", got)
	}
	forget(t, a.Dir(), name)
	if got := a.DerivedOf(archive.JoinedTree, m.Origin.Request); len(got) != 0 {
		t.Errorf("once it is gone: %+v", got)
	}
}

// Only a file of the same request is replaced.
func TestDeriveReplaces(t *testing.T) {
	a := open(t, t.TempDir())
	m := requested(0, "one")
	first := mustDerive(t, a, m, "one")
	second := requested(0, "two!")
	second.Origin.Number, second.Origin.Of = 2, 2
	later := mustDerive(t, a, second, "two!")
	if later.Path != "joined/10.20.0.11/ch02/20261103-081500-2.mp4" {
		t.Errorf("the second file is %s", later.Path)
	}
	again := mustDerive(t, a, requested(0, "more"), "more")
	if again.Path != first.Path {
		t.Errorf("made again it is %s, not %s", again.Path, first.Path)
	}
	wantTree(t, a, map[string]string{first.Path: "more", later.Path: "two!"})
	if rows := manifestRows(t, filepath.Join(a.Dir(), "joined")); len(rows) != 3 {
		t.Errorf("a file is listed twice: %q", rows)
	}

	other := requested(1, "other")
	other.Name = m.Name
	stranger := mustDerive(t, a, other, "other")
	if stranger.Path != "joined/10.20.0.11/ch02/20261103-081500_00000001.mp4" {
		t.Errorf("another request gets %s", stranger.Path)
	}
	must(t, a.Withdraw(archive.JoinedTree, later))
	wantTree(t, a, map[string]string{first.Path: "more", stranger.Path: "other"})
	if got := a.DerivedOf(archive.JoinedTree, m.Origin.Request); len(got) != 1 || got[0].Path != first.Path {
		t.Errorf("%+v", got)
	}
}

// What somebody put there stays, whatever it is; an identical file is adopted.
func TestDeriveKeepsForeign(t *testing.T) {
	a := open(t, t.TempDir())
	dir := filepath.Join(a.Dir(), "joined", "10.20.0.11", "ch02")
	must(t, os.MkdirAll(filepath.Join(dir, "20261103-091500.mp4"), 0o755))
	mine := filepath.Join(dir, "20261103-081500.mp4")
	put(t, mine, []byte("mine"))
	put(t, filepath.Join(dir, "20261103-101500.mp4"), boxesOf("three"))
	for n, want := range []string{"20261103-081500_00000000.mp4", "20261103-091500_00000001.mp4", "20261103-101500.mp4"} {
		content := []string{"one", "two", "three"}[n]
		if d := mustDerive(t, a, requested(n, content), content); path.Base(d.Path) != want {
			t.Errorf("%s, want %s", d.Path, want)
		}
	}
	wantText(t, mine, "mine")
	if rows := manifestRows(t, filepath.Join(a.Dir(), "joined")); len(rows) != 4 {
		t.Errorf("the manifest has %q", rows)
	}
}

// A failure leaves what was there before, and nothing else.
func TestDeriveFails(t *testing.T) {
	broken := errors.New("the source is broken")
	tests := map[string]struct {
		spoil func(*archive.Archive)
		write func(io.WriteSeeker) error
		kind  archive.Kind
		want  error
	}{
		"source": {write: func(io.WriteSeeker) error { return broken }, want: broken},
		"no MP4": {write: func(w io.WriteSeeker) error { _, err := w.Write([]byte("no boxes at all")); return err }},
		"full": {spoil: func(a *archive.Archive) {
			room := 10
			fillDisk(a, &room)
		}, kind: archive.Full},
		"sync": {spoil: func(a *archive.Archive) {
			room := 1 << 20
			a.WrapParts(func(f *os.File) archive.PartFile { return fullFile{f, &room, syscall.ENOSPC} })
		}, kind: archive.Full},
		"no room": {spoil: func(a *archive.Archive) { a.SetVolume(volumeOf(999, 1<<40)) }, kind: archive.NoRoom},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a := open(t, t.TempDir())
			old := mustDerive(t, a, requested(0, "old"), "old")
			if test.spoil != nil {
				test.spoil(a)
			}
			write := test.write
			if write == nil {
				write = holding("new")
			}
			d, err := a.Derive(t.Context(), requested(0, "new"), write, new(atomic.Int64))
			if err == nil || archive.KindOf(err) != test.kind || test.want != nil && !errors.Is(err, test.want) || d.Path != "" {
				t.Errorf("%+v, %v", d, err)
			}
			if n := parts(t, a.Dir()); n != 0 {
				t.Errorf("%d parts are left", n)
			}
			wantTree(t, a, map[string]string{old.Path: "old"})
		})
	}
}

func TestDeriveStopped(t *testing.T) {
	a := open(t, t.TempDir())
	ctx, stop := context.WithCancelCause(t.Context())
	why := errors.New("the operator left")
	_, err := a.Derive(ctx, requested(0, "one"), func(w io.WriteSeeker) error {
		stop(why)
		return holding("one")(w)
	}, new(atomic.Int64))
	if !errors.Is(err, why) || parts(t, a.Dir()) != 0 {
		t.Errorf("%v, %d parts are left", err, parts(t, a.Dir()))
	}
	_, err = a.Derive(t.Context(), requested(0, "one"), func(io.WriteSeeker) error {
		_, err := derive(a, requested(0, "one"), "one")
		wantKind(t, err, archive.InUse)
		return err
	}, new(atomic.Int64))
	wantKind(t, err, archive.InUse)
}

// Room reserved for a file is not given to downloads as well.
func TestDeriveKeepsRoom(t *testing.T) {
	a := open(t, t.TempDir())
	a.SetVolume(volumeOf(3<<30, 1<<40))
	m := requested(0, "one")
	m.Shows.Bytes = 2 << 30
	_, err := a.Derive(t.Context(), m, func(w io.WriteSeeker) error {
		_, err := a.Create(item(0, 1<<30))
		wantKind(t, err, archive.NoRoom)
		return holding("one")(w)
	}, new(atomic.Int64))
	must(t, err)
	closing(t, create(t, a, item(0, 1<<30)))
}

// A manifest that somebody saved from another program, or removed, is rewritten
// from the journal.
func TestForeignDerivedManifest(t *testing.T) {
	a := open(t, t.TempDir())
	d := mustDerive(t, a, requested(0, "one"), "one")
	name := filepath.Join(a.Dir(), "joined", manifestName)
	good := manifestBytes(t, filepath.Join(a.Dir(), "joined"))
	for n, text := range [][]byte{[]byte("recorder;name\n"), good[:len(good)-20], nil} {
		forget(t, a.Dir(), "joined/"+manifestName)
		if text != nil {
			put(t, name, text)
		}
		a = reopen(t, a)
		if got := manifestBytes(t, filepath.Join(a.Dir(), "joined")); !bytes.Equal(got, good) {
			t.Errorf("%d: the manifest is\n%s, want\n%s", n, got, good)
		}
		if got := a.DerivedOf(archive.JoinedTree, "00000000"); len(got) != 1 || !sameDerived(got[0], d) {
			t.Errorf("%d: DerivedOf = %+v", n, got)
		}
	}
	if kept, err := filepath.Glob(filepath.Join(a.Dir(), "joined", "manifest-before-*.csv")); err != nil || len(kept) != 1 {
		t.Errorf("%v, %v", kept, err)
	}
}

// A lost journal is rebuilt from the manifest of the tree; without that nobody
// knows what is ours.
func TestLostJournalOfDerived(t *testing.T) {
	a := open(t, t.TempDir())
	d := mustDerive(t, a, requested(0, "one"), "one")
	closing(t, a)
	forget(t, a.Dir(), ownDir)
	a = open(t, a.Dir())
	if got := a.DerivedOf(archive.JoinedTree, "00000000"); len(got) != 1 || !sameDerived(got[0], d) {
		t.Errorf("DerivedOf = %+v, want %+v", got, d)
	}
	if again := mustDerive(t, a, requested(0, "two"), "two"); again.Path != d.Path {
		t.Errorf("made anew it is %s", again.Path)
	}
	closing(t, a)
	forget(t, a.Dir(), ownDir, "joined/"+manifestName)
	a = open(t, a.Dir())
	if e := mustDerive(t, a, requested(0, "three"), "three"); e.Path == d.Path {
		t.Errorf("%s was replaced, which nothing says is ours", e.Path)
	}
}

func TestSources(t *testing.T) {
	a := open(t, t.TempDir())
	f := archive.Finished{Path: "x/y.mp4"}
	put(t, filepath.Join(a.Dir(), "x", "y.mp4"), []byte("content"))
	src, err := a.Piece(f.Path, morning).Open()
	if err != nil || src.Size() != int64(len("content")) {
		t.Fatal(src, err)
	}
	closing(t, src)
	if name, err := a.Locate(f); err != nil || !filepath.IsAbs(name) {
		t.Errorf("%s, %v", name, err)
	}
	for _, bad := range []string{"x", "x/none", "../secret", "/etc/passwd"} {
		if name, err := a.Locate(archive.Finished{Path: bad}); err == nil {
			t.Errorf("%s is %s", bad, name)
		}
	}
	if dir := archive.CameraDir("HTTPS://Host:8443", nvr.TrackOf(2, nvr.Sub)); dir != "host_8443/ch02-sub" {
		t.Errorf("the directory is %s", dir)
	}
}
