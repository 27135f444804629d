// Package nobg answers Lip Gloss's question for the terminal's background
// before Bubble Tea asks it.
//
// Bubble Tea v1 asks in its package initialisation, in every process that links
// it. A terminal that does not answer costs five seconds, swallows what is typed
// meanwhile and may leave "11;rgb:…" on the prompt. Packages are initialised in
// the order of their import paths as soon as what they import is ready, so this
// one must import nothing but Lip Gloss, and its path must sort before
// "github.com/charmbracelet/bubbletea". Its test checks both.
//
// The answer itself does not matter: the screen uses the 16 colours of the
// terminal's own palette, which suit light and dark backgrounds alike.
package nobg

import "github.com/charmbracelet/lipgloss"

func init() { lipgloss.SetHasDarkBackground(true) }
