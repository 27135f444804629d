package ui

import tea "github.com/charmbracelet/bubbletea"

// The same keys in the Russian and the Latin layout, row by row.
const (
	jcuken = "йцукенгшщзхъфывапролджэячсмитьбю.ЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ,"
	qwerty = "qwertyuiop[]asdfghjkl;'zxcvbnm,./QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>?"
)

// latin maps a character of the Russian layout to the key's Latin one.
// Terminals report characters, not keys, so without it no letter key works for
// an operator whose keyboard is set to Russian.
var latin = func() map[rune]rune {
	to := []rune(qwerty)
	keys := make(map[rune]rune, len(to))
	for i, r := range []rune(jcuken) {
		keys[r] = to[i]
	}
	return keys
}()

// latinKey translates a key typed in the Russian layout. Do not use it for text
// fields.
func latinKey(k tea.KeyMsg) tea.KeyMsg {
	if k.Type != tea.KeyRunes || len(k.Runes) != 1 || k.Paste {
		return k
	}
	if r, ok := latin[k.Runes[0]]; ok {
		k.Runes = []rune{r}
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
