package ui

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"example.com/hikgrab/tasks"
)

// childEnv makes this test binary run the screen instead of the tests.
const childEnv = "HIKGRAB_UI_CHILD"

// child runs in the test binary on the other side of a pty: it shows the screen
// on a canned queue, with one difference per mode.
func child(mode string) int {
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	q := siteQueue()
	var queue Queue = q
	switch mode {
	case "stuck": // stopping never returns
		q.stop = func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	case "finished":
		queue = endQueue(tasks.Done)
	case "panic":
		queue = &brokenQueue{fakeQueue: q}
	case "cancelled":
		time.AfterFunc(500*time.Millisecond, cancel)
	}
	result, err := Run(ctx, queue, Options{Title: "tasks.xlsx"})
	fmt.Printf("ended, finished %v, frame %v, error %v\n", result.Finished, result.Frame != "", err)
	return 0
}

// brokenQueue makes the screen panic after a while.
type brokenQueue struct {
	*fakeQueue
	looks int
}

func (q *brokenQueue) Snapshot(s *tasks.Snapshot) {
	if q.looks++; q.looks > 2 {
		panic("broken on purpose")
	}
	q.fakeQueue.Snapshot(s)
}

// pty is a terminal that runs a program.
type pty struct {
	t      *testing.T
	master *os.File
	slave  *os.File
	cmd    *exec.Cmd

	mu     sync.Mutex
	output bytes.Buffer
	read   chan struct{} // closed when all output has been read
}

// startChild runs this test binary in mode, in a terminal of 100×30 cells that
// answers no queries.
func startChild(t *testing.T, mode string, env ...string) *pty {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	fd := int(master.Fd())
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	slave, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if err := unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 30, Col: 100}); err != nil {
		t.Fatal(err)
	}
	p := &pty{t: t, master: master, slave: slave, read: make(chan struct{})}
	p.cmd = exec.CommandContext(t.Context(), os.Args[0])
	p.cmd.Env = append([]string{childEnv + "=" + mode, "TERM=xterm-256color", "HOME=/", "PATH=/bin:/usr/bin", "GORACE=atexit_sleep_ms=0"}, env...)
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = slave, slave, slave
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go p.collect()
	t.Cleanup(func() {
		_ = slave.Close()
		<-p.read
		_ = master.Close()
	})
	return p
}

// collect stores the program's output until the terminal is closed.
func (p *pty) collect() {
	defer close(p.read)
	buf := make([]byte, 4096)
	for {
		n, err := p.master.Read(buf)
		p.mu.Lock()
		p.output.Write(buf[:n])
		p.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (p *pty) text() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.output.String()
}

// await waits until the program has written text.
func (p *pty) await(text string) {
	p.t.Helper()
	for deadline := time.Now().Add(15 * time.Second); !strings.Contains(p.text(), text); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			p.t.Fatalf("the screen does not show %q:\n%q", text, p.text())
		}
	}
}

func (p *pty) send(keys string) {
	p.t.Helper()
	if _, err := io.WriteString(p.master, keys); err != nil {
		p.t.Fatal(err)
	}
}

// ended waits for the program to exit and checks that the terminal is restored:
// alternate screen off, cursor shown, echo and line mode on.
func (p *pty) ended(want string) string {
	p.t.Helper()
	if err := p.cmd.Wait(); err != nil {
		p.t.Fatalf("%v\n%q", err, p.text())
	}
	mode, err := unix.IoctlGetTermios(int(p.slave.Fd()), unix.TCGETS)
	if err != nil {
		p.t.Fatal(err)
	}
	if mode.Lflag&unix.ECHO == 0 || mode.Lflag&unix.ICANON == 0 || mode.Lflag&unix.ISIG == 0 {
		p.t.Errorf("the terminal is left in raw mode: %#x", mode.Lflag)
	}
	p.await(want)
	text := p.text()
	for _, off := range []struct{ on, off string }{{"\x1b[?1049h", "\x1b[?1049l"}, {"\x1b[?25l", "\x1b[?25h"}, {"\x1b[?2004h", "\x1b[?2004l"}, {"\x1b[?1004h", "\x1b[?1004l"}} {
		if strings.LastIndex(text, off.off) < strings.LastIndex(text, off.on) {
			p.t.Errorf("%q is not followed by %q", off.on, off.off)
		}
	}
	return text
}

func TestQuitInATerminal(t *testing.T) {
	t.Parallel()
	p := startChild(t, "site")
	p.await("Склад")
	p.send("q")
	p.await("Quit?")
	p.send("y")
	text := p.ended("ended, finished false, frame false, error <nil>")
	for _, question := range []string{"\x1b]11;?", "\x1b]10;?", "\x1b[6n", "\x1b[c"} {
		if strings.Contains(text, question) {
			t.Errorf("the terminal was asked %q", question)
		}
	}
	if strings.Contains(text, "\x1b]9;4") {
		t.Error("taskbar progress on a terminal that is not known to take it")
	}
	if strings.LastIndex(text, saveTitle) > strings.LastIndex(text, restoreTitle) || !strings.Contains(text, "% hikgrab") {
		t.Error("the window title is not set and given back")
	}
}

func TestQuitAndKeepTheScreen(t *testing.T) {
	t.Parallel()
	p := startChild(t, "finished")
	p.await("finished")
	p.send("Q")
	p.ended("ended, finished true, frame true, error <nil>")
}

func TestInterruptTwice(t *testing.T) {
	t.Parallel()
	p := startChild(t, "stuck")
	p.await("Склад")
	p.send("\x03")
	p.await("Quit?")
	p.send("\x03")
	p.ended("ended, finished false")
}

func TestInterruptWhileStopping(t *testing.T) {
	t.Parallel()
	p := startChild(t, "stuck")
	p.await("Склад")
	p.send("qy")
	p.await("stopping")
	p.send("\x03")
	p.ended("ended, finished false")
}

func TestPanicLeavesTheTerminalUsable(t *testing.T) {
	t.Parallel()
	// After a panic Bubble Tea closes the input under its reader. That race is not
	// ours.
	p := startChild(t, "panic", "GORACE=exitcode=0 atexit_sleep_ms=0")
	text := p.ended("ended, finished false")
	if !strings.Contains(text, "internal error") || !strings.Contains(text, "broken on purpose") {
		t.Errorf("the panic is not shown:\n%q", text)
	}
}

func TestCancelledFromOutside(t *testing.T) {
	t.Parallel()
	p := startChild(t, "cancelled")
	p.await("Склад")
	p.ended("ended, finished false, frame false, error <nil>")
}

func TestTaskbarProgressIsTakenBack(t *testing.T) {
	t.Parallel()
	p := startChild(t, "site", "TERM_PROGRAM=ghostty")
	p.await("\x1b]9;4;2;")
	p.send("\x03\x03")
	text := p.ended("ended, finished false")
	if last := text[strings.LastIndex(text, "\x1b]9;4"):]; !strings.HasPrefix(last, "\x1b]9;4;0") {
		t.Errorf("taskbar progress stays: %q", last)
	}
}
