//go:build !windows

package plain

import (
	"io"
	"os"
	"syscall"
)

var brokenPipe = []error{syscall.EPIPE, io.ErrClosedPipe, os.ErrClosed}
