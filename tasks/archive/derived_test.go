package archive

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"example.com/hikgrab/nvr"
)

// boxesOf is an MP4 as far as its boxes go.
func boxesOf(content string) []byte {
	var b []byte
	for _, box := range []struct{ kind, content string }{{"ftyp", "isom"}, {"moov", ""}, {"mdat", content}} {
		b = binary.BigEndian.AppendUint32(b, uint32(8+len(box.content)))
		b = append(append(b, box.kind...), box.content...)
	}
	return b
}

// wished is the making of the n-th wish, of sources that content stands for.
func wished(n int, content string) Making {
	start := morning.Add(time.Duration(n) * time.Hour)
	return Making{
		Derived: Derived{
			Finished: Finished{
				Recorder: "10.20.0.11", Label: "Depot", Camera: "=Gate", Track: 201,
				Start: start, End: start.Add(time.Hour), Begins: start.Add(40 * time.Millisecond),
			},
			Codec: "H.264", Width: 320, Height: 180, FPS: 25, Frames: 90_000, Seconds: 3600,
			Notes:  []string{"joined from 4 recordings", "1 gap, 3m10s in all"},
			Origin: Origin{Wish: fmt.Sprintf("%08x", n), Sources: sumOf([]byte(content)).String()[:16]}, Number: 1, Of: 1,
		},
		Tree: JoinedTree, Dir: CameraDir("10.20.0.11", 201), Name: start.Format(stampLayout), Size: 1000,
	}
}

func derive(a *Archive, m Making, content string) (Derived, error) {
	var read atomic.Int64
	return a.Derive(context.Background(), m, func(w io.WriteSeeker) error {
		_, err := w.Write(boxesOf(content))
		return err
	}, &read)
}

