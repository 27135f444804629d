package ui

import (
	"flag"
	"os"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"go.uber.org/goleak"
)

var update = flag.Bool("update", false, "rewrite the golden screens")

func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		os.Exit(child(os.Getenv(childEnv)))
	}
	goleak.VerifyTestMain(m)
}

// newScreen is a model of w × h cells on q, after its first snapshot. A dumb
// terminal makes its text plain.
func newScreen(q Queue, w, h int, with ...func(*Options)) *model {
	o := Options{Title: "tasks.xlsx", Out: "recordings", Now: func() time.Time { return noon }}
	for _, f := range with {
		f(&o)
	}
	t := newTerminal(os.Stdout, func(name string) string { return map[string]string{"TERM": "dumb", "TERM_PROGRAM": "test"}[name] })
	t.suspends = true // the same pictures on every system
	m := newModel(q, o, t)
	m.Init()
	m.Update(tea.WindowSizeMsg{Width: w, Height: h})
	return m
}

func ascii(o *Options) { o.ASCII = true }

// keyOf returns the key message for Bubble Tea's name of a key.
func keyOf(name string) tea.KeyMsg {
	if name == " " {
		return tea.KeyMsg{Type: tea.KeySpace, Runes: []rune{' '}}
	}
	for t := tea.KeyType(-100); t < 200; t++ {
		if k := (tea.KeyMsg{Type: t}); t != tea.KeyRunes && k.String() == name {
			return k
		}
	}
	return tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune(name)}
}

// press sends keys to the model and returns the command of the last.
func press(m *model, names ...string) tea.Cmd {
	var cmd tea.Cmd
	for _, name := range names {
		_, cmd = m.Update(keyOf(name))
	}
	return cmd
}
