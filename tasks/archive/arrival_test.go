package archive_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.com/hikgrab/tasks/archive"
)

// fleetOf returns a machine with n recordings, and a coordinator's archive that
// learned of them over the wire.
func fleetOf(t *testing.T, n, size int) (machine, home *archive.Archive) {
	t.Helper()
	machine, finished := told(t, t.TempDir())
	for i := range n {
		commit(t, machine, item(i, int64(size)), movie(uint64(i), size))
	}
	home = open(t, t.TempDir())
	_, err := home.NoteElsewhere("kazan-1", "UA", overTheWire(t, *finished))
	must(t, err)
	return machine, home
}

// carry brings what is missing of a file from its machine in pieces, up to most
// bytes.
func carry(t *testing.T, from *archive.Archive, p *archive.Part, d archive.Distant, most int64) {
	t.Helper()
	f, _ := d.Finished()
	for b := make([]byte, 100); p.Offset() < f.Bytes && most > 0; {
		b = b[:min(100, f.Bytes-p.Offset(), most)]
		must(t, from.ReadPiece(d.Ref(), p.Offset(), b))
		write(t, p, b)
		most -= int64(len(b))
	}
}

func bring(t *testing.T, home *archive.Archive, d archive.Distant) *archive.Part {
	t.Helper()
	p, err := home.Bring(d)
	must(t, err)
	return p
}

func TestCollectedFilesAreAsIfFetchedHere(t *testing.T) {
	machine, home := fleetOf(t, 3, 1000)
	files, next := home.Distants(0)
	if len(files) != 3 || next != 3 || files[0].Machine() != "kazan-1" || files[0].By() != "UA" {
		t.Fatalf("told of %v, next %d", files, next)
	}
	for _, d := range files {
		if _, ok := home.Home(d); ok {
			t.Errorf("%s is here before it came", d.Path())
		}
		p := bring(t, home, d)
		carry(t, machine, p, d, 1<<20)
		f, err := p.Commit(t.Context(), archive.Try{})
		if err != nil || f.Path != d.Path() || f.SHA256 != d.Ref().SHA256.String() {
			t.Fatalf("%+v, %v", f, err)
		}
	}
	if n := parts(t, home.Dir()); n != 0 {
		t.Errorf("%d parts are left", n)
	}
	home = reopen(t, home)
	for _, d := range files {
		if path, ok := home.Home(d); !ok || path != d.Path() {
			t.Errorf("%s is at %q", d.Path(), path)
		}
		if f, ok := home.Stored(item(slices.IndexFunc(files, func(o archive.Distant) bool { return o.Path() == d.Path() }), 1000)); !ok || f.Path != d.Path() {
			t.Errorf("a run here would fetch %s again", d.Path())
		}
	}
	all, err := home.Finished()
	if err != nil || len(all) != 3 {
		t.Errorf("finished are %v, %v", all, err)
	}
	if lines := manifestPaths(t, home.Dir()); len(lines) != 3 {
		t.Errorf("the manifest lists %v", lines)
	}
	if left, err := home.Untold("another"); err != nil || len(left) != 0 {
		t.Errorf("what was brought is told as fetched here: %v, %v", left, err)
	}
	_, err = home.WriteFleet()
	must(t, err)
	if list := string(fileBytes(t, home.Dir(), archive.FleetName)); strings.Count(list, "also here: ") != 3 || strings.Count(list, "kazan-1") != 3 {
		t.Errorf("the list of the fleet is\n%s", list)
	}
}

func TestAnInterruptedCollectionIsContinued(t *testing.T) {
	machine, home := fleetOf(t, 1, 1000)
	d := first(home)
	p := bring(t, home, d)
	carry(t, machine, p, d, 300)
	closing(t, p)
	home = reopen(t, home)
	p = bring(t, home, d)
	if p.Offset() != 300 {
		t.Fatalf("it goes on at %d", p.Offset())
	}
	if _, err := home.Bring(d); archive.KindOf(err) != archive.InUse {
		t.Errorf("the same file twice at once: %v", err)
	}
	carry(t, machine, p, d, 1<<20)
	if _, err := p.Commit(t.Context(), archive.Try{}); err != nil {
		t.Error(err)
	}
	if kept := vouched(t, home.Dir()); len(kept) != 0 {
		t.Errorf("the journal vouches for parts that are gone: %v", kept)
	}
}

func first(a *archive.Archive) archive.Distant {
	files, _ := a.Distants(0)
	return files[0]
}

func TestOtherBytesThanToldAreRefused(t *testing.T) {
	for name, spoil := range map[string]func([]byte) []byte{
		"changed": func(b []byte) []byte { b[500] ^= 1; return b },
		"shorter": func(b []byte) []byte { return b[:999] },
		"longer":  func(b []byte) []byte { return append(b, 0) },
	} {
		_, home := fleetOf(t, 1, 1000)
		d := first(home)
		p := bring(t, home, d)
		write(t, p, spoil(movie(0, 1000)))
		if _, err := p.Commit(t.Context(), archive.Try{}); archive.KindOf(err) != archive.Damaged {
			t.Errorf("%s: %v", name, err)
		}
		if _, ok := home.Home(d); ok || parts(t, home.Dir()) != 0 || len(manifestPaths(t, home.Dir())) != 0 {
			t.Errorf("%s: something of it is left", name)
		}
	}
}

