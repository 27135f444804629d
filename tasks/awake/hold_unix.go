//go:build !windows

package awake

import (
	"fmt"
	"io"
	"os/exec"
	"time"

	"example.com/hikgrab/tasks/child"
)

// System keeps the machine awake with a program that does so for as long as it
// runs.
func System() (release func(), err error) {
	name, args := program()
	return run(name, args...)
}

// patience is how long the program may take to end by itself.
const patience = time.Second

// run starts a program that ends when its input does, so that it cannot outlive
// hikgrab, however that ends.
func run(name string, args ...string) (release func(), err error) {
	cmd := exec.Command(name, args...) //nolint:noctx // it lives until release, whatever ends before
	child.Prepare(cmd, false)
	input, err := cmd.StdinPipe()
	if err != nil {
		return nil, fmt.Errorf("keep the machine awake: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("keep the machine awake: %w", err)
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = cmd.Wait() // how it ends says nothing that could be acted upon
	}()
	return func() { end(cmd, input, ended) }, nil
}

func end(cmd *exec.Cmd, input io.Closer, ended <-chan struct{}) {
	_ = input.Close()
	select {
	case <-ended:
		return
	case <-time.After(patience):
	}
	_ = cmd.Process.Kill()
	<-ended
}
