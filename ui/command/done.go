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

// onDone runs the operator's command at the end of a run, with the summary in
// JSON on its standard input and the exit code in its environment. What it
// prints goes to standard error, because standard output is ours. That it fails
// is worth a notice, and changes nothing about the run.
func (a *app) onDone(r plain.Report, out printer) {
	if a.flags.Done == "" {
		return
	}
	var summary bytes.Buffer
	if err := plain.NewJSON(&summary).Summary(r); err != nil {
		return // a buffer takes everything
	}
	c := shellCommand(a.flags.Done)
	c.Stdin, c.Stdout, c.Stderr = &summary, a.Stderr, a.Stderr
	c.Env = append(os.Environ(), "HIKGRAB_EXIT_CODE="+strconv.Itoa(r.ExitCode))
	if err := c.Run(); err != nil {
		_ = out.Notice(time.Now(), fmt.Sprintf("the command of --on-done failed: %v", err)) // a reader that is gone misses it
	}
}

// shellCommand has the system's shell run a command line. The operator ends it,
// so no context does.
func shellCommand(line string) *exec.Cmd {
	if runtime.GOOS == "windows" {
		return exec.CommandContext(context.Background(), "cmd.exe", "/C", line) //nolint:gosec // the operator's own
	}
	return exec.CommandContext(context.Background(), "/bin/sh", "-c", line) //nolint:gosec // the operator's own
}
