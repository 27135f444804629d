package command

import (
	"os"
	"path/filepath"
	"testing"

	"example.com/hikgrab/tasks/archive"
	"example.com/hikgrab/ui/plain"
)

func TestVerifyCode(t *testing.T) {
	dir := t.TempDir()
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	command := &app{Program: Program{Stdin: null, Stdout: null, Stderr: null}}
	if err := command.verify(t.Context(), dir); err == nil {
		t.Error("a directory without a manifest is verified")
	}
	a, err := archive.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	for want, arrange := range map[int]func() error{
		plain.ExitComplete: func() error { return nil },
		plain.ExitFailed: func() error {
			return os.WriteFile(filepath.Join(dir, "10.0.0.5", "x.mp4"), nil, 0o600)
		},
	} {
		if err := os.RemoveAll(filepath.Join(dir, "10.0.0.5")); err != nil {
			t.Fatal(err)
		}
		if err := os.Mkdir(filepath.Join(dir, "10.0.0.5"), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := arrange(); err != nil {
			t.Fatal(err)
		}
		if err := command.verify(t.Context(), dir); err != nil || command.code != want {
			t.Errorf("code %d, %v, want %d", command.code, err, want)
		}
	}
}
