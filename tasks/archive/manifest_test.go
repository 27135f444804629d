package archive_test

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"example.com/hikgrab/nvr"
	"example.com/hikgrab/tasks/archive"
)

func TestManifestLine(t *testing.T) {
	a := open(t, t.TempDir())
	if got := string(manifestBytes(t, a.Dir())); got != manifestHeader+"\n" {
		t.Errorf("a new manifest is %q", got)
	}
	if a.ManifestPath() != filepath.Join(a.Dir(), "manifest.csv") {
		t.Errorf("ManifestPath = %q", a.ManifestPath())
	}
	f := commit(t, a, item(0, 0), movie(1, 1000))
	want := []string{
		"10.20.0.11", "Depot", "2", "Gate", "201", "2026-11-03T08:15:00", "2026-11-03T08:30:00", f.Path, "1000", f.SHA256,
		"H.264-BP", "", "", "", "", "", "1", f.Finished.Format(time.RFC3339), "", readJournal(t, a.Dir())[1].ID, "", "", "",
	}
	if rows := manifestRows(t, a.Dir()); len(rows) != 2 || !slices.Equal(rows[1], want) {
		t.Errorf("the manifest has %q, want %q", rows, want)
	}
}

// How far the recorder's clock was ahead, and what a recording was made for,
// are listed if known, and survive a lost journal like the rest of the line.
func TestManifestTellsTheClockAndTheKind(t *testing.T) {
	a := open(t, t.TempDir())
	want := map[string]string{}
	for n, clock := range map[string]archive.Clock{"": {}, "0": {Known: true}, "-90.5": {Known: true, Ahead: -90500 * time.Millisecond}, "3600": {Known: true, Ahead: time.Hour}} {
		it := item(len(want), 0)
		it.Clock, it.Recording.Kind = clock, nvr.KindMotion
		want[commit(t, a, it, movie(1, 1000)).Path] = n
	}
	for range 2 {
		for _, row := range manifestRows(t, a.Dir())[1:] {
			if got := row[at("clock_offset")]; got != want[row[at("path")]] || row[at("kind")] != nvr.KindMotion {
				t.Errorf("%s: %q and %q, want %q", row[at("path")], got, row[at("kind")], want[row[at("path")]])
			}
		}
		before := manifestBytes(t, a.Dir())
		closing(t, a)
		forget(t, a.Dir(), ownDir)
		closing(t, open(t, a.Dir())) // rebuilds the journal
		forget(t, a.Dir(), manifestName)
		a = open(t, a.Dir())
		if got := manifestBytes(t, a.Dir()); !bytes.Equal(sorted(got), sorted(before)) {
			t.Errorf("written from the rebuilt journal it is\n%s, want\n%s", got, before)
		}
	}
}

func TestManifestTakesNoFormulas(t *testing.T) {
	a := open(t, t.TempDir())
	for n, name := range []string{
		"=cmd|'/C calc'!A0", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r\n=1", "\u202e=1", "a\nb,\"c\"", "\x1b[31mred", "\xff", strings.Repeat("я", 5000),
	} {
		it := item(n, 0)
		it.Recorder, it.Label, it.Camera, it.Recording.Codec = name, name, name, name
		p := create(t, a, it)
		b := movie(1, 100)
		write(t, p, b)
		r := receipt(len(b))
		r.Notes = []string{name}
		_, err := p.Commit(t.Context(), archive.Try{Number: 1, Receipt: r})
		must(t, err)
	}
	a = reopen(t, a)
	for _, row := range manifestRows(t, a.Dir())[1:] {
		for _, c := range []int{at("recorder"), at("name"), at("camera"), at("codec"), at("notes")} {
			v := row[c]
			if !utf8.ValidString(v) || strings.ContainsAny(v, "\r\n\t\x1b\u202e") || strings.ContainsAny(v[:1], "=+-@") || len([]rune(v)) > 201 {
				t.Errorf("the cell %q can do harm", v)
			}
		}
	}
	if n := bytes.Count(manifestBytes(t, a.Dir()), []byte{'\n'}); n != 13 {
		t.Errorf("%d lines, want 13", n)
	}
}

