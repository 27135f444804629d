package archive_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"example.com/hikgrab/tasks/archive"
)

func TestKnown(t *testing.T) {
	dir := t.TempDir()
	manifest := filepath.Join(dir, "manifest.csv")
	if err := archive.Known(filepath.Join(dir, "nowhere")); !errors.Is(err, archive.ErrNoManifest) {
		t.Errorf("a directory that is not there: %v", err)
	}
	if err := archive.Known(dir); !errors.Is(err, archive.ErrNoManifest) {
		t.Errorf("an empty directory: %v", err)
	}
	if err := os.WriteFile(manifest, []byte("a,b\n1,2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := archive.Known(dir); !errors.Is(err, archive.ErrNoManifest) {
		t.Errorf("somebody else's manifest: %v", err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("looking left %v, %v", entries, err)
	}
	if err := os.WriteFile(manifest, []byte(manifestHeader+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := archive.Known(dir); err != nil {
		t.Errorf("a manifest of ours: %v", err)
	}
	a := open(t, dir)
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(manifest, []byte("recorder;name\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := archive.Known(dir); err != nil {
		t.Errorf("a manifest that a spreadsheet program changed: %v", err)
	}
}
