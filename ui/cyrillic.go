package ui

import (
	"slices"

	tea "github.com/charmbracelet/bubbletea"
)

// The same keys in the Russian and the Latin layout, row by row.
var (
	jcuken = []rune("йцукенгшщзхъфывапролджэячсмитьбю.ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ,")
	qwerty = []rune("qwertyuiop[]asdfghjkl;'zxcvbnm,./QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>?")
)

// latinKey translates a key typed in the Russian layout. Terminals report
// characters, not keys, so without it no letter key works for an operator whose
// keyboard is set to Russian. Do not use it for text fields.
func latinKey(k tea.KeyMsg) tea.KeyMsg {
	if k.Type != tea.KeyRunes || len(k.Runes) != 1 || k.Paste {
		return k
	}
	if i := slices.Index(jcuken, k.Runes[0]); i >= 0 {
		k.Runes = qwerty[i : i+1 : i+1]
	}
	return k
}

// single splits a terminal message into keys: a key held down, or a slow line,
// delivers several characters at once.
func single(k tea.KeyMsg) []tea.KeyMsg {
	if k.Type != tea.KeyRunes || len(k.Runes) < 2 || k.Paste {
		return []tea.KeyMsg{k}
	}
	keys := make([]tea.KeyMsg, len(k.Runes))
	for i, r := range k.Runes {
		keys[i] = tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{r}, Alt: k.Alt}
		if r == ' ' {
			keys[i].Type = tea.KeySpace
		}
	}
	return keys
}