func mustDerive(t *testing.T, a *Archive, m Making, content string) Derived {
	t.Helper()
	d, err := derive(a, m, content)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// wantTree checks that a tree holds just those files, and that Verify agrees.
func wantTree(t *testing.T, a *Archive, want map[string]string) {
	t.Helper()
	root := filepath.Join(a.Dir(), string(JoinedTree))
	v, err := Verify(context.Background(), root, &VerifyProgress{})
	if err != nil || len(v.Deviations) > 0 || v.Files != len(want) {
		t.Errorf("%d files are listed, not %d; %v, %v", v.Files, len(want), v.Deviations, err)
	}
	for name, content := range want {
		b, err := os.ReadFile(filepath.Join(a.Dir(), filepath.FromSlash(name)))
		if err != nil || !bytes.Equal(b, boxesOf(content)) {
			t.Errorf("%s is not %q: %v", name, content, err)
		}
	}
}

func TestDerive(t *testing.T) {
	a := open(t, t.TempDir())
	var read atomic.Int64
	m := wished(0, "one")
	d, err := a.Derive(t.Context(), m, func(w io.WriteSeeker) error {
		if n := parts(t, a.Dir()); n != 1 {
			t.Errorf("%d parts are there", n)
		}
		_, err := w.Write(boxesOf("one"))
		return err
	}, &read)
	const name = "joined/10.20.0.11/ch02/20261103-081500.mp4"
	if err != nil || d.Path != name || d.SHA256 != sumOf(boxesOf("one")).String() || d.Bytes != read.Load() {
		t.Fatalf("%+v, %v, %d read", d, err, read.Load())
	}
	wantTree(t, a, map[string]string{name: "one"})
	rows := manifestRows(t, filepath.Join(a.Dir(), "joined"))
	want := []string{
		"10.20.0.11", "Depot", "2", "'=Gate", "201", "2026-11-03T08:15:00", "2026-11-03T09:15:00", "10.20.0.11/ch02/20261103-081500.mp4",
		"31", d.SHA256, "H.264", "320", "180", "25", "90000", "3600", "1", rows[1][columnFinished], "2026-11-03T08:15:00.040",
		"joined from 4 recordings; 1 gap, 3m10s in all; [00000000-" + m.Origin.Sources + " 1/1]",
	}
	if len(rows) != 2 || !slices.Equal(rows[1], want) {
		t.Errorf("the manifest has %q, want %q", rows, want)
	}
	for range 2 {
		got, err := a.DerivedOf(JoinedTree, m.Origin.Wish)
		if err != nil || len(got) != 1 || !sameDerived(got[0], d) {
			t.Errorf("DerivedOf = %+v, %v, want %+v", got, err, d)
		}
		a = reopen(t, a)
	}
	if got, err := a.DerivedOf(CutTree, m.Origin.Wish); err != nil || len(got) != 0 {
		t.Errorf("in another tree: %+v, %v", got, err)
	}
	if err := os.Remove(filepath.Join(a.Dir(), name)); err != nil {
		t.Fatal(err)
	}
	if got, err := a.DerivedOf(JoinedTree, m.Origin.Wish); err != nil || len(got) != 0 {
		t.Errorf("once it is gone: %+v, %v", got, err)
	}
}

func sameDerived(d, e Derived) bool {
	return d.Finished == e.Finished && d.Origin == e.Origin && d.Number == e.Number && d.Of == e.Of && slices.Equal(d.Notes, e.Notes) &&
		d.Codec == e.Codec && d.Width == e.Width && d.Height == e.Height && d.FPS == e.FPS && d.Frames == e.Frames && d.Seconds == e.Seconds
}

// A file of the same wish is replaced, and only that.
func TestDeriveReplaces(t *testing.T) {
	a := open(t, t.TempDir())
	m := wished(0, "one")
	first := mustDerive(t, a, m, "one")
	second := wished(0, "two!")
	second.Number, second.Of = 2, 2
	later := mustDerive(t, a, second, "two!")
	if later.Path != "joined/10.20.0.11/ch02/20261103-081500-2.mp4" {
		t.Errorf("the second file is %s", later.Path)
	}
	again := mustDerive(t, a, wished(0, "more"), "more")
	if again.Path != first.Path {
		t.Errorf("made again it is %s, not %s", again.Path, first.Path)
	}
	wantTree(t, a, map[string]string{first.Path: "more", later.Path: "two!"})
	if rows := manifestRows(t, filepath.Join(a.Dir(), "joined")); len(rows) != 3 {
		t.Errorf("a file is listed twice: %q", rows)
	}

	other := wished(1, "other")
	other.Name = m.Name
	stranger := mustDerive(t, a, other, "other")
	if stranger.Path != "joined/10.20.0.11/ch02/20261103-081500_00000001.mp4" {
		t.Errorf("another wish gets %s", stranger.Path)
	}
	if err := a.Withdraw(JoinedTree, later); err != nil {
		t.Fatal(err)
	}
	wantTree(t, a, map[string]string{first.Path: "more", stranger.Path: "other"})
	if got, err := a.DerivedOf(JoinedTree, m.Origin.Wish); err != nil || len(got) != 1 || got[0].Path != first.Path {
		t.Errorf("%+v, %v", got, err)
	}
}

// What somebody put there stays, whatever it is; the same file is taken over.
func TestDeriveKeepsForeign(t *testing.T) {
	a := open(t, t.TempDir())
	dir := filepath.Join(a.Dir(), "joined", "10.20.0.11", "ch02")
	if err := os.MkdirAll(filepath.Join(dir, "20261103-091500.mp4"), 0o755); err != nil {
		t.Fatal(err)
	}
	mine := filepath.Join(dir, "20261103-081500.mp4")
	put(t, mine, []byte("mine"))
	put(t, filepath.Join(dir, "20261103-101500.mp4"), boxesOf("three"))
	for n, want := range []string{"20261103-081500_00000000.mp4", "20261103-091500_00000001.mp4", "20261103-101500.mp4"} {
		content := []string{"one", "two", "three"}[n]
		if d := mustDerive(t, a, wished(n, content), content); path.Base(d.Path) != want {
			t.Errorf("%s, want %s", d.Path, want)
		}
	}
	if b, err := os.ReadFile(mine); string(b) != "mine" || err != nil {
		t.Errorf("the operator's file is %q, %v", b, err)
	}
	if rows := manifestRows(t, filepath.Join(a.Dir(), "joined")); len(rows) != 4 {
		t.Errorf("the manifest has %q", rows)
	}
}

// A failure leaves what was there before, and nothing else.
func TestDeriveFails(t *testing.T) {
	broken := errors.New("the source is broken")
	tests := map[string]struct {
		spoil func(*Archive)
		write func(io.WriteSeeker) error
		kind  Kind
		want  error
	}{
		"source": {write: func(io.WriteSeeker) error { return broken }, want: broken},
		"no MP4": {write: func(w io.WriteSeeker) error { _, err := w.Write([]byte("no boxes at all")); return err }},
		"full":   {spoil: func(a *Archive) { a.wrap = func(f *os.File) partFile { room := 10; return fullFile{f, &room, nil} } }, kind: Full},
		"sync": {spoil: func(a *Archive) {
			a.wrap = func(f *os.File) partFile { room := 1 << 20; return fullFile{f, &room, syscall.ENOSPC} }
		}, kind: Full},
		"no room": {spoil: func(a *Archive) { a.volume = volumeOf(999, 1<<40) }, kind: Full},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a := open(t, t.TempDir())
			old := mustDerive(t, a, wished(0, "old"), "old")
			if test.spoil != nil {
				test.spoil(a)
			}
			write := test.write
			if write == nil {
				write = func(w io.WriteSeeker) error { _, err := w.Write(boxesOf("new")); return err }
			}
			d, err := a.Derive(t.Context(), wished(0, "new"), write, new(atomic.Int64))
			if err == nil || KindOf(err) != test.kind || test.want != nil && !errors.Is(err, test.want) || d.Path != "" {
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
	_, err := a.Derive(ctx, wished(0, "one"), func(w io.WriteSeeker) error {
		_, err := w.Write(boxesOf("one"))
		stop(why)
		return err
	}, new(atomic.Int64))
	if !errors.Is(err, why) || parts(t, a.Dir()) != 0 {
		t.Errorf("%v, %d parts are left", err, parts(t, a.Dir()))
	}
	_, err = a.Derive(t.Context(), wished(0, "one"), func(io.WriteSeeker) error {
		_, err := derive(a, wished(0, "one"), "one")
		wantKind(t, err, InUse)
		return err
	}, new(atomic.Int64))
	wantKind(t, err, InUse)
}

// The room that is kept for a file is not promised to downloads as well.
func TestDeriveKeepsRoom(t *testing.T) {
	a := open(t, t.TempDir())
	a.volume = volumeOf(3<<30, 1<<40)
	m := wished(0, "one")
	m.Size = 2 << 30
	_, err := a.Derive(t.Context(), m, func(w io.WriteSeeker) error {
		_, err := a.Create(item(0, 1<<30))
		wantKind(t, err, Full)
		_, err = w.Write(boxesOf("one"))
		return err
	}, new(atomic.Int64))
	if err != nil {
		t.Fatal(err)
	}
	closing(t, create(t, a, item(0, 1<<30)))
}

// A manifest that somebody saved from another program is kept, and nothing is
// taken for ours any more.
func TestForeignDerivedManifest(t *testing.T) {
	a := open(t, t.TempDir())
	d := mustDerive(t, a, wished(0, "one"), "one")
	name := filepath.Join(a.Dir(), "joined", manifestName)
	put(t, name, []byte("recorder;name\n"))
	a = reopen(t, a)
	if e := mustDerive(t, a, wished(0, "two"), "two"); e.Path == d.Path {
		t.Errorf("%s was replaced, which nothing says is ours", e.Path)
	}
	if kept, err := filepath.Glob(filepath.Join(a.Dir(), "joined", "manifest-before-*.csv")); err != nil || len(kept) != 1 {
		t.Errorf("%v, %v", kept, err)
	}
	// Half a line, and one that makes no sense.
	b := manifestBytes(t, filepath.Join(a.Dir(), "joined"))
	put(t, name, append(bytes.ReplaceAll(b, []byte("90000"), []byte("many")), b[len(b)-80:len(b)-20]...))
	a = reopen(t, a)
	if got, err := a.DerivedOf(JoinedTree, "00000000"); err != nil || len(got) != 0 {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestSources(t *testing.T) {
	a := open(t, t.TempDir())
	f := Finished{Path: "x/y.mp4"}
	if err := os.Mkdir(filepath.Join(a.Dir(), "x"), 0o755); err != nil {
		t.Fatal(err)
	}
	put(t, filepath.Join(a.Dir(), "x", "y.mp4"), []byte("content"))
	src, err := a.OpenFinished(f)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(src)
	closing(t, src)
	if string(b) != "content" || err != nil {
		t.Errorf("%q, %v", b, err)
	}
	if name, err := a.Locate(f); err != nil || !filepath.IsAbs(name) {
		t.Errorf("%s, %v", name, err)
	}
	for _, bad := range []string{"x", "x/none", "../secret", "/etc/passwd"} {
		if name, err := a.Locate(Finished{Path: bad}); err == nil {
			t.Errorf("%s is %s", bad, name)
		}
	}
	if dir := CameraDir("HTTPS://Host:8443", nvr.TrackOf(2, nvr.Sub)); dir != "host_8443/ch02-sub" {
		t.Errorf("the directory is %s", dir)
	}
}
