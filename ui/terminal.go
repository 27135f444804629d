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

// terminal is the one way to the terminal. Bubble Tea draws through it, and
// what Bubble Tea has no words for (taskbar progress, the title, the bell, the
// clipboard) goes between two of its frames, never into one. It embeds the file
// so that Bubble Tea still sees a terminal.
type terminal struct {
	*os.File
	getenv func(string) string
	dumb   bool                         // shows no styles
	size   func() (w, h int, err error) // nil where the system tells of every resize

	suspends       bool // the shell can take it back from a program
	taskbar, title bool // what it is known to understand

	mu     sync.Mutex
	closed bool
	last   progress
	told   bool
}

// progress is what taskbar and title show.
type progress struct {
	percent  int
	trouble  bool // something failed
	finished bool
}

// newTerminal looks at the environment to learn what the terminal understands.
// A terminal that does not know a sequence prints it as rubbish, so only those
// that are known to do get any, and none gets it through tmux or screen.
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

// Write writes all of p, not mixed with anything else.
func (t *terminal) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.File.Write(p)
}

// send writes a sequence, unless the screen is already being left.
func (t *terminal) send(sequence string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !t.closed {
		t.say(sequence)
	}
}

// say writes a sequence; t.mu is held. An error is of no interest: the next
// frame meets it as well.
func (t *terminal) say(sequence string) { _, _ = io.WriteString(t.File, sequence) }

// announce returns the command that tells the terminal of a change, or nil
// when there is none. ring adds the bell.
func (t *terminal) announce(p progress, ring bool) tea.Cmd {
	if p == t.last && t.told && !ring {
		return nil
	}
	t.last, t.told = p, true
	text := t.sequences(p)
	if ring {
		text += "\a"
	}
	if text == "" {
		return nil
	}
	return func() tea.Msg { t.send(text); return nil }
}

// sequences are the title and the taskbar progress for p.
func (t *terminal) sequences(p progress) string {
	text := ""
	if t.title {
		name := itoa(p.percent) + "% hikgrab"
		if p.finished {
			name = "hikgrab: finished"
		}
		text = ansi.SetWindowTitle(name)
	}
	switch {
	case !t.taskbar:
	case p.trouble:
		text += ansi.SetErrorProgressBar(p.percent)
	default:
		text += ansi.SetProgressBar(p.percent)
	}
	return text
}

// Sequences that save the window title on a stack of the terminal and take it
// back from there.
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

// leave takes everything back that outlives the screen. It does so once,
// whatever way the screen ended; nothing is sent afterwards.
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

// quiet takes the taskbar progress away while the process is suspended.
func (t *terminal) quiet() tea.Msg {
	if t.taskbar {
		t.send(ansi.ResetProgressBar)
	}
	return nil
}

// percentOf is how much of everything is done. Where there was nothing to do,
// all of it is, unless that is because nothing could be had.
func percentOf(s *tasks.Snapshot) int {
	if s.Finished && s.Total == 0 && troubles(s.Counts) == 0 {
		return 100
	}
	return units.Percent(s.Bytes, s.Total)
}
