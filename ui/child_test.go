//go:build !linux

package ui

// childEnv and child belong to the tests with a pty, which need Linux.
const childEnv = "HIKGRAB_UI_CHILD"

func child(string) int { return 2 }
