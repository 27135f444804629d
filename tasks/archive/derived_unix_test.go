//go:build unix

package archive_test

import (
	"os"
	"path/filepath"
	"testing"

	"example.com/hikgrab/tasks/archive"
)

func TestDerivedTreeIsNoLink(t *testing.T) {
	a := open(t, t.TempDir())
	must(t, os.Mkdir(filepath.Join(a.Dir(), "elsewhere"), 0o755), os.Symlink("elsewhere", filepath.Join(a.Dir(), "joined")))
	_, err := derive(a, requested(0, "one"), "one")
	wantKind(t, err, archive.Denied)
	if files := tree(t, filepath.Join(a.Dir(), "elsewhere")); len(files) != 0 || parts(t, a.Dir()) != 0 {
		t.Errorf("%v is there, and %d parts", files, parts(t, a.Dir()))
	}
}
