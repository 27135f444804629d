// Package nobg sets the background colour that Lip Gloss would otherwise query
// from the terminal, before Bubble Tea triggers the query.
//
// Bubble Tea v1 queries in its package initialisation, in every process that
// links it. A terminal that does not answer costs five seconds, swallows typed
// keys meanwhile and may leave "11;rgb:…" on the prompt. Go initialises
// packages in the order of their import paths once their imports are ready, so
// this package must import only Lip Gloss, and its path must sort before
// "github.com/charmbracelet/bubbletea". Its test checks both.
//
// The value itself does not matter: the screen uses the 16 colours of the
// terminal's own palette, which suit light and dark backgrounds.
package nobg

import "github.com/charmbracelet/lipgloss"

func init() { lipgloss.SetHasDarkBackground(true) }
