package command

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"example.com/hikgrab/nvr/simulator"
	"example.com/hikgrab/ui/plain"
)

// TestTheTerminalIsClosed closes the terminal during a run. Both the kernel and
// the shell signal that, and every later write fails. It counts as one stop,
// with everything that a stop leaves behind.
func TestTheTerminalIsClosed(t *testing.T) {
	// A suite that runs under nohup ignores the signal, and so would its children.
	told := make(chan os.Signal, 1)
	signal.Notify(told, syscall.SIGHUP)
	defer signal.Stop(told)
	for _, mode := range []string{"screen", "plain", "json"} {
		t.Run(mode, func(t *testing.T) {
			start := time.Date(2026, 11, 3, 8, 0, 0, 0, time.UTC)
			server, err := simulator.Listen("127.0.0.1:0", simulator.New(simulator.Config{
				Rate: 30_000, Channels: []simulator.Channel{{Recordings: simulator.Span(start, start.Add(time.Hour), time.Hour, 3_000_000)}},
			}))
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = server.Close() }()
			dir := t.TempDir()
			row := fmt.Sprintf("%s,%q,%s,all\n", simulator.DefaultUser, simulator.DefaultPassword, server.Addr())
			if err := os.WriteFile(filepath.Join(dir, "tasks.csv"), []byte(row), 0o600); err != nil {
				t.Fatal(err)
			}
			args := []string{"hikgrab", "--from", "2026-11-03", "--to", "2026-11-03", "tasks.csv"}
			if mode != "screen" {
				args = append(args, "--"+mode)
			}
			master, slave := openPTY(t)
			c := exec.CommandContext(t.Context(), os.Args[0])
			c.Args, c.Dir = args, dir
			c.Env = append(os.Environ(), "TERM=xterm", "CI=", "PATH="+dir) // finds no program to keep this machine awake
			c.Stdin, c.Stdout, c.Stderr = slave, slave, slave
			c.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			_ = slave.Close()
			go func() { // drain the terminal's output
				for buf := make([]byte, 4096); ; {
					if _, err := master.Read(buf); err != nil {
						return
					}
				}
			}()
			for len(found(t, dir, "recordings/.hikgrab/parts/*.part")) == 0 {
				time.Sleep(20 * time.Millisecond)
			}
			_ = master.Close()                   // the kernel's
			_ = c.Process.Signal(syscall.SIGHUP) // the shell's
			time.Sleep(time.Millisecond)         // and another
			_ = c.Process.Signal(syscall.SIGHUP)
			err = c.Wait()
			if exit, ok := errors.AsType[*exec.ExitError](err); !ok || exit.ExitCode() != plain.ExitStopped {
				t.Errorf("it ended with %v, want exit code %d", err, plain.ExitStopped)
			}
			if len(found(t, dir, "recordings/tasks.result.xlsx")) == 0 {
				t.Error("there is no result workbook")
			}
			logs := found(t, dir, "recordings/.hikgrab/log-*.log")
			if len(logs) != 1 {
				t.Fatalf("logs %v", logs)
			}
			text, err := os.ReadFile(logs[0])
			if err != nil || !strings.Contains(string(text), `"msg":"Finished"`) || !strings.Contains(string(text), `"exit_code":130`) || !strings.Contains(string(text), "0 of 1 camera complete") {
				t.Errorf("the log has no summary: %v\n%s", err, text)
			}
		})
	}
}

func found(t *testing.T, dir, pattern string) []string {
	t.Helper()
	list, err := filepath.Glob(filepath.Join(dir, filepath.FromSlash(pattern)))
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// openPTY returns both ends of a terminal of 100×30 cells.
func openPTY(t *testing.T) (master, slave *os.File) {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	raw, err := master.SyscallConn()
	if err != nil {
		t.Fatal(err)
	}
	name := ""
	control := func(fd uintptr) {
		n, failed := unix.IoctlGetInt(int(fd), unix.TIOCGPTN)
		err = errors.Join(failed, unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0),
			unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, &unix.Winsize{Row: 30, Col: 100}))
		name = fmt.Sprintf("/dev/pts/%d", n)
	}
	if failed := raw.Control(control); failed != nil || err != nil {
		t.Fatal(failed, err)
	}
	if slave, err = os.OpenFile(name, os.O_RDWR|syscall.O_NOCTTY, 0); err != nil {
		t.Fatal(err)
	}
	return master, slave
}
