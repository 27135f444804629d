//go:build !windows

package awake

import (
	"fmt"
	"io"
	"os/exec"
	"runtime"
	"time"

	"example.com/hikgrab/tasks/child"
)

// System keeps the machine awake by running a program that blocks sleep while
// it runs, which is as long as cat reads our pipe.
func System() (release func(), err error) {
	if runtime.GOOS == "darwin" {
		return run("caffeinate", "-i", "cat")
	}
	return run("systemd-inhibit", "--what=idle:sleep", "--who=hikgrab", "--why=recordings are being downloaded", "--mode=block", "cat")
}

// patience is how long the program gets to exit by itself.
const patience = time.Second

// run starts a program that exits when its standard input closes, so it cannot
// outlive hikgrab, however hikgrab ends.
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
		_ = cmd.Wait() // the exit status tells us nothing we could act on
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
