package ui

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/remedy"
)

// quits reports whether a command quits the program.
func quits(cmd tea.Cmd) bool {
	if cmd == nil {
		return false
	}
	switch msg := cmd().(type) {
	case tea.QuitMsg:
		return true
	case tea.BatchMsg:
		return slices.ContainsFunc(msg, quits)
	}
	return false
}

func TestLeaving(t *testing.T) {
	t.Run("finished", func(t *testing.T) {
		if m := newScreen(endQueue(tasks.Done), 80, 24); !quits(press(m, "q")) {
			t.Error("q asks although everything has ended")
		}
	})
	t.Run("yes", func(t *testing.T) {
		q := siteQueue()
		m := newScreen(q, 80, 24)
		cmd := press(m, "q", "y")
		if m.leaving != leaveStopping || !strings.Contains(m.View(), "stopping") {
			t.Fatal("the screen does not say that it stops")
		}
		stopped := cmd()
		if got := q.said(); !slices.Equal(got, []string{"stop"}) {
			t.Fatalf("the queue was told %q", got)
		}
		if _, cmd := m.Update(stopped); !quits(cmd) {
			t.Error("the screen stays after the queue has stopped")
		}
	})
	t.Run("ctrl+c twice", func(t *testing.T) {
		m := newScreen(siteQueue(), 80, 24)
		if quits(press(m, "ctrl+c")) {
			t.Error("ctrl+c does not ask")
		}
		if !quits(press(m, "ctrl+c")) {
			t.Error("ctrl+c again does not leave")
		}
	})
	t.Run("ctrl+c from anywhere", func(t *testing.T) {
		for _, keys := range modes {
			m := newScreen(siteQueue(), 80, 24)
			press(m, keys...)
			first := quits(press(m, "ctrl+c")) // immediate if the question is already open
			if !first && !quits(press(m, "ctrl+c")) {
				t.Errorf("after %q ctrl+c twice does not leave", keys)
			}
		}
	})
	t.Run("when files finish", func(t *testing.T) {
		q := siteQueue()
		m := newScreen(q, 80, 24)
		press(m, "q", "w")
		tick(m)
		if m.leaving != leaveDraining || !strings.Contains(m.View(), "finishing 3 files") {
			t.Fatalf("the screen does not say that it waits:\n%s", m.View())
		}
		q.snap.Active, q.snap.Cameras[0].Deriving = 0, "joining"
		tick(m)
		if m.leaving != leaveDraining || !strings.Contains(m.View(), "finishing the joining, then quitting") {
			t.Fatalf("it does not wait for what is made:\n%s", m.View())
		}
		q.snap.Cameras[0].Deriving = ""
		tick(m)
		if m.leaving != leaveStopping {
			t.Error("the screen does not leave when the last file is complete")
		}
	})
	t.Run("on a small terminal", func(t *testing.T) {
		m := newScreen(siteQueue(), 30, 6)
		press(m, "q")
		if m.dialog == nil || !strings.Contains(m.View(), "y yes") {
			t.Fatalf("q does not ask:\n%s", m.View())
		}
	})
	t.Run("keep the screen", func(t *testing.T) {
		m := newScreen(endQueue(tasks.Failed), 80, 24)
		if !quits(press(m, "Q")) || !strings.Contains(m.frame, "12 failed") || strings.Contains(m.frame, "\x1b") {
			t.Errorf("frame %q", m.frame)
		}
	})
}

// The question names everything that quitting would interrupt.
func TestQuitSaysWhatIsGoingOn(t *testing.T) {
	for _, c := range []struct {
		active, making int
		want           string
	}{
		{2, 0, "2 downloads are running."},
		{1, 2, "1 download is running, and derived files are being made for 2"},
		{0, 1, "Derived files are being made for 1 camera."},
		{0, 0, "cameras are not finished."},
	} {
		q := siteQueue()
		q.snap.Active = c.active
		for i := range c.making {
			q.snap.Cameras[i].Deriving = "joining"
		}
		m := newScreen(q, 80, 24)
		press(m, "q")
		if view := m.View(); !strings.Contains(view, c.want) {
			t.Errorf("no %q in\n%s", c.want, view)
		}
		checkBounds(t, m, 80, 24)
	}
}

func TestOutcome(t *testing.T) {
	working, finished := newScreen(siteQueue(), 80, 24), newScreen(endQueue(tasks.Done), 80, 24)
	left := newScreen(siteQueue(), 80, 24)
	press(left, "ctrl+c", "ctrl+c")
	other := errors.New("no tty")
	for _, c := range []struct {
		m    *model
		err  error
		want bool // finished
		is   error
	}{
		{working, nil, false, nil},
		{left, nil, false, nil},
		{finished, nil, true, nil},
		{working, tea.ErrInterrupted, false, nil},
		{working, fmt.Errorf("%w: %w", tea.ErrProgramKilled, context.Canceled), false, nil},
		{working, fmt.Errorf("%w: %w", tea.ErrProgramKilled, tea.ErrProgramPanic), false, errPanic},
		{finished, other, false, other},
	} {
		got, err := c.m.outcome(c.err)
		if got != c.want || !errors.Is(err, c.is) {
			t.Errorf("outcome(%v) = %v, %v; want %v, %v", c.err, got, err, c.want, c.is)
		}
	}
}

