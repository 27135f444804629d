package ui

import (
	"io"
	"os"
	"runtime"
	"strings"
	"sync"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"example.com/hikgrab/tasks"
	"example.com/hikgrab/ui/units"
)

// terminal is the only way to the terminal. Bubble Tea draws through it. What
// Bubble Tea does not support (taskbar progress, title, bell, clipboard) goes
// between two of its frames, never into one. It embeds the file so that Bubble
// Tea still detects a terminal.
type terminal struct {
	*os.File
	getenv func(string) string
	dumb   bool                         // it shows no styles
	size   func() (w, h int, err error) // nil if the system reports every resize

	suspends       bool // the shell can suspend the program
	taskbar, title bool // sequences it is known to understand

	mu     sync.Mutex
	closed bool
	last   string // what was sent last; empty when it must be sent again
}

// newTerminal finds out from the environment what the terminal understands.
// Terminals print unknown sequences as garbage, so only known ones get any, and
// none through tmux or screen.
func newTerminal(out *os.File, getenv func(string) string) *terminal {
	t := &terminal{File: out, getenv: getenv, suspends: runtime.GOOS != "windows"}
	name := getenv("TERM")
	t.dumb = name == "dumb"
	if getenv("TMUX") != "" || getenv("STY") != "" || strings.HasPrefix(name, "screen") || strings.HasPrefix(name, "tmux") {
		return t
	}
	switch getenv("TERM_PROGRAM") {
	case "ghostty", "iTerm.app", "WezTerm", "rio":
		t.taskbar = true
	}
	if getenv("WT_SESSION") != "" || getenv("ConEmuANSI") == "ON" {
		t.taskbar = true
	}
	t.title = t.taskbar
	for _, known := range []string{"xterm", "rxvt", "alacritty", "foot", "konsole", "vte"} {
		t.title = t.title || strings.HasPrefix(name, known)
	}
	return t
}

// Write writes all of p without interleaving.
func (t *terminal) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.File.Write(p)
}

// send writes a sequence, unless the screen is already closing.
func (t *terminal) send(sequence string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.closed {
		t.say(sequence)
	}
}

// say writes a sequence; the caller holds t.mu. It ignores errors, because the
// next frame fails the same way.
func (t *terminal) say(sequence string) { _, _ = io.WriteString(t.File, sequence) }

// announce returns the command that sends a change to the terminal, or nil if
// there is none. ring adds the bell.
func (t *terminal) announce(s *tasks.Snapshot, ring bool) tea.Cmd {
	text := t.sequences(s)
	if text == t.last && !ring {
		return nil
	}
	t.last = text
	if ring {
		text += "\a"
	}
	return func() tea.Msg { t.send(text); return nil }
}

// sequences returns the title and taskbar sequences for the state of the run.
func (t *terminal) sequences(s *tasks.Snapshot) string {
	text := ""
	if t.title {
		name := percentText(s) + " hikgrab"
		if s.Finished {
			name = "hikgrab: finished"
		}
		text = ansi.SetWindowTitle(name)
	}
	switch {
	case !t.taskbar:
	case troubles(s.Counts) > 0:
		text += ansi.SetErrorProgressBar(percentOf(s))
	default:
		text += ansi.SetProgressBar(percentOf(s))
	}
	return text
}

// Sequences that push the window title on the terminal's stack and pop it.
const (
	saveTitle    = "\x1b[22;0t"
	restoreTitle = "\x1b[23;0t"
)

// enter prepares the terminal.
func (t *terminal) enter() {
	if t.title {
		t.send(saveTitle)
	}
}

// leave undoes everything that would outlive the screen. It does so once,
// however the screen ended, and nothing is sent afterwards.
func (t *terminal) leave() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return
	}
	t.closed = true
	if t.taskbar {
		t.say(ansi.ResetProgressBar)
	}
	if t.title {
		t.say(restoreTitle)
	}
}

// quiet clears the taskbar progress while the process is suspended.
func (t *terminal) quiet() tea.Msg {
	if t.taskbar {
		t.send(ansi.ResetProgressBar)
	}
	return nil
}

// percentOf returns the percentage of all bytes that is done. With nothing to
// do it is 100, unless a failure is the reason.
func percentOf(s *tasks.Snapshot) int {
	if s.Finished && s.Total == 0 && troubles(s.Counts) == 0 {
		return 100
	}
	return units.Percent(s.Bytes, s.Total)
}
