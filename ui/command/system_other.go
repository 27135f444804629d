//go:build !windows

package command

import (
	"io"
	"os"
	"syscall"
)

// brokenPipe lists the errors of writing after the reader has gone.
var brokenPipe = []error{syscall.EPIPE, io.ErrClosedPipe, os.ErrClosed}

// shellAtHand returns the usual shell of this system.
func shellAtHand() shell { return posix }

// systemLocale returns "": here only the environment names a language.
func systemLocale() string { return "" }
