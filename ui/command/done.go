package command

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"time"

	"example.com/hikgrab/ui/plain"
)

// onDone runs the operator's command at the end of a run, with the JSON summary
// on its standard input and the exit code in its environment. Its output goes
// to standard error, because standard output is ours. If it fails, onDone
// prints a notice; the run's result does not change.
func (a *app) onDone(r plain.Report, out printer) {
	if a.flags.Done == "" {
		return
	}
	var summary bytes.Buffer
	if err := plain.NewJSON(&summary).Summary(r); err != nil {
		return // a buffer never fails
	}
	program := []string{"/bin/sh", "-c"}
	if runtime.GOOS == "windows" {
		program = []string{"cmd.exe", "/C"}
	}
	// Only the operator can end it, so it takes no context.
	c := exec.CommandContext(context.Background(), program[0], program[1], a.flags.Done) //nolint:gosec // the operator's own
	c.Stdin, c.Stdout, c.Stderr = &summary, a.Stderr, a.Stderr
	c.Env = append(os.Environ(), "HIKGRAB_EXIT_CODE="+strconv.Itoa(r.ExitCode))
	if err := c.Run(); err != nil {
		_ = out.Notice(time.Now(), fmt.Sprintf("the command of --on-done failed: %v", err)) // if nobody reads the output, nobody misses it
	}
}
