//go:build !linux

package ui

// childEnv and child are for tests with a pty, which need Linux.
const childEnv = "HIKGRAB_UI_CHILD"

func child(string) int { return 2 }