// A manifest cut at any byte is whole again after Open.
func TestManifestCutAnywhere(t *testing.T) {
	dir := t.TempDir()
	a := open(t, dir)
	for n := range 2 {
		it := item(n, 0)
		it.Label = `Depot, "north"`
		commit(t, a, it, movie(uint64(n), 100))
	}
	must(t, a.Close())
	whole := manifestBytes(t, dir)
	for cut := range len(whole) {
		if line := bytes.IndexAny(whole[cut:], "\n"); cut%32 != 0 && line > 2 {
			continue // opened at the ends of lines, and here and there
		}
		plantManifest(t, dir, whole[:cut])
		a, err := archive.Open(dir, nil)
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		must(t, a.Close())
		if got := manifestBytes(t, dir); !bytes.Equal(sorted(got), sorted(whole)) {
			t.Fatalf("cut at %d the manifest became\n%s", cut, got)
		}
	}
	names, err := filepath.Glob(filepath.Join(dir, "manifest*"))
	if err != nil || len(names) != 1 {
		t.Errorf("a cut manifest was set aside: %v, %v", names, err)
	}
}

func TestForeignManifestIsKept(t *testing.T) {
	a := open(t, t.TempDir())
	f := commit(t, a, item(0, 0), movie(1, 100))
	must(t, a.Close())
	changed := strings.ReplaceAll(string(manifestBytes(t, a.Dir())), ",", ";")
	plantManifest(t, a.Dir(), []byte(changed))
	a = open(t, a.Dir())
	names, err := filepath.Glob(filepath.Join(a.Dir(), "manifest-before-*.csv"))
	if err != nil || len(names) != 1 {
		t.Fatalf("the changed manifest is not kept: %v, %v", names, err)
	}
	wantText(t, names[0], changed)
	if n := manifestPaths(t, a.Dir())[f.Path]; n != 1 {
		t.Errorf("the new manifest has the file %d times", n)
	}
}

// An operator may move the manifest away, or save it with other line ends,
// while hikgrab runs and between runs.
func TestManifestOpenInAnotherProgram(t *testing.T) {
	a := open(t, t.TempDir())
	f := [3]archive.File{commit(t, a, item(0, 0), movie(1, 100))}
	text := strings.ReplaceAll("\uFEFF"+string(manifestBytes(t, a.Dir())), "\n", "\r\n")
	plantManifest(t, a.Dir(), []byte(strings.TrimSuffix(text, "\r\n")))
	f[1] = commit(t, a, item(1, 0), movie(2, 100))
	a = reopen(t, a)
	if paths := manifestPaths(t, a.Dir()); len(paths) != 2 || paths[f[0].Path] != 1 || paths[f[1].Path] != 1 {
		t.Errorf("the manifest lists %v", paths)
	}
	forget(t, a.Dir(), manifestName)
	f[2] = commit(t, a, item(2, 0), movie(3, 100))
	if paths := manifestPaths(t, a.Dir()); len(paths) != 1 || paths[f[2].Path] != 1 {
		t.Errorf("the manifest lists %v after it was moved away", paths)
	}
	a = reopen(t, a)
	if paths := manifestPaths(t, a.Dir()); len(paths) != 3 {
		t.Errorf("the manifest lists %v after the next start", paths)
	}
}

// A manifest that cannot be written delays nothing; its lines follow.
func TestManifestBlocked(t *testing.T) {
	a := open(t, t.TempDir())
	unblock := blockManifest(t, a.Dir())
	commit(t, a, item(0, 0), movie(1, 100))
	unblock()
	commit(t, a, item(1, 0), movie(2, 100))
	if paths := manifestPaths(t, a.Dir()); len(paths) != 2 {
		t.Errorf("the manifest lists %v", paths)
	}
}
