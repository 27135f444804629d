package archive

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"syscall"
	"testing"

	"example.com/hikgrab/tasks/archive/disk"
)

// fullManifest takes only a few more bytes.
type fullManifest struct {
	*os.File
	room int
}

func (f fullManifest) Write(b []byte) (int, error) {
	if len(b) <= f.room {
		return f.File.Write(b)
	}
	n, err := f.File.Write(b[:f.room])
	return n, errors.Join(err, syscall.ENOSPC)
}

// If the disk has no room for a line, the manifest contains nothing of it, so
// that it can follow later.
func TestManifestOnAFullDisk(t *testing.T) {
	name := filepath.Join(t.TempDir(), manifestName)
	f, err := os.OpenFile(name, os.O_CREATE|os.O_RDWR|os.O_APPEND, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	r := doneOf("a/b.mpg")
	first := string(r.row())
	if _, err := f.WriteString(manifestHeader + "\n" + first); err != nil {
		t.Fatal(err)
	}
	for room, want := range map[int]string{0: "", 10: "", 20: "", 1000: first} {
		m := &manifest{pending: r.row()}
		if err := m.appendPending(fullManifest{f, room}); errors.Is(err, syscall.ENOSPC) != (want == "") {
			t.Errorf("with room for %d bytes: %v", room, err)
		}
		if got, err := os.ReadFile(name); err != nil || string(got) != manifestHeader+"\n"+first+want {
			t.Fatalf("with room for %d bytes the manifest became\n%s, %v", room, got, err)
		}
		if err := f.Truncate(int64(len(manifestHeader) + 1 + len(first))); err != nil {
			t.Fatal(err)
		}
	}
}

func FuzzReadManifest(f *testing.F) {
	r := doneOf("a/b.mpg")
	line := string(r.row())
	for _, text := range []string{"", manifestHeader, manifestHeader + "\n" + line, line, strings.Replace(line, ",Gate", ", Gate", 1), manifestHeader + "\n" + line[:40], manifestHeader + "\n\"a"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		taken := 0
		end, torn, err := readManifest(bytes.NewReader(b), func(line []byte) {
			taken++
			r, ok := readRow(line, "", true)
			if again, same := readRow(bytes.TrimSuffix(r.row(), []byte{'\n'}), "", true); ok && (!same || !reflect.DeepEqual(r, again)) {
				t.Fatalf("%q reads as %+v, written and read again as %+v", line, r, again)
			}
		})
		if err != nil {
			return
		}
		if end > int64(len(b)) || torn != (end < int64(len(b))) {
			t.Fatalf("of %d bytes %d are whole, torn %v", len(b), end, torn)
		}
		again := 0
		half, torn, err := readManifest(bytes.NewReader(b[:end]), func([]byte) { again++ })
		if err != nil || torn || half != end || again != taken {
			t.Fatalf("cut at %d it reads %d, %v, %v", end, half, torn, err)
		}
	})
}

// FuzzDerivedManifest checks that any manifest of a tree can be rewritten
// without one of its files, and that foreign lines stay.
func FuzzDerivedManifest(f *testing.F) {
	r := doneOf("joined/a/b.mp4")
	r.Tree, r.Form, r.Attempts, r.Origin = JoinedTree, asMovie, 1, Origin{Request: "00000000", Sources: "5566778899aabbcc", Number: 1, Of: 1}
	line := string(r.row())
	for _, text := range []string{"", line, "mine,too\n" + line, line[:50], line + line, strings.Replace(line, "a/b.mp4", "../b.mp4", 1), strings.ReplaceAll(line, "-1-1", "-9999999-0")} {
		f.Add([]byte(text))
	}
	dir := f.TempDir()
	root, err := disk.Open(dir, ownDir)
	if err != nil {
		f.Fatal(err)
	}
	if err := root.Mkdir("joined", 0o755); err != nil {
		f.Fatal(err)
	}
	m := &manifest{root: root, tree: JoinedTree, log: slog.New(slog.DiscardHandler), dropped: map[string]bool{}}
	f.Fuzz(func(t *testing.T, b []byte) {
		b = append(b, '\n')
		name := filepath.Join(dir, "joined", manifestName)
		if err := os.WriteFile(name, append([]byte(manifestHeader+"\n"), b...), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := m.remove("joined/a/b.mp4"); err != nil {
			t.Fatal(err)
		}
		without, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := readManifest(bytes.NewReader(without), func(line []byte) {
			if r, ok := readRow(line, JoinedTree, false); ok && (r.Path == "joined/a/b.mp4" || !strings.HasPrefix(r.Path, "joined/")) {
				t.Errorf("%q is listed", r.Path)
			}
		}); err != nil {
			t.Fatal(err)
		}
		if mine := []byte("mine,too\n"); bytes.HasPrefix(b, mine) && !bytes.Contains(without, mine) {
			t.Errorf("an operator's line is gone: %q", without)
		}
	})
}
