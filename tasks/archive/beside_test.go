package archive_test

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/hikgrab/tasks/archive"
)

// result is the name of the file that these tests write beside the manifest.
const result = "tasks.result.xlsx"

func saying(text string) func(io.Writer) error {
	return func(w io.Writer) error {
		_, err := io.WriteString(w, text)
		return err
	}
}

// writeResult writes the result sheet and checks that it got the usual name.
func writeResult(t *testing.T, a *archive.Archive, text string) {
	t.Helper()
	usual := filepath.Join(a.Dir(), result)
	w, err := a.WriteBeside(result, saying(text))
	if err != nil || w != (archive.Written{Path: usual}) {
		t.Fatalf("%+v, %v", w, err)
	}
	wantText(t, usual, text)
}

func TestWriteBeside(t *testing.T) {
	a := open(t, t.TempDir())
	usual := filepath.Join(a.Dir(), result)
	writeResult(t, a, "one")
	writeResult(t, a, "two")
	if _, err := a.WriteBeside(result, func(io.Writer) error { return errors.ErrUnsupported }); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("a failure to write gives %v", err)
	}
	if _, err := os.Stat(filepath.Join(a.Dir(), ownDir, "beside")); err == nil {
		t.Error("what could not be written is left")
	}
	wantText(t, usual, "two")
	manifest, err := os.Stat(filepath.Join(a.Dir(), manifestName))
	must(t, err)
	if info, err := os.Stat(usual); err != nil || info.Mode() != manifest.Mode() {
		t.Errorf("its permissions are %v, %v, want %v", info.Mode(), err, manifest.Mode())
	}
	seen := map[string]bool{}
	for _, sign := range []string{"~$" + result, ".~lock." + result + "#"} {
		put(t, filepath.Join(a.Dir(), sign), nil)
		w, err := a.WriteBeside(result, saying("three"))
		if err != nil || seen[w.Path] || w.Kept != "" || !strings.Contains(w.Path, "tasks.result-2") {
			t.Errorf("%+v, %v", w, err)
		}
		seen[w.Path] = true // one does not replace the other, even within one second
		wantText(t, w.Path, "three")
		wantText(t, usual, "two")
		forget(t, a.Dir(), sign)
	}
	if _, err := os.Stat(filepath.Join(a.Dir(), ownDir, "beside")); err == nil {
		t.Error("the spare file is left")
	}
	writeResult(t, a, "four") // the file under the usual name is still ours
	a = reopen(t, a)
	writeResult(t, a, "five")
	writeResult(t, reopen(t, reopen(t, a, archive.CompactAfter(-1))), "six") // and the journal was rewritten
}

// What a person changed, or put there, is kept under another name.
func TestWriteBesideKeepsNotes(t *testing.T) {
	for name, arrange := range map[string]func(t *testing.T, a *archive.Archive, usual string){
		"changed": func(t *testing.T, a *archive.Archive, usual string) {
			writeResult(t, a, "one")
			put(t, usual, []byte("One")) // of the same length
		},
		"from before": func(t *testing.T, _ *archive.Archive, usual string) { put(t, usual, []byte("One")) },
		"an older one of ours, changed": func(t *testing.T, a *archive.Archive, usual string) {
			writeResult(t, a, "one")
			writeResult(t, a, "two")
			put(t, usual, []byte("One"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, t.TempDir())
			usual := filepath.Join(a.Dir(), result)
			arrange(t, a, usual)
			a = reopen(t, a)
			kept := map[string]bool{}
			for _, text := range []string{"three", "four"} {
				w, err := a.WriteBeside(result, saying(text))
				if err != nil || w.Path != usual || !strings.Contains(w.Kept, "tasks.result-before-2") || kept[w.Kept] {
					t.Fatalf("%+v, %v", w, err)
				}
				kept[w.Kept] = true
				wantText(t, usual, text)
				wantText(t, w.Kept, "One")
				put(t, usual, []byte("One")) // and again in the same second
			}
			for path := range kept {
				wantText(t, path, "One")
			}
		})
	}
}
