//go:build !windows

package command

import (
	"io"
	"os"
	"syscall"
)

var brokenPipe = []error{syscall.EPIPE, io.ErrClosedPipe, os.ErrClosed}
