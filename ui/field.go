package ui

import (
	"slices"
	"unicode"

	tea "github.com/charmbracelet/bubbletea"
)

// fieldLimit is the longest text a field takes, in characters.
const fieldLimit = 100

// field is a text that is typed on one line, with the editing keys of a shell.
// The zero field is empty.
type field struct {
	text []rune
	at   int // the cursor stands before text[at]
}

func (f *field) set(text string) {
	f.text = []rune(text)
	f.at = len(f.text)
}

func (f *field) String() string { return string(f.text) }

// key edits the text.
func (f *field) key(k tea.KeyMsg) {
	switch k.Type { //nolint:exhaustive // all other keys type nothing
	case tea.KeyRunes, tea.KeySpace:
		if !k.Alt {
			f.insert(k.Runes)
		}
	case tea.KeyBackspace, tea.KeyCtrlH:
		f.remove(f.at-1, f.at)
	case tea.KeyDelete, tea.KeyCtrlD:
		f.remove(f.at, f.at+1)
	case tea.KeyCtrlU:
		f.remove(0, f.at)
	case tea.KeyCtrlK:
		f.remove(f.at, len(f.text))
	case tea.KeyCtrlW:
		f.remove(f.wordStart(), f.at)
	case tea.KeyLeft, tea.KeyCtrlB:
		f.at = max(0, f.at-1)
	case tea.KeyRight, tea.KeyCtrlF:
		f.at = min(len(f.text), f.at+1)
	case tea.KeyHome, tea.KeyCtrlA:
		f.at = 0
	case tea.KeyEnd, tea.KeyCtrlE:
		f.at = len(f.text)
	}
}

// insert puts typed or pasted characters at the cursor, without those that
// cannot stand on a line, and no more than the limit allows.
func (f *field) insert(runes []rune) {
	runes = slices.DeleteFunc(slices.Clone(runes), func(r rune) bool { return !unicode.IsPrint(r) })
	runes = runes[:min(len(runes), max(0, fieldLimit-len(f.text)))]
	f.text = slices.Insert(f.text, f.at, runes...)
	f.at += len(runes)
}

// remove drops the characters from a up to b, as far as there are any.
func (f *field) remove(a, b int) {
	a, b = max(0, a), min(b, len(f.text))
	if a < b {
		f.text = slices.Delete(f.text, a, b)
		f.at = a
	}
}

// wordStart is where the word before the cursor begins.
func (f *field) wordStart() int {
	i := f.at
	for i > 0 && unicode.IsSpace(f.text[i-1]) {
		i--
	}
	for i > 0 && !unicode.IsSpace(f.text[i-1]) {
		i--
	}
	return i
}
