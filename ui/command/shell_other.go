//go:build !windows

package command

// shellAtHand is the one that this system's operators have.
func shellAtHand() shell { return posix }
