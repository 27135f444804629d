//go:build !windows

package command

import (
	"io"
	"os"
	"syscall"
)

// brokenPipe are the errors of writing to a reader that is gone.
var brokenPipe = []error{syscall.EPIPE, io.ErrClosedPipe, os.ErrClosed}

// shellAtHand is the one that this system's operators have.
func shellAtHand() shell { return posix }

// systemLocale returns nothing: where the environment does not name a language,
// nobody does.
func systemLocale() string { return "" }
