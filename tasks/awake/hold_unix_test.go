//go:build !windows

package awake

import (
	"errors"
	"os/exec"
	"testing"
)

func TestAProgramEndsWithItsInput(t *testing.T) {
	release, err := run("cat")
	if err != nil {
		t.Fatal(err)
	}
	release() // waits for the program to exit; goleak catches a leftover goroutine
}

func TestAProgramThatDoesNotEndIsKilled(t *testing.T) {
	release, err := run("sleep", "600")
	if err != nil {
		t.Fatal(err)
	}
	release()
}

func TestAnAbsentProgramIsAnError(t *testing.T) {
	if _, err := run("no-such-program-anywhere"); err == nil {
		t.Fatal("no error")
	} else if !errors.Is(err, exec.ErrNotFound) {
		t.Fatalf("%v does not wrap %v", err, exec.ErrNotFound)
	}
}