// One address in two networks is two recorders, even if their recordings have
// the same name.
func TestTwoNetworksStayApartWhenCollected(t *testing.T) {
	home := open(t, t.TempDir())
	paths := map[string]bool{}
	recorders := map[string]bool{}
	for i, network := range []string{"kazan", "spb", ""} {
		machine, finished := told(t, t.TempDir())
		it := item(0, 1000)
		it.Network = network
		commit(t, machine, it, movie(uint64(i), 1000))
		_, err := home.NoteElsewhere("m"+network, "U"+network, overTheWire(t, *finished))
		must(t, err)
		files, _ := home.Distants(i)
		if _, ok := home.Home(files[0]); ok {
			t.Fatalf("%s: counts as here", network)
		}
		p := bring(t, home, files[0])
		carry(t, machine, p, files[0], 1<<20)
		f, err := p.Commit(t.Context(), archive.Try{})
		must(t, err)
		paths[filepath.Dir(f.Path)] = true
	}
	all, err := home.Finished()
	for _, f := range all {
		recorders[f.Recorder] = true
	}
	if err != nil || len(all) != 3 || len(paths) != 3 || len(recorders) != 3 {
		t.Errorf("%v, %v, %v", paths, recorders, err)
	}
}

// Whatever names a machine uses, its file gets a name under the directory, by
// the layout in force here.
func TestNamesFromTheWireAreNoPaths(t *testing.T) {
	machine, _ := fleetOf(t, 1, 1000)
	own, err := machine.Untold("a catalogue")
	must(t, err)
	text, err := json.Marshal(own[0])
	must(t, err)
	for _, hostile := range []string{"../../../etc/x", "/etc/x", `..\\..\\x`, "a\\u0000b", ".hikgrab", "con", "joined", "\\u202e..", strings.Repeat("x", 5000)} {
		var r map[string]any
		must(t, json.Unmarshal(text, &r))
		for _, key := range []string{"recorder", "name", "camera", "kind", "codec", "network", "path", "machine", "by"} {
			r[key] = hostile
		}
		sent, err := json.Marshal(r)
		must(t, err)
		var d archive.Distant
		if err := json.Unmarshal(sent, &d); err != nil {
			continue // refused
		}
		home := open(t, filepath.Join(t.TempDir(), "home"), archive.WithLayout(layoutOf(t, "{recorder}/{name}/{channel}/{camera}/{start}")))
		_, err = home.NoteElsewhere(hostile, "UA", []archive.Distant{d})
		must(t, err)
		d = first(home)
		p := bring(t, home, d)
		write(t, p, movie(0, 1000))
		f, err := p.Commit(t.Context(), archive.Try{})
		must(t, err)
		for part := range strings.SplitSeq(f.Path, "/") {
			plainComponent(t, part)
		}
		wantFile(t, home, f.Path, movie(0, 1000))
		wantAlone(t, home)
	}
}

func TestAFormNobodyKnowsIsRefused(t *testing.T) {
	var d archive.Distant
	err := json.Unmarshal([]byte(`{"t":"elsewhere","id":"00112233445566778899aabbccddeeff","format":7,"path":"a","start":"2026-11-03T08:00:00","end":"2026-11-03T09:00:00"}`), &d)
	if err == nil {
		t.Error("it is taken")
	}
}

func TestPiecesOfWhatIsNotThere(t *testing.T) {
	machine, home := fleetOf(t, 1, 1000)
	d := first(home)
	other := d.Ref()
	other.SHA256[0] ^= 1
	unknown := d.Ref()
	unknown.ID[0] ^= 1
	for name, ask := range map[string]func() error{
		"other bytes":  func() error { return machine.ReadPiece(other, 0, make([]byte, 10)) },
		"unknown":      func() error { return machine.ReadPiece(unknown, 0, make([]byte, 10)) },
		"in front":     func() error { return machine.ReadPiece(d.Ref(), -1, make([]byte, 10)) },
		"behind":       func() error { return machine.ReadPiece(d.Ref(), 991, make([]byte, 10)) },
		"far behind":   func() error { return machine.ReadPiece(d.Ref(), 1<<62, make([]byte, 10)) },
		"more than it": func() error { return machine.ReadPiece(d.Ref(), 0, make([]byte, 1001)) },
	} {
		if err := ask(); !errors.Is(err, archive.ErrNotHere) {
			t.Errorf("%s: %v", name, err)
		}
	}
	name := filepath.Join(machine.Dir(), d.Path())
	must(t, os.Truncate(name, 500))
	if err := machine.ReadPiece(d.Ref(), 600, make([]byte, 10)); !errors.Is(err, archive.ErrNotHere) {
		t.Errorf("a file that became shorter: %v", err)
	}
	must(t, os.Remove(name))
	if err := machine.ReadPiece(d.Ref(), 0, make([]byte, 10)); !errors.Is(err, archive.ErrNotHere) {
		t.Errorf("a file that is gone: %v", err)
	}
}
