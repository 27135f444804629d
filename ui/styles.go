package ui

import (
	"io"
	"strings"

	"github.com/charmbracelet/lipgloss"
	"github.com/muesli/termenv"

	"example.com/hikgrab/tasks"
)

// paint is a style reduced to the sequences before and after the text, so using
// it only joins three strings.
type paint struct{ open, close string }

func (p paint) on(text string) string {
	if p.open == "" || text == "" {
		return text
	}
	return p.open + text + p.close
}

// styles holds all styles of the screen, built once. They use the terminal's
// own 16 colours, readable on light and dark. No state is shown by colour
// alone.
type styles struct {
	title  paint // title of a part of the screen
	faint  paint // lines, labels, keys without effect
	strong paint // recorders
	cursor paint // the row under the cursor
	key    paint // a key in a hint
	good   paint
	busy   paint
	warn   paint
	bad    paint
	state  [len(tasks.Counts{})]paint
	slots  [numSlots]paint
}

// newStyles builds the styles. Without colour only bold, faint and reverse
// remain; on a dumb terminal, nothing.
func newStyles(colour bool, profile termenv.Profile) styles {
	r := lipgloss.NewRenderer(io.Discard)
	r.SetColorProfile(profile)
	of := func(s lipgloss.Style) paint {
		open, end, _ := strings.Cut(s.Render("x"), "x")
		return paint{open, end}
	}
	in := func(code string) lipgloss.Style {
		if !colour {
			return r.NewStyle()
		}
		return r.NewStyle().Foreground(lipgloss.Color(code))
	}
	const red, green, yellow, magenta, cyan = "1", "2", "3", "5", "6"
	s := styles{
		title:  of(r.NewStyle().Bold(true)),
		faint:  of(r.NewStyle().Faint(true)),
		strong: of(r.NewStyle().Bold(true)),
		cursor: of(r.NewStyle().Reverse(true)),
		key:    of(in(cyan).Bold(true)),
		good:   of(in(green)),
		busy:   of(in(cyan)),
		warn:   of(in(yellow)),
		bad:    of(in(red).Bold(true)),
	}
	held := of(in(magenta))
	s.state = [...]paint{
		tasks.Waiting: s.faint, tasks.Searching: s.busy, tasks.Downloading: s.busy, tasks.Retrying: s.warn,
		tasks.Pausing: held, tasks.Paused: held, tasks.Done: s.good, tasks.Incomplete: s.warn,
		tasks.Empty: s.faint, tasks.Failed: s.bad, tasks.Skipped: s.faint,
	}
	s.slots = [numSlots]paint{
		slotDone: s.good, slotMost: s.good, slotLittle: s.good, slotPart: s.busy, slotActive: s.busy, slotRetry: s.warn, slotWaiting: s.faint, slotFailed: s.bad,
		slotSkipped: s.faint, slotGrowing: s.busy, slotGap: s.faint, slotUnknown: s.faint,
	}
	return s
}
