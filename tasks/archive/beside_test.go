package archive

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestWriteBeside(t *testing.T) {
	a := open(t, t.TempDir())
	say := func(text string) func(io.Writer) error {
		return func(w io.Writer) error {
			_, err := io.WriteString(w, text)
			return err
		}
	}
	wantText := func(path, text string) {
		t.Helper()
		if b, err := os.ReadFile(path); err != nil || string(b) != text {
			t.Errorf("%s holds %q, %v", path, b, err)
		}
	}
	plain := filepath.Join(a.Dir(), "tasks.result.xlsx")
	for _, text := range []string{"one", "two"} {
		path, err := a.WriteBeside("tasks.result.xlsx", say(text))
		if err != nil || path != plain {
			t.Fatalf("%s, %v", path, err)
		}
		wantText(path, text)
	}
	if _, err := a.WriteBeside("tasks.result.xlsx", func(io.Writer) error { return errors.ErrUnsupported }); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("a failure to write gives %v", err)
	}
	wantText(plain, "two")
	for _, sign := range []string{"~$tasks.result.xlsx", ".~lock.tasks.result.xlsx#"} {
		put(t, filepath.Join(a.Dir(), sign), nil)
		path, err := a.WriteBeside("tasks.result.xlsx", say("three"))
		if err != nil || path == plain || !strings.Contains(path, "tasks.result-2") {
			t.Errorf("%s, %v", path, err)
		}
		wantText(path, "three")
		wantText(plain, "two")
		forget(t, a.Dir(), sign)
	}
	if _, err := os.Stat(filepath.Join(a.Dir(), ownDir, "beside")); err == nil {
		t.Error("the spare file is left")
	}
}
