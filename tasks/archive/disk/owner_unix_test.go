//go:build unix

package disk_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"example.com/hikgrab/tasks/archive/disk"
)

// A directory that another user made beforehand is not trusted, and the error
// names that user.
func TestPrivateDirectoryOfAnotherUser(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can make a directory somebody else's")
	}
	tree := filepath.Join(t.TempDir(), "tree")
	if err := os.MkdirAll(filepath.Join(tree, private), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(filepath.Join(tree, private), 54321, 54321); err != nil {
		t.Fatal(err)
	}
	_, err := disk.Open(tree, private)
	if owner, ok := errors.AsType[*disk.OwnerError](err); !ok || !strings.Contains(owner.Error(), "54321") || !disk.Refused(err) {
		t.Errorf("it gave %v", err)
	}
}
