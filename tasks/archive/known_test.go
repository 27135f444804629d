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
	put(t, manifest, []byte("a,b\n1,2\n"))
	if err := archive.Known(dir); !errors.Is(err, archive.ErrNoManifest) {
		t.Errorf("somebody else's manifest: %v", err)
	}
	if entries, err := os.ReadDir(dir); err != nil || len(entries) != 1 {
		t.Errorf("looking left %v, %v", entries, err)
	}
	put(t, manifest, []byte(manifestHeader+"\n"))
	if err := archive.Known(dir); err != nil {
		t.Errorf("a manifest of ours: %v", err)
	}
	must(t, open(t, dir).Close())
	put(t, manifest, []byte("recorder;name\n"))
	if err := archive.Known(dir); err != nil {
		t.Errorf("a manifest that a spreadsheet program changed: %v", err)
	}
}
