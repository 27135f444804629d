package command

import (
	"io"
	"os"

	"golang.org/x/sys/windows"
)

var brokenPipe = []error{windows.ERROR_BROKEN_PIPE, windows.ERROR_NO_DATA, io.ErrClosedPipe, os.ErrClosed}