func TestBellRingsOnce(t *testing.T) {
	q := siteQueue()
	m := newScreen(q, 80, 24)
	for id := range q.snap.Cameras {
		q.setState(tasks.CameraID(id), tasks.Done)
	}
	tick(m)
	if !m.rang {
		t.Error("the end is silent")
	}
	if m.announce() != nil {
		t.Error("the bell rings again")
	}
	q.setState(0, tasks.Downloading)
	tick(m)
	if m.rang {
		t.Error("a retry does not arm the bell again")
	}
}

func TestHeldIsBlocked(t *testing.T) {
	q := heldQueue()
	m := newScreen(q, 80, 24)
	if !blocked(&m.snap) || !m.rang {
		t.Error("a refused login with nothing else to do is not called blocked")
	}
	q.snap.Recorders[0].Hold.Until = noon.Add(time.Minute)
	tick(m)
	if blocked(&m.snap) {
		t.Error("a hold that ends by itself is called blocked")
	}
}

func TestWhatTheTerminalIsTold(t *testing.T) {
	at := tasks.Snapshot{Bytes: 47, Total: 100}
	for _, c := range []struct {
		name string
		env  map[string]string
		s    tasks.Snapshot
		want string
	}{
		{"plain xterm", map[string]string{"TERM": "xterm-256color"}, at, "\x1b]2;47% hikgrab\a"},
		{"ghostty", map[string]string{"TERM": "xterm-ghostty", "TERM_PROGRAM": "ghostty"}, at, "\x1b]2;47% hikgrab\a\x1b]9;4;1;47\a"},
		{"failed", map[string]string{"WT_SESSION": "x"}, tasks.Snapshot{Bytes: 47, Total: 100, Counts: tasks.Counts{tasks.Failed: 1}}, "\x1b]2;47% hikgrab\a\x1b]9;4;2;47\a"},
		{"finished", map[string]string{"ConEmuANSI": "ON"}, tasks.Snapshot{Finished: true}, "\x1b]2;hikgrab: finished\a\x1b]9;4;1;100\a"},
		{"tmux", map[string]string{"TERM": "xterm-256color", "TMUX": "x", "TERM_PROGRAM": "ghostty"}, at, ""},
		{"screen", map[string]string{"TERM": "screen.xterm", "WT_SESSION": "x"}, at, ""},
		{"linux console", map[string]string{"TERM": "linux"}, at, ""},
		{"dumb", map[string]string{"TERM": "dumb"}, at, ""},
	} {
		term := newTerminal(nil, func(name string) string { return c.env[name] })
		if got := term.sequences(&c.s); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestTerminalIsSilentAfterLeaving(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = file.Close() }()
	term := newTerminal(file, func(name string) string { return map[string]string{"WT_SESSION": "x"}[name] })
	term.enter()
	late := term.announce(&tasks.Snapshot{Bytes: 3, Total: 100}, true)
	term.leave()
	term.leave()
	late()
	got, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	if want := saveTitle + "\x1b]9;4;0\x07" + restoreTitle; string(got) != want {
		t.Errorf("the terminal got %q, want %q", got, want)
	}
}

func TestFolderStaysInside(t *testing.T) {
	for _, c := range []struct {
		paths []string
		want  string
	}{
		{[]string{"10.0.0.1/ch02/2026-11-03/a.mp4"}, filepath.Join("10.0.0.1", "ch02", "2026-11-03")},
		{[]string{"10.0.0.1/ch02/2026-11-03/a.mp4", "", "10.0.0.1/ch02/2026-11-04/b.mp4"}, filepath.Join("10.0.0.1", "ch02")},
		{[]string{"2026-11-03/North ch01.mp4", "2026-11-04/North ch01.mp4"}, "."},
		{[]string{"10.0.0.1/ch02/a.mp4", "10.0.0.1/ch02/a/b.mp4"}, filepath.Join("10.0.0.1", "ch02")},
		{[]string{"10.0.0.1/a.mp4", "../../etc/passwd"}, "10.0.0.1"},
		{[]string{"a.mp4"}, "."},
		{[]string{""}, ""},
		{nil, ""},
		{[]string{"../../etc/passwd"}, ""},
		{[]string{"/etc/passwd"}, ""},
		{[]string{"a/../../x"}, ""},
	} {
		if got := common(c.paths); got != c.want {
			t.Errorf("common(%q) = %q, want %q", c.paths, got, c.want)
		}
	}
}

func TestCopy(t *testing.T) {
	q := siteQueue()
	m := newScreen(q, 140, 40)
	press(m, "down", "y")
	if want := filepath.Join("recordings", "10.20.0.11", "ch01"); !strings.Contains(m.notice.text, want) {
		t.Errorf("copied %q, want %q", m.notice.text, want)
	}
	press(m, "e", "y")
	if !strings.Contains(m.notice.text, noFootage.What+"; "+remedy.Screen(noFootage.Remedy)) {
		t.Errorf("copied %q", m.notice.text)
	}
	if got := open(filepath.Join(t.TempDir(), "nowhere")); got == nil {
		t.Error("a folder that does not exist is opened")
	}
}

func TestIntervalFollowsWhatHappens(t *testing.T) {
	m := newScreen(siteQueue(), 80, 24)
	if m.interval() != liveEvery {
		t.Error("slow although downloads run")
	}
	m.Update(tea.BlurMsg{})
	if m.interval() != idleEvery {
		t.Error("fast although nobody looks")
	}
	m.Update(tea.FocusMsg{})
	if m.interval() != liveEvery {
		t.Error("slow although somebody looks again")
	}
	if newScreen(endQueue(tasks.Done), 80, 24).interval() != idleEvery {
		t.Error("fast although everything has ended")
	}
}
